/** What is counted of calls, and that it is bounded. */
import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { Call, type Target } from "../../pipeline/call.ts";
import { failed, toolFailure } from "../../pipeline/outcome.ts";
import { CallStats, OTHER } from "./call_stats.ts";
import { LatencyHistogram } from "./latency.ts";

function callOf(name: string, tenant?: string): Call {
  const call = new Call({ tool: name, args: {}, adapter: "library", ...(tenant && { tenant }) });
  call.target = { name } as Target;
  call.dispatched = true;
  return call;
}

const OK = toolFailure("fine");
const FINE = { ...OK, result: { ...OK.result, isError: false } };

Deno.test("CallStats tells refused calls from failed ones", () => {
  const stats = new CallStats(new FakeClock());
  const refused = callOf("a");
  refused.dispatched = false;
  stats.end(refused, failed({ code: "rate_limited", detail: "" }), false);
  stats.end(callOf("a"), failed({ code: "deadline_exceeded", detail: "" }), false);
  stats.end(callOf("a"), toolFailure("no"), false);
  stats.end(callOf("a"), FINE, false);
  const { tools, problems } = stats.snapshot();
  const { latency: _, latencySumMs: _sum, ...counts } = tools[0]!;
  assertEquals(counts, { name: "a", calls: 4, refused: 1, failed: 2, inFlight: 0 });
  assertEquals(problems, [
    { code: "rate_limited", calls: 1 },
    { code: "deadline_exceeded", calls: 1 },
    { code: "tool_error", calls: 1 },
  ]);
});

Deno.test("CallStats times calls that wait by what others have read of the clock", () => {
  const clock = new FakeClock();
  const stats = new CallStats(clock);
  const call = callOf("a");
  stats.begin(call);
  stats.wait(call);
  assertEquals(stats.snapshot().tools[0]!.inFlight, 1);
  clock.advance(100);
  call.endedMs = clock.now() - 60;
  stats.end(call, FINE, true);
  const histogram = new LatencyHistogram();
  histogram.addBuckets(stats.snapshot().tools[0]!.latency);
  assert(histogram.quantile(0.5)! >= 40 && histogram.quantile(0.5)! < 43);
});

Deno.test("CallStats tells as many tools and tenants apart as it may, and counts the rest together", () => {
  const stats = new CallStats(new FakeClock());
  for (let i = 0; i < LIMITS.statsLabelsMax + 5; i++) {
    const call = callOf(`t${i}`, `tenant${i}`);
    stats.begin(call);
    stats.end(call, FINE, false);
  }
  const { tools, tenants } = stats.snapshot();
  for (const rows of [tools, tenants]) {
    assertEquals(rows.length, LIMITS.statsLabelsMax + 1);
    const { name, calls } = rows.at(-1)!;
    assertEquals([name, calls], [OTHER, 5]);
  }
});

Deno.test("CallStats times a sample of many calls, which counts for all", () => {
  const stats = new CallStats(new FakeClock());
  for (let i = 0; i < 100_000; i++) {
    const call = callOf("a");
    stats.begin(call);
    stats.end(call, FINE, false);
  }
  const [row] = stats.snapshot().tools;
  const timed = row!.latency.reduce((sum, [, count]) => sum + count, 0);
  assert(Math.abs(timed / row!.calls - 1) < 0.1, `${timed} of ${row!.calls}`);
});
