/** What happens in Redis as one step: Lua, named as the commands that ioredis makes of it. */

export interface RedisScript {
  readonly numberOfKeys: number;
  readonly lua: string;
}

/** Minutes of a day, and some: the shortest periods, which others may still give back to. */
const WINDOWS_KEPT = 1_500;

/** Changes that are kept for processes that have not seen them; Redis rounds it up. */
const CHANGES_KEPT = 10_000;

/**
 * Notes the change, by numbers without a gap, and publishes it. It stands before what it tells of: a
 * script is one step, but what Redis refuses by an ACL ends it there. To publish may be refused.
 */
const TELL =
  `redis.call("XADD", KEYS[#KEYS], "MAXLEN", "~", ${CHANGES_KEPT}, "0-*", "tenant", ARGV[1])
      redis.pcall("PUBLISH", KEYS[#KEYS], ARGV[1])`;

/** Those of tenants have the stream of changes as their last key, and the tenant first. */
export const REDIS_SCRIPTS: Readonly<Record<string, RedisScript>> = {
  // KEYS: tenants, ids, keys, key ids, key names, changes. ARGV: id, record, [hash, key, key id, name]
  gomcpCreateTenant: {
    numberOfKeys: 6,
    lua: `
      if redis.call("HEXISTS", KEYS[1], ARGV[1]) == 1 then return 0 end
      ${TELL}
      redis.call("HSET", KEYS[1], ARGV[1], ARGV[2])
      redis.call("ZADD", KEYS[2], 0, ARGV[1])
      if ARGV[3] then
        redis.call("HSET", KEYS[3], ARGV[3], ARGV[4])
        redis.call("HSET", KEYS[4], ARGV[5], ARGV[3])
        redis.call("HSET", KEYS[5], ARGV[6], ARGV[5])
      end
      return 1`,
  },
  // KEYS: tenants, changes. ARGV: id, record, version before
  gomcpReplaceTenant: {
    numberOfKeys: 2,
    lua: `
      local old = redis.call("HGET", KEYS[1], ARGV[1])
      if not old or cjson.decode(old).version ~= tonumber(ARGV[3]) then return 0 end
      ${TELL}
      redis.call("HSET", KEYS[1], ARGV[1], ARGV[2])
      return 1`,
  },
  // KEYS: tenants, ids, keys, key ids, key names, used, counters, slots, rate, changes. ARGV: id
  gomcpDeleteTenant: {
    numberOfKeys: 10,
    lua: `
      if redis.call("HEXISTS", KEYS[1], ARGV[1]) == 0 then return 0 end
      ${TELL}
      redis.call("HDEL", KEYS[1], ARGV[1])
      redis.call("ZREM", KEYS[2], ARGV[1])
      for _, hash in ipairs(redis.call("HVALS", KEYS[4])) do
        redis.call("HDEL", KEYS[3], hash)
        redis.call("HDEL", KEYS[6], hash)
      end
      redis.call("DEL", KEYS[4], KEYS[5], KEYS[7], KEYS[8], KEYS[9])
      return 1`,
  },
  // KEYS: tenants, keys, key ids, key names, changes. ARGV: tenant, hash, key, key id, name
  gomcpAddKey: {
    numberOfKeys: 5,
    lua: `
      if redis.call("HEXISTS", KEYS[1], ARGV[1]) == 0 then return 0 end
      if redis.call("HEXISTS", KEYS[4], ARGV[5]) == 1 then return 0 end
      ${TELL}
      redis.call("HSET", KEYS[4], ARGV[5], ARGV[4])
      redis.call("HSET", KEYS[2], ARGV[2], ARGV[3])
      redis.call("HSET", KEYS[3], ARGV[4], ARGV[2])
      return 1`,
  },
  // KEYS: keys, key ids, key names, used, changes. ARGV: tenant, key id
  gomcpDeleteKey: {
    numberOfKeys: 5,
    lua: `
      local hash = redis.call("HGET", KEYS[2], ARGV[2])
      if not hash then return 0 end
      ${TELL}
      local key = redis.call("HGET", KEYS[1], hash)
      redis.call("HDEL", KEYS[1], hash)
      redis.call("HDEL", KEYS[2], ARGV[2])
      redis.call("HDEL", KEYS[4], hash)
      if key then redis.call("HDEL", KEYS[3], cjson.decode(key).name) end
      return 1`,
  },
  // KEYS: counters of the tenant. ARGV: field, limit, want, when all of them may go (s), least
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
      local free = tonumber(ARGV[2]) - taken
      local granted = math.max(0, math.min(tonumber(ARGV[3]), free))
      if free < tonumber(ARGV[5]) then granted = 0 end
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
  // By this server's clock. KEYS: slots of the tenant. ARGV: owner, how long it holds them (ms),
  // limit, want
  gomcpHoldSlots: {
    numberOfKeys: 1,
    lua: `
      local time = redis.call("TIME")
      local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
      local all = redis.call("HGETALL", KEYS[1])
      local others = 0
      for i = 1, #all, 2 do
        local held, expires = string.match(all[i + 1], "^(%d+) (%d+)$")
        if tonumber(expires) <= now then redis.call("HDEL", KEYS[1], all[i])
        elseif all[i] ~= ARGV[1] then others = others + tonumber(held) end
      end
      local held = math.max(0, math.min(tonumber(ARGV[4]), tonumber(ARGV[3]) - others))
      if held == 0 then redis.call("HDEL", KEYS[1], ARGV[1])
      else redis.call("HSET", KEYS[1], ARGV[1], held .. " " .. string.format("%.0f", now + tonumber(ARGV[2]))) end
      return held`,
  },
  // As takeCells, by this server's clock. KEYS: rate of the tenant. ARGV: interval (ms), tolerance
  // (ms), least, most, calls that it may be ahead, rounding (ms). Numbers with parts go as texts.
  gomcpTakeRate: {
    numberOfKeys: 1,
    lua: `
      local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
      local least, most = tonumber(ARGV[3]), tonumber(ARGV[4])
      local ahead, rounding = tolerance + interval * tonumber(ARGV[5]), tonumber(ARGV[6])
      local time = redis.call("TIME")
      local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
      local tat = tonumber(redis.call("GET", KEYS[1]) or "0")
      local from = math.min(math.max(tat, now), now + ahead)
      local needed = math.min(least, math.floor((tolerance + rounding) / interval) + 1)
      local free = math.floor((now + tolerance - from + rounding) / interval) + 1
      if free < needed then
        return { 0, string.format("%.6f", from + (needed - 1) * interval - tolerance - now) }
      end
      local granted = math.max(least, math.min(most, free))
      local next = from + granted * interval
      redis.call("SET", KEYS[1], string.format("%.6f", next), "PX", math.ceil(next - now) + 1000)
      return { granted, "0" }`,
  },
};
