import { hash } from "node:crypto";

/** A Lua script and the name a server knows it by. Redis runs each as one step; each touches one slot of a cluster. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

function script(text: string): Script {
  return { text, sha1: hash("sha1", text, "hex") };
}

/** A session is a hash of v(ersion), i(dle expiry) and r(ecord); a user's index is a sorted set of keys by their end. */
export const SCRIPTS: Readonly<
  Record<
    | "get"
    | "put"
    | "compareAndSet"
    | "touch"
    | "destroy"
    | "index"
    | "unindex"
    | "list"
    | "epoch"
    | "endEpoch",
    Script
  >
> = {
  get: script(`return redis.call('HMGET', KEYS[1], 'v', 'i', 'r')`),
  put: script(`
    redis.call('HSET', KEYS[1], 'v', ARGV[1], 'i', ARGV[2], 'r', ARGV[3])
    redis.call('PEXPIREAT', KEYS[1], ARGV[4])
    return 1`),
  compareAndSet: script(`
    local version = redis.call('HGET', KEYS[1], 'v')
    if not version then return 'gone' end
    if version ~= ARGV[5] then return 'conflict' end
    redis.call('HSET', KEYS[1], 'v', ARGV[1], 'i', ARGV[2], 'r', ARGV[3])
    redis.call('PEXPIREAT', KEYS[1], ARGV[4])
    return 'saved'`),
  touch: script(`
    local version = redis.call('HGET', KEYS[1], 'v')
    if not version or version == '0' then return 0 end
    redis.call('HSET', KEYS[1], 'i', ARGV[1])
    redis.call('PEXPIREAT', KEYS[1], ARGV[2])
    return 1`),
  destroy: script(`
    local found = redis.call('HMGET', KEYS[1], 'v', 'i', 'r')
    redis.call('DEL', KEYS[1])
    return found`),
  index: script(`
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
    redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
    local left = ARGV[2] - ARGV[3]
    if redis.call('PTTL', KEYS[1]) < left then redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left)) end
    return 1`),
  unindex: script(`return redis.call('ZREM', KEYS[1], ARGV[1])`),
  list: script(`return redis.call('ZRANGE', KEYS[1], 0, -1)`),
  epoch: script(`return redis.call('GET', KEYS[1])`),
  endEpoch: script(`
    local next = math.max(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or '0') + 1)
    redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', ARGV[2])
    return 1`),
};
