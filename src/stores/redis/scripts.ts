import { createHash } from 'node:crypto'

/**
 * What must happen in one step. `KEYS[1]` is always the hash of an account's sessions. A field is a token's hash,
 * its value `<expiresAt> <seenAt> <id> <JSON>`: no script has to read or write JSON.
 */
export interface Script {
  readonly text: string
  readonly digest: string
}

function script(text: string): Script {
  // Redis names a script by this digest; it protects nothing.
  return { text, digest: createHash('sha1').update(text).digest('hex') }
}

/** `ARGV`: token hash, value, time to live, now, how many at most or '', replaced token hash or ''. `KEYS[2]` has that one. */
export const insertScript: Script = script(`
local account, added, now, most = KEYS[1], ARGV[1], tonumber(ARGV[4]), tonumber(ARGV[5])
if ARGV[6] ~= '' then redis.call('HDEL', KEYS[2], ARGV[6]) end
local others = {}
local all = redis.call('HGETALL', account)
for at = 1, #all, 2 do
  local expires, seen = string.match(all[at + 1], '^(%d+) (%d+) ')
  if tonumber(expires) <= now then redis.call('HDEL', account, all[at])
  else others[#others + 1] = { hash = all[at], seen = tonumber(seen) } end
end
redis.call('HSET', account, added, ARGV[2])
if most then
  table.sort(others, function(a, b) return a.seen > b.seen end)
  for at = most, #others do redis.call('HDEL', account, others[at].hash) end
end
if redis.call('PTTL', account) < tonumber(ARGV[3]) then redis.call('PEXPIRE', account, ARGV[3]) end
`)

/** `ARGV`: token hash, new end, now. */
export const extendScript: Script = script(`
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value then return end
local expires, rest = string.match(value, '^(%d+) %d+ (.*)$')
if tonumber(expires) > tonumber(ARGV[3]) and tonumber(expires) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. rest)
end
`)

/** `ARGV`: session id. Returns how many were ended. */
export const endByIdScript: Script = script(`
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  if string.match(all[at + 1], '^%d+ %d+ (%S+) ') == ARGV[1] then
    return redis.call('HDEL', KEYS[1], all[at])
  end
end
return 0
`)

/** `ARGV`: now, how many at most. Returns how many were removed. */
export const sweepScript: Script = script(`
local all, removed = redis.call('HGETALL', KEYS[1]), 0
for at = 1, #all, 2 do
  if removed == tonumber(ARGV[2]) then break end
  if tonumber(string.match(all[at + 1], '^%d+')) <= tonumber(ARGV[1]) then
    removed = removed + redis.call('HDEL', KEYS[1], all[at])
  end
end
return removed
`)
