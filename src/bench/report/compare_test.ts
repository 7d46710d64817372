/** Reports side by side: what is noise, what is a change, and what cannot be compared. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import { compareReports, hasWorsened, parseReport } from "./compare.ts";
import { fakeReport, fakeRun } from "./fake_report.ts";

const runsAt = (...rates: number[]) => rates.map((rate) => fakeRun(rate));

const ROWS: readonly (readonly [string, before: number[], now: number[], verdict: string])[] = [
  ["the same", [100, 101, 102], [100, 101, 102], "same"],
  ["4 % less, which two runs always may be", [100, 100, 100], [96, 96, 96], "same"],
  ["6 % less", [100, 100, 100], [94, 94, 94], "worse"],
  ["6 % more", [100, 100, 100], [106, 106, 106], "better"],
  ["20 % less of what lies 30 % apart", [90, 100, 120], [80, 80, 80], "same"],
  ["20 % less, and lies 30 % apart now", [100, 100, 100], [70, 80, 94], "same"],
  ["40 % less of what lies 30 % apart", [90, 100, 120], [60, 60, 60], "worse"],
  ["20 % less, by one run each", [100], [80], "same"],
  ["30 % less, by one run each", [100], [70], "worse"],
];

for (const [what, before, now, verdict] of ROWS) {
  Deno.test(`calls a second that are ${what}: ${verdict}`, () => {
    const compared = compareReports(fakeReport(runsAt(...before)), fakeReport(runsAt(...now)));
    const rate = compared.comparisons.find(({ metric }) => metric === "rps");
    assertEquals(rate?.verdict, verdict);
    assertEquals(hasWorsened(compared), verdict === "worse");
  });
}

Deno.test("a latency that is larger is worse", () => {
  const at = (p99: number) => fakeReport([1, 2, 3].map(() => fakeRun(100, p99)));
  const verdictOf = (before: number, now: number) =>
    compareReports(at(before), at(now)).comparisons.find(({ metric }) => metric === "p99")?.verdict;
  assertEquals(verdictOf(100, 120), "worse");
  assertEquals(verdictOf(120, 100), "better");
});

Deno.test("what makes a comparison worth less is told", () => {
  const before = fakeReport(runsAt(1), "grpc");
  const now = fakeReport(runsAt(1));
  const { comparisons, notes } = compareReports(
    { ...before, machine: { ...before.machine, cpu: "another" } },
    now,
  );
  assertEquals(comparisons, []);
  assertEquals(notes, [
    `the machine's cpu was "another", is "one"`,
    "http, 51 B is not in the baseline",
  ]);
});

Deno.test("a comparison with what was measured on a busy machine says so", () => {
  const report = fakeReport(runsAt(1));
  const busy = { ...report, machine: { ...report.machine, load: 7 } };
  const { notes } = compareReports(busy, report);
  assertEquals(notes, ["the baseline was measured beside a load of 7.0: it says little"]);
});

Deno.test("a report that was saved is read again", () => {
  const report = fakeReport(runsAt(1, 2, 3));
  assertEquals(parseReport(JSON.stringify(report), "base.json"), report);
});

const BROKEN: readonly (readonly [text: string, says: string])[] = [
  ["", "it is no JSON"],
  ["[]", "it is no report of a bench"],
  ['{"format":"gomcp-bench/2"}', "it is no report of a bench"],
  ['{"format":"gomcp-bench/1"}', "a part of it is missing"],
  [
    '{"format":"gomcp-bench/1","machine":{},"plan":{},"rows":[{"runs":[]}]}',
    "a part of it is missing",
  ],
];

for (const [text, says] of BROKEN) {
  Deno.test(`${text || "nothing"} is no baseline`, () => {
    const error = assertThrows(() => parseReport(text, "base.json"), GomcpError);
    assertStringIncludes(error.message, `"base.json": ${says}`);
  });
}
