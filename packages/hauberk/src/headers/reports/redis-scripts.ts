// Redis runs each script as one step. KEYS: reports by key; their counts; a sorted set by when they came last; counts by
// hour and kind, such as "1764000000000:noise".

/** ARGV: maxKinds, maxNew, kept since, lonely since, hours since, this hour, dropped, then five values a report. */
export const ADD = `
local function forget(key)
  redis.call('HDEL', KEYS[1], key)
  redis.call('HDEL', KEYS[2], key)
  redis.call('ZREM', KEYS[3], key)
end
local function count(what, by)
  if tonumber(by) > 0 then redis.call('HINCRBY', KEYS[4], ARGV[6] .. ':' .. what, by) end
end
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[3])) do forget(key) end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[1]) then
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[4])) do
    if redis.call('HGET', KEYS[2], key) == '1' then forget(key) end
  end
end
for _, field in ipairs(redis.call('HKEYS', KEYS[4])) do
  if tonumber(string.match(field, '^%-?%d+')) <= tonumber(ARGV[5]) then redis.call('HDEL', KEYS[4], field) end
end
local room = math.min(tonumber(ARGV[2]), tonumber(ARGV[1]) - redis.call('HLEN', KEYS[1]))
local outcomes = {}
count('dropped', ARGV[7])
for at = 8, #ARGV, 5 do
  local key, text, by, last, what = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local known = redis.call('HEXISTS', KEYS[1], key) == 1
  if not known and room <= 0 then
    table.insert(outcomes, 'dropped')
    count('dropped', by)
  else
    if not known then
      room = room - 1
      redis.call('HSET', KEYS[1], key, text)
    end
    redis.call('HINCRBY', KEYS[2], key, by)
    redis.call('ZADD', KEYS[3], 'GT', last, key)
    count(what, by)
    table.insert(outcomes, known and 'known' or 'new')
  end
end
return outcomes`;

export const LIST = `
local rows = {}
local kinds = redis.call('HGETALL', KEYS[1])
for at = 1, #kinds, 2 do
  local key = kinds[at]
  table.insert(rows, { kinds[at + 1], redis.call('HGET', KEYS[2], key), redis.call('ZSCORE', KEYS[3], key) })
end
return rows`;

export const HOURS = `return redis.call('HGETALL', KEYS[4])`;

export const CLEAR = `return redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])`;
