/** What happens in Redis as one step: Lua, named as the commands that ioredis makes of it. */

export interface RedisScript {
  readonly numberOfKeys: number;
  readonly lua: string;
}

/** Minutes of a day, and some: the shortest periods, which others may still give back to. */
const WINDOWS_KEPT = 1_500;

const TELL = `redis.call("PUBLISH", KEYS[#KEYS], ARGV[1])`;

/** All end with the channel for changes as their last key, and begin with the tenant. */
export const REDIS_SCRIPTS: Readonly<Record<string, RedisScript>> = {
  // KEYS: tenants, ids, keys, key ids, key names, channel. ARGV: id, record, [hash, key, key id, name]
  gomcpCreateTenant: {
    numberOfKeys: 6,
    lua: `
      if redis.call("HSETNX", KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
      redis.call("ZADD", KEYS[2], 0, ARGV[1])
      if ARGV[3] then
        redis.call("HSET", KEYS[3], ARGV[3], ARGV[4])
        redis.call("HSET", KEYS[4], ARGV[5], ARGV[3])
        redis.call("HSET", KEYS[5], ARGV[6], ARGV[5])
      end
      ${TELL}
      return 1`,
  },
  // KEYS: tenants, channel. ARGV: id, record, version before
  gomcpReplaceTenant: {
    numberOfKeys: 2,
    lua: `
      local old = redis.call("HGET", KEYS[1], ARGV[1])
      if not old or cjson.decode(old).version ~= tonumber(ARGV[3]) then return 0 end
      redis.call("HSET", KEYS[1], ARGV[1], ARGV[2])
      ${TELL}
      return 1`,
  },
  // KEYS: tenants, ids, keys, key ids, key names, used, counters, slots, channel. ARGV: id
  gomcpDeleteTenant: {
    numberOfKeys: 9,
    lua: `
      if redis.call("HDEL", KEYS[1], ARGV[1]) == 0 then return 0 end
      redis.call("ZREM", KEYS[2], ARGV[1])
      for _, hash in ipairs(redis.call("HVALS", KEYS[4])) do
        redis.call("HDEL", KEYS[3], hash)
        redis.call("HDEL", KEYS[6], hash)
      end
      redis.call("DEL", KEYS[4], KEYS[5], KEYS[7], KEYS[8])
      ${TELL}
      return 1`,
  },
  // KEYS: tenants, keys, key ids, key names, channel. ARGV: tenant, hash, key, key id, name
  gomcpAddKey: {
    numberOfKeys: 5,
    lua: `
      if redis.call("HEXISTS", KEYS[1], ARGV[1]) == 0 then return 0 end
      if redis.call("HSETNX", KEYS[4], ARGV[5], ARGV[4]) == 0 then return 0 end
      redis.call("HSET", KEYS[2], ARGV[2], ARGV[3])
      redis.call("HSET", KEYS[3], ARGV[4], ARGV[2])
      ${TELL}
      return 1`,
  },
  // KEYS: keys, key ids, key names, used, channel. ARGV: tenant, key id
  gomcpDeleteKey: {
    numberOfKeys: 5,
    lua: `
      local hash = redis.call("HGET", KEYS[2], ARGV[2])
      if not hash then return 0 end
      local key = redis.call("HGET", KEYS[1], hash)
      redis.call("HDEL", KEYS[1], hash)
      redis.call("HDEL", KEYS[2], ARGV[2])
      redis.call("HDEL", KEYS[4], hash)
      if key then redis.call("HDEL", KEYS[3], cjson.decode(key).name) end
      ${TELL}
      return 1`,
  },
  // KEYS: counters of the tenant. ARGV: field, limit, want, when all of them may go (s)
  gomcpTake: {
    numberOfKeys: 1,
    lua: `
      local old = redis.call("HGET", KEYS[1], ARGV[1])
      if not old and redis.call("HLEN", KEYS[1]) > ${3 * WINDOWS_KEPT} then
        local period, at = string.match(ARGV[1], "(%a+):(%d+)$")
        for _, field in ipairs(redis.call("HKEYS", KEYS[1])) do
          local other, index = string.match(field, "(%a+):(%d+)$")
          if other == period and tonumber(index) < tonumber(at) - ${WINDOWS_KEPT} then
            redis.call("HDEL", KEYS[1], field)
          end
        end
      end
      local taken = tonumber(old or "0")
      local granted = math.max(0, math.min(tonumber(ARGV[3]), tonumber(ARGV[2]) - taken))
      if granted == 0 then return { 0, taken } end
      redis.call("HSET", KEYS[1], ARGV[1], string.format("%.0f", taken + granted))
      local ends = tonumber(ARGV[4])
      local kept = redis.call("EXPIRETIME", KEYS[1])
      if kept < ends then redis.call("EXPIREAT", KEYS[1], ends) end
      return { granted, taken + granted }`,
  },
  // KEYS: counters of the tenant. ARGV: field, amount
  gomcpGiveBack: {
    numberOfKeys: 1,
    lua: `
      local taken = tonumber(redis.call("HGET", KEYS[1], ARGV[1]) or "0")
      if taken == 0 then return 0 end
      local left = math.max(0, taken - tonumber(ARGV[2]))
      redis.call("HSET", KEYS[1], ARGV[1], string.format("%.0f", left))
      return 1`,
  },
  // KEYS: slots of the tenant. ARGV: owner, when its slots are free (ms), limit, want, now (ms)
  gomcpHoldSlots: {
    numberOfKeys: 1,
    lua: `
      local all = redis.call("HGETALL", KEYS[1])
      local others = 0
      for i = 1, #all, 2 do
        local held, expires = string.match(all[i + 1], "^(%d+) (%d+)$")
        if tonumber(expires) <= tonumber(ARGV[5]) then redis.call("HDEL", KEYS[1], all[i])
        elseif all[i] ~= ARGV[1] then others = others + tonumber(held) end
      end
      local held = math.max(0, math.min(tonumber(ARGV[4]), tonumber(ARGV[3]) - others))
      if held == 0 then redis.call("HDEL", KEYS[1], ARGV[1])
      else redis.call("HSET", KEYS[1], ARGV[1], held .. " " .. ARGV[2]) end
      return held`,
  },
};
