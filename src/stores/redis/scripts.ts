import { createHash } from 'node:crypto'

/**
 * What must happen in one step. `KEYS[1]` is always the hash of an account's sessions. A field is a token's hash,
 * its value `<expiresAt> <seenAt> <id> <epoch> <JSON>`: no script has to read or write JSON.
 */
export interface Script {
  readonly text: string
  readonly digest: string
}

export function script(text: string): Script {
  // Redis names a script by this digest; it protects nothing.
  return { text, digest: createHash('sha1').update(text).digest('hex') }
}

/**
 * `ARGV`: token hash, value, time to live, now, how many at most or '', replaced token hash or '', the epoch to
 * count in where more are refused, else ''. `KEYS[2]` has the replaced one. Returns the ids that ended, the
 * replaced one's first ('' for none); nothing where there was no room.
 */
export const insertScript: Script = script(`
local account, added, now, most = KEYS[1], ARGV[1], tonumber(ARGV[4]), tonumber(ARGV[5])
local others, live = {}, 0
local all = redis.call('HGETALL', account)
for at = 1, #all, 2 do
  local expires, seen, id, epoch = string.match(all[at + 1], '^(%d+) (%d+) (%S+) (%-?%d+) ')
  if tonumber(expires) <= now then redis.call('HDEL', account, all[at])
  elseif not (KEYS[2] == account and all[at] == ARGV[6]) then
    others[#others + 1] = { hash = all[at], seen = tonumber(seen), id = id }
    if epoch == ARGV[7] then live = live + 1 end
  end
end
if ARGV[7] ~= '' and live >= most then return false end
local ended = { '' }
if ARGV[6] ~= '' then
  local replaced = redis.call('HGET', KEYS[2], ARGV[6])
  if replaced then ended[1] = string.match(replaced, '^%d+ %d+ (%S+) ') end
  redis.call('HDEL', KEYS[2], ARGV[6])
end
redis.call('HSET', account, added, ARGV[2])
if most and ARGV[7] == '' then
  table.sort(others, function(a, b) return a.seen > b.seen end)
  for at = most, #others do
    redis.call('HDEL', account, others[at].hash)
    ended[#ended + 1] = others[at].id
  end
end
if redis.call('PTTL', account) < tonumber(ARGV[3]) then redis.call('PEXPIRE', account, ARGV[3]) end
return ended
`)

/** `ARGV`: token hash. Returns the id of the session that was ended. */
export const endScript: Script = script(`
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value then return false end
redis.call('HDEL', KEYS[1], ARGV[1])
return string.match(value, '^%d+ %d+ (%S+) ')
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
