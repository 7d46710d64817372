/** The histogram: whatever is recorded is found again, within a sixteenth. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LatencyHistogram } from "./latency.ts";

Deno.test("quantile() finds what was recorded, at most a sixteenth too long and never too short", () => {
  fc.assert(fc.property(fc.double({ min: 0.016, max: 4_000_000, noNaN: true }), (ms) => {
    const histogram = new LatencyHistogram();
    histogram.record(ms, 1);
    const found = histogram.quantile(0.5)!;
    assert(found >= ms && found <= ms * (1 + 1 / 16) + 0.001, `${ms} was found as ${found}`);
  }));
});

Deno.test("quantile() counts weights, from the shortest on", () => {
  const histogram = new LatencyHistogram();
  assertEquals(histogram.quantile(0.5), undefined);
  histogram.record(0.0005, 98);
  histogram.record(10, 2);
  assertEquals(histogram.quantile(0.5), 0.001);
  assertEquals(histogram.quantile(0.98), 0.001);
  assert(histogram.quantile(0.99)! >= 10);
  assert(histogram.quantile(1)! < 11);
});

Deno.test("what cannot be is recorded as the nearest that can", () => {
  const histogram = new LatencyHistogram();
  for (const ms of [-1, Infinity, 1e12]) histogram.record(ms, 1);
  assertEquals(histogram.quantile(0), 0.001);
  assert(histogram.quantile(1)! > 4_000_000);
});

Deno.test("buckets() travel: what one histogram gives another takes", () => {
  const [one, two] = [new LatencyHistogram(), new LatencyHistogram()];
  for (const ms of [0.001, 0.5, 20, 20, 3_000]) one.record(ms, 2);
  two.addBuckets(JSON.parse(JSON.stringify(one.buckets())), one.sumMs);
  two.addBuckets([[-1, 5], [0.5, 5], [1e9, 5]]);
  assertEquals([two.total, two.buckets()], [10, one.buckets()]);
  assertEquals(two.sumMs, 2 * 3_040.501);
  two.add(one);
  assertEquals([two.total, two.sumMs], [20, 4 * 3_040.501]);
});

Deno.test("upTo() counts what took no longer than a power of two of microseconds", () => {
  const exponents = fc.integer({ min: 4, max: 31 });
  const durations = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(fc.property(durations, exponents, (durations, exponent) => {
    const histogram = new LatencyHistogram();
    for (const us of durations) histogram.record((us + 0.5) / 1_000, 1);
    const short = durations.filter((us) => us < 2 ** exponent).length;
    assertEquals(histogram.upTo(exponent), short);
  }));
});
