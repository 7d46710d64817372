/** The table: what it finds, when it is full, and that it forgets only what is idle. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { NO_SLOT, RateShard } from "./shard.ts";

function timeOf(shard: RateShard, low: number, high: number): number | undefined {
  const slot = shard.find(low, high);
  return slot === NO_SLOT ? undefined : shard.timeAt(slot);
}

Deno.test("insert() takes as many keys as the bound says, one below, at, and not above", () => {
  for (const keysMax of [1, 2, 5, 6, 100]) {
    const shard = new RateShard(keysMax);
    for (let key = 1; key <= keysMax; key++) {
      assert(shard.insert(key, key, 1_000 + key, 0));
      assertEquals(shard.size, key);
    }
    assert(!shard.insert(-1, -1, 2_000, 0));
    assertEquals(shard.size, keysMax);
    for (let key = 1; key <= keysMax; key++) assertEquals(timeOf(shard, key, key), 1_000 + key);
    assertEquals(timeOf(shard, -1, -1), undefined);
  }
});

Deno.test("insert() at the bound drops the keys whose time has come, to the nanosecond", () => {
  const shard = new RateShard(2);
  shard.insert(1, 1, 100, 0);
  shard.insert(2, 2, 200, 0);
  assert(!shard.insert(3, 3, 300, 99));
  assertEquals(shard.idleFromNs, 100);
  assert(shard.insert(3, 3, 300, 100));
  assertEquals([1, 2, 3].map((key) => timeOf(shard, key, key)), [undefined, 200, 300]);
});

Deno.test("insert() does not count on a key to become idle that was asked again meanwhile", () => {
  const shard = new RateShard(1);
  shard.insert(1, 1, 100, 0);
  assert(!shard.insert(2, 2, 200, 0));
  shard.setTime(shard.find(1, 1), 500);
  assert(!shard.insert(2, 2, 200, 100));
  assertEquals(timeOf(shard, 1, 1), 500);
  assert(shard.insert(2, 2, 600, 500));
});

Deno.test("giveBack() makes room at once for who would have had to wait", () => {
  const shard = new RateShard(1);
  shard.insert(1, 1, 100, 0);
  assert(!shard.insert(2, 2, 200, 0));
  shard.giveBack(shard.find(1, 1), 0);
  assert(shard.insert(2, 2, 200, 0));
});

Deno.test("a shard finds keys of the same slot, and the one whose hash is zero", () => {
  const shard = new RateShard(50);
  const keys = [[0, 0], [8, 0], [0, 8], [64, 64], [-8, 1], [0x7fffffff, -1], [-0x80000000, 0]];
  for (const [at, [low, high]] of keys.entries()) shard.insert(low!, high!, 100 + at, 0);
  assertEquals(
    keys.map(([low, high]) => timeOf(shard, low!, high!)),
    keys.map((_, at) => 100 + at),
  );
  assertEquals(timeOf(shard, 16, 0), undefined);
});

Deno.test("a shard grows with its keys, and is small again when most were dropped", () => {
  const shard = new RateShard(5_000);
  const small = shard.bytes;
  for (let key = 1; key <= 5_000; key++) shard.insert(key * 7919, key, 100, 0);
  assertEquals([shard.size, shard.bytes], [5_000, 8_192 * 16]);
  shard.insert(1, 1, 200, 100);
  assertEquals([shard.size, shard.bytes], [1, small]);
});

Deno.test("rebase() moves all times, none below zero", () => {
  const shard = new RateShard(10);
  shard.insert(1, 1, 100, 0);
  shard.insert(2, 2, 300, 0);
  shard.rebase(200);
  assertEquals([timeOf(shard, 1, 1), timeOf(shard, 2, 2)], [0, 100]);
});

Deno.test("a shard does what a map does that forgets idle keys when it is full", () => {
  const step = fc.record({
    // Few keys, and hashes that fall together.
    key: fc.integer({ min: 0, max: 12 }),
    forNs: fc.integer({ min: 1, max: 60 }),
    passNs: fc.integer({ min: 0, max: 25 }),
  });
  const steps = fc.array(step, { maxLength: 200 });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 10 }), (steps, keysMax) => {
    const shard = new RateShard(keysMax);
    const model = new Map<number, number>();
    let nowNs = 0;
    for (const { key, forNs, passNs } of steps) {
      nowNs += passNs;
      const [low, high] = [key & 3, key];
      // A debit never makes a key idle sooner.
      const tatNs = Math.max(model.get(key) ?? 0, nowNs) + forNs;
      const live = [...model].filter(([, time]) => time > nowNs);
      const slot = shard.find(low, high);
      if (slot !== NO_SLOT) {
        shard.setTime(slot, tatNs);
        model.set(key, tatNs);
      } else {
        assertEquals(shard.insert(low, high, tatNs, nowNs), live.length < keysMax);
        if (live.length < keysMax) model.set(key, tatNs);
      }
      for (const [known, time] of model) {
        // A key that is idle may be there or not: it makes no difference.
        if (time > nowNs) assertEquals(timeOf(shard, known & 3, known), time);
      }
      assert(shard.size <= keysMax);
    }
  }));
});
