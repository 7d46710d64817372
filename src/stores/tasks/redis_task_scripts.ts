/** What happens to tasks in Redis as one step: Lua, named as the commands that ioredis makes of it. */
import type { RedisScript } from "../state/redis_scripts.ts";

/** Time is Redis' own, in milliseconds. */
const NOW = `local t = redis.call("TIME")
      local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

/** Says whose task has changed; not to be allowed to is no reason to refuse it. */
const TELL = `redis.pcall("PUBLISH", KEYS[8], ARGV[1])`;

/**
 * A task is a hash, gone when its time is over: `r` record, `v` version, `f` fence. Beside it stand
 * sorted sets of ids, by when they are due, when their time is over and how old they are; what each
 * counts for as "bytes open tenant", which outlives it until it is evicted; and what tenants use.
 */
export const TASK_KEYS = ["due", "ends", "ages", "open", "bytes", "counts"] as const;

export const REDIS_TASK_SCRIPTS: Readonly<Record<string, RedisScript>> = {
  // KEYS: TASK_KEYS, task, channel. ARGV: id, record, bytes, tenant, created, ttl, due in, open max,
  // bytes max
  gomcpCreateTask: {
    numberOfKeys: 8,
    lua: `
      local open = tonumber(redis.call("HGET", KEYS[4], ARGV[4]) or "0")
      if open >= tonumber(ARGV[8]) then return "open" end
      local bytes = tonumber(redis.call("HGET", KEYS[5], ARGV[4]) or "0")
      if bytes + ARGV[3] > tonumber(ARGV[9]) then return "bytes" end
      ${NOW}
      redis.call("HSET", KEYS[7], "r", ARGV[2], "v", 1, "f", 1)
      redis.call("PEXPIRE", KEYS[7], ARGV[6])
      redis.call("ZADD", KEYS[1], now + ARGV[7], ARGV[1])
      redis.call("ZADD", KEYS[2], now + ARGV[6], ARGV[1])
      redis.call("ZADD", KEYS[3], ARGV[5], ARGV[1])
      redis.call("HINCRBY", KEYS[4], ARGV[4], 1)
      redis.call("HINCRBY", KEYS[5], ARGV[4], ARGV[3])
      redis.call("HSET", KEYS[6], ARGV[1], ARGV[3] .. " 1 " .. ARGV[4])
      ${TELL}
      return "created"`,
  },
  // KEYS: TASK_KEYS, task, channel. ARGV: id, record, bytes, version before, due in or -1, open, bytes
  // max
  gomcpReplaceTask: {
    numberOfKeys: 8,
    lua: `
      local old = redis.call("HMGET", KEYS[7], "v", "f")
      if old[1] ~= ARGV[4] then return "changed" end
      local counts = redis.call("HGET", KEYS[6], ARGV[1])
      local before, open, tenant = string.match(counts, "^(%d+) (%d) (.*)$")
      local more = ARGV[3] - before
      local used = tonumber(redis.call("HGET", KEYS[5], tenant) or "0")
      if more > 0 and used + more > tonumber(ARGV[7]) then return "bytes" end
      ${NOW}
      redis.call("HSET", KEYS[7], "r", ARGV[2], "v", old[1] + 1)
      if ARGV[5] == "-1" then redis.call("ZREM", KEYS[1], ARGV[1])
      else redis.call("ZADD", KEYS[1], now + ARGV[5], ARGV[1]) end
      redis.call("HINCRBY", KEYS[4], tenant, ARGV[6] - open)
      redis.call("HINCRBY", KEYS[5], tenant, more)
      redis.call("HSET", KEYS[6], ARGV[1], ARGV[3] .. " " .. ARGV[6] .. " " .. tenant)
      ${TELL}
      return tonumber(old[2])`,
  },
  // KEYS: due. ARGV: prefix of tasks, lease, max, [id]
  gomcpClaimTasks: {
    numberOfKeys: 1,
    lua: `
      ${NOW}
      local ids = { ARGV[4] }
      if not ARGV[4] then
        ids = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", now, "LIMIT", 0, ARGV[3])
      end
      local claimed = {}
      for _, id in ipairs(ids) do
        local due = redis.call("ZSCORE", KEYS[1], id)
        local key = ARGV[1] .. id
        if due and redis.call("EXISTS", key) == 0 then redis.call("ZREM", KEYS[1], id)
        elseif due and tonumber(due) <= now then
          local fence = redis.call("HINCRBY", key, "f", 1)
          local version = redis.call("HINCRBY", key, "v", 1)
          redis.call("ZADD", KEYS[1], now + ARGV[2], id)
          table.insert(claimed, { redis.call("HGET", key, "r"), version, fence })
        end
      end
      return claimed`,
  },
  // KEYS: due, task. ARGV: id, fence, lease
  gomcpRenewTask: {
    numberOfKeys: 2,
    lua: `
      if redis.call("HGET", KEYS[2], "f") ~= ARGV[2] then return 0 end
      if not redis.call("ZSCORE", KEYS[1], ARGV[1]) then return 0 end
      ${NOW}
      redis.call("ZADD", KEYS[1], now + ARGV[3], ARGV[1])
      return 1`,
  },
  // KEYS: TASK_KEYS. ARGV: prefix of tasks, max
  gomcpEvictTasks: {
    numberOfKeys: 6,
    lua: `
      ${NOW}
      local ids = redis.call("ZRANGEBYSCORE", KEYS[2], "-inf", now, "LIMIT", 0, ARGV[2])
      for _, id in ipairs(ids) do
        local counts = redis.call("HGET", KEYS[6], id)
        local bytes, open, tenant = string.match(counts, "^(%d+) (%d) (.*)$")
        redis.call("HINCRBY", KEYS[4], tenant, -open)
        if redis.call("HINCRBY", KEYS[5], tenant, -bytes) <= 0 then
          redis.call("HDEL", KEYS[4], tenant)
          redis.call("HDEL", KEYS[5], tenant)
        end
        redis.call("HDEL", KEYS[6], id)
        redis.call("DEL", ARGV[1] .. id)
        for i = 1, 3 do redis.call("ZREM", KEYS[i], id) end
      end
      return #ids`,
  },
};
