/** Conditions on a report: each sign and unit, what is no condition, and what is not known. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import { checkAssertions, parseAssertions } from "./assertions.ts";
import { fakeReport, fakeRun } from "./fake_report.ts";

/** p99 is 100 µs, p99.9 200, max 300, CPU 10 µs, 100 MiB; 5,000 calls a second, 2 errors. */
const REPORT = fakeReport([fakeRun(5_000, 100, { errors: { timeout: 1, overloaded: 1 } })]);

const ROWS: readonly (readonly [condition: string, holds: boolean])[] = [
  ["p99<100us", false],
  ["p99<=100us", true],
  ["p99<=0.1ms", true],
  ["p99=100000ns", true],
  ["p99.9<=200µs", true],
  ["p999>200us", false],
  ["max<1s", true],
  ["rps>4999", true],
  ["rps>=5000", true],
  ["rps>5000", false],
  ["errors=0", false],
  ["errors<3", true],
  ["cpu<=10us", true],
  ["rss<=100MiB", true],
  ["rss<100MB", false],
  ["http:p50<41us", true],
  ["grpc:p50<41us", false],
];

for (const [condition, holds] of ROWS) {
  Deno.test(`${condition} ${holds ? "holds" : "does not hold"}`, () => {
    assertEquals(checkAssertions(parseAssertions(condition), REPORT).length, holds ? 0 : 1);
  });
}

Deno.test("of several conditions those are told that do not hold, with what is so", () => {
  const failures = checkAssertions(parseAssertions("p99<5ms, rps>100000 ,errors=0"), REPORT);
  assertEquals(failures.map(({ text, actual }) => [text, actual]), [
    ["rps>100000", "5,000"],
    ["errors=0", "2"],
  ]);
});

Deno.test("a figure that is not known holds for nothing", () => {
  const report = fakeReport([fakeRun(1, 1, { server: null })]);
  const [failure] = checkAssertions(parseAssertions("cpu<1s"), report);
  assertEquals(failure?.actual, "is not known");
});

Deno.test("memory of what runs in the process of the bench is not known to be its own", () => {
  const report = fakeReport([fakeRun(1, 1, { generator: null })]);
  const [failure] = checkAssertions(parseAssertions("rss<1GiB"), report);
  assertEquals(failure?.actual, "is not known");
});

const WRONG: readonly (readonly [condition: string, says: string])[] = [
  ["", 'expected such as "p99<5ms"'],
  ["p99", 'expected such as "p99<5ms"'],
  ["p99<", 'expected such as "p99<5ms"'],
  ["p99<5", "needs a unit"],
  ["p99<5parsec", "needs a unit"],
  ["p98<5ms", '"p98" is none of'],
  ["rps>5ms", "has a unit"],
  ["rps>1e5", "is no number"],
  ["errors==0", 'expected such as "p99<5ms"'],
  ["rss<5apples", "Cannot read size"],
  ["p99<5ms,,", 'expected such as "p99<5ms"'],
];

for (const [condition, says] of WRONG) {
  Deno.test(`"${condition}" is no condition`, () => {
    assertThrows(() => parseAssertions(condition), GomcpError, says);
  });
}
