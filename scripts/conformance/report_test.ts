/** How the conformance script judges what the suite left behind. */
import { assertEquals } from "@std/assert";
import { type Check, notScored, report, type ScenarioRun } from "./report.ts";

const GOOD: Check = { id: "good", status: "SUCCESS" };
const BAD: Check = { id: "bad", status: "FAILURE", errorMessage: "it\n broke" };
const HINT: Check = { id: "hint", status: "WARNING", description: "better so" };

function scenario(name: string, checks: readonly Check[], scored = true): ScenarioRun {
  return { name, checks, scored };
}

function judge(scenarios: readonly ScenarioRun[], code = 0) {
  return report({ title: "2026-07-28", scenarios, code, output: "said this" });
}

Deno.test("report() counts a failing check and tells it with its message", () => {
  assertEquals(judge([scenario("a", [GOOD]), scenario("b", [GOOD, BAD])], 1), {
    passed: 2,
    failed: 1,
    lines: ["2026-07-28: 2 passed, 1 failed (1 of 2 scenarios)", "  ✗ b: bad: it broke"],
  });
});

Deno.test("report() tells a warning and counts it for nothing", () => {
  assertEquals(judge([scenario("a", [GOOD, HINT])]), {
    passed: 1,
    failed: 0,
    lines: ["2026-07-28: 1 passed, 0 failed (1 of 1 scenarios)", "  ! a: hint: better so"],
  });
});

Deno.test("report() tells what is not scored and counts it for nothing", () => {
  const extra = scenario("b", [BAD, GOOD, HINT, { ...BAD, id: "worse" }], false);
  assertEquals(judge([scenario("a", [GOOD]), extra]), {
    passed: 1,
    failed: 0,
    lines: [
      "2026-07-28: 1 passed, 0 failed (1 of 1 scenarios)",
      "  (not scored) ✗ b: 2 of 4 checks fail: bad, worse",
    ],
  });
});

Deno.test("report() takes a suite that breaks off for a failure", () => {
  const nothing = judge([]);
  assertEquals([nothing.passed, nothing.failed], [0, 1]);
  const { failed, lines } = judge([scenario("a", [GOOD])], 1);
  assertEquals([failed, lines.at(-1)], [1, "said this"]);
});

Deno.test("notScored() gives the scenarios behind the total", () => {
  const output = "✗ a: 1 passed\n\nTotal: 2\n\nNot scored for 2026-07-28: 2 run\n" +
    "  ✗ tasks-x (extension)\n  ✓ json (pending)\n";
  assertEquals([...notScored(output)], ["tasks-x", "json"]);
  assertEquals(notScored("✗ a: 1 passed\n").size, 0);
});
