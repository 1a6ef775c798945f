import { type Script, script } from './scripts.ts'

/** `core/limits/tally.ts` in Lua, on the text of `../tally-text.ts`. `now` and `longest` are of the script. */
const rule = `
local function tallyOf(text)
  local expires, strikes, spent, told, taken = string.match(text or '', '^(%d+) (%d+) ([01])([01])(.*)$')
  local tally = { hits = {}, strikes = tonumber(strikes) or 0, spent = spent or '0', told = told or '0' }
  tally.expires = tonumber(expires) or 0
  for at, count in string.gmatch(taken or '', ' (%d+)x(%d+)') do
    tally.hits[#tally.hits + 1] = { at = tonumber(at), count = tonumber(count) }
  end
  return tally
end

local function textOf(tally)
  local parts = { string.format('%.0f %.0f %s%s', tally.expires, tally.strikes, tally.spent, tally.told) }
  for _, hit in ipairs(tally.hits) do parts[#parts + 1] = string.format('%.0fx%.0f', hit.at, hit.count) end
  return table.concat(parts, ' ')
end

local function countAfter(hits, time)
  local count = 0
  for _, hit in ipairs(hits) do
    if hit.at > time then count = count + hit.count end
  end
  return count
end
`

const judge = `
local function windowOf(budget, strikes)
  if not budget.grows then return budget.window end
  return math.min(budget.window * 2 ^ strikes, budget.lifetime)
end

local function waitOf(tally, budget)
  local window = windowOf(budget, tally.strikes)
  local excess = countAfter(tally.hits, now - window) - budget.points
  if excess < 0 then return nil end
  local passed = 0
  for _, hit in ipairs(tally.hits) do
    if hit.at > now - window then
      passed = passed + hit.count
      if passed > excess then return hit.at + window - now end
    end
  end
end

local function withHit(hits, at, after)
  local all, isIn = {}, false
  for _, hit in ipairs(hits) do
    if hit.at > after then
      if not isIn and hit.at > at then
        all[#all + 1], isIn = { at = at, count = 1 }, true
      elseif hit.at == at then
        hit.count, isIn = hit.count + 1, true
      end
      all[#all + 1] = hit
    end
  end
  if not isIn then all[#all + 1] = { at = at, count = 1 } end
  return all
end

local function lastOf(hits, points)
  local kept, excess = {}, countAfter(hits, -1) - points
  for _, hit in ipairs(hits) do
    local dropped = math.min(math.max(excess, 0), hit.count)
    excess, hit.count = excess - dropped, hit.count - dropped
    if hit.count > 0 then kept[#kept + 1] = hit end
  end
  return kept
end

local function take(tally, budget)
  local strikes = tally.strikes
  if tally.spent == '1' and budget.grows then strikes = strikes + 1 end
  local window = windowOf(budget, strikes)
  local at = math.ceil(now / budget.slice) * budget.slice
  local hits = lastOf(withHit(tally.hits, at, now - window), budget.points)
  local left, last = budget.points - countAfter(hits, -1), hits[#hits].at
  local spent = left == 0 and '1' or '0'
  local after = { hits = hits, strikes = strikes, spent = spent, told = '0', expires = last + budget.lifetime }
  return after, { at, left, last + window - now }
end
`

/**
 * `ARGV`: now; 1 if the keys are those of several nodes, which ask each for itself; points, window, 1 if it grows,
 * slice and lifetime of each key's budget. Returns what was taken of each key, as time, how many are left, and when all
 * are; with the texts before and after for {@link undoScript} where nodes are asked for themselves. Or, where one is
 * spent, its place among the keys, the wait, and whether it is the first who waits.
 */
export const takeScript: Script = script(`
local now, isApart = tonumber(ARGV[1]), ARGV[2] == '1'
${rule}${judge}
local texts, answers, longest = {}, {}, {}
for place, key in ipairs(KEYS) do
  local from = 5 * place - 2
  local budget = {
    points = tonumber(ARGV[from]), window = tonumber(ARGV[from + 1]), grows = ARGV[from + 2] == '1',
    slice = tonumber(ARGV[from + 3]), lifetime = tonumber(ARGV[from + 4]),
  }
  local text = redis.call('GET', key)
  local tally = tallyOf(text)
  if tally.expires <= now then tally = tallyOf() end
  local wait = waitOf(tally, budget)
  if wait then
    local isFirst = tally.told == '0' and 1 or 0
    tally.told = '1'
    if isFirst == 1 and not isApart then redis.call('SET', key, textOf(tally), 'KEEPTTL') end
    return { 'refused', place, wait, isFirst }
  end
  local after, answer = take(tally, budget)
  texts[place], answers[place] = textOf(after), answer
  longest[place] = after.expires - now
  if isApart then answer[4], answer[5] = text or '', texts[place] end
end
for place, key in ipairs(KEYS) do
  redis.call('SET', key, texts[place], 'PX', math.max(1, longest[place]))
end
return { 'taken', answers }
`)

const giveBack = `
local function giveBack(key, at)
  local tally, hits, isThere = tallyOf(redis.call('GET', key)), {}, false
  for _, hit in ipairs(tally.hits) do
    if hit.at == at then hit.count, isThere = hit.count - 1, true end
    if hit.count > 0 then hits[#hits + 1] = hit end
  end
  if not isThere then return end
  if #hits == 0 and tally.strikes == 0 then return redis.call('DEL', key) end
  tally.hits, tally.spent, tally.told = hits, '0', '0'
  redis.call('SET', key, textOf(tally), 'KEEPTTL')
end
`

/** `ARGV`: when what is given back was taken, for the first keys; the others are forgotten. */
export const settleScript: Script = script(`${rule}${giveBack}
for place, key in ipairs(KEYS) do
  if ARGV[place] then giveBack(key, tonumber(ARGV[place])) else redis.call('DEL', key) end
end
`)

/** `ARGV`: when it was taken, the texts before and after. As if it had not been, to the letter if nobody came since. */
export const undoScript: Script = script(`${rule}${giveBack}
if redis.call('GET', KEYS[1]) ~= ARGV[3] then giveBack(KEYS[1], tonumber(ARGV[1]))
elseif ARGV[2] == '' then redis.call('DEL', KEYS[1])
else redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') end
`)

/** Remembers that somebody was refused. Returns 1 to the first. */
export const tellScript: Script = script(`${rule}
local text = redis.call('GET', KEYS[1])
local tally = tallyOf(text)
if not text or tally.told == '1' then return 0 end
tally.told = '1'
redis.call('SET', KEYS[1], textOf(tally), 'KEEPTTL')
return 1
`)
