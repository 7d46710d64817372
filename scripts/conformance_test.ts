/** How the conformance script judges what the suite left behind. */
import { assertEquals } from "@std/assert";
import { type Check, notScored, report, type ScenarioRun } from "./conformance.ts";

const GOOD: Check = { id: "good", status: "SUCCESS" };
const BAD: Check = { id: "bad", status: "FAILURE", errorMessage: "it\n broke" };
const HINT: Check = { id: "hint", status: "WARNING" };

function scenario(name: string, checks: readonly Check[], scored = true): ScenarioRun {
  return { name, checks, scored };
}

function judge(scenarios: readonly ScenarioRun[], code = 0) {
  return report({ title: "2026-07-28", scenarios, code, output: "said this" });
}

Deno.test("conformance: a failing check fails the revision and is told with its message", () => {
  const { ok, lines } = judge([scenario("a", [GOOD, HINT]), scenario("b", [GOOD, BAD])], 1);
  assertEquals([ok, ...lines], [
    false,
    "2026-07-28: 2 passed, 1 failed (1 of 2 scenarios)",
    "  ✗ b: bad: it broke",
  ]);
});

Deno.test("conformance: what is not scored is told and fails nothing", () => {
  const { ok, lines } = judge([scenario("a", [GOOD]), scenario("b", [BAD], false)]);
  assertEquals([ok, ...lines], [
    true,
    "2026-07-28: 1 passed, 0 failed (1 of 1 scenarios)",
    "  (not scored) ✗ b: bad: it broke",
  ]);
});

Deno.test("conformance: a suite that breaks off is a failure", () => {
  assertEquals(judge([]).ok, false);
  const { ok, lines } = judge([scenario("a", [GOOD])], 1);
  assertEquals([ok, lines.at(-1)], [false, "said this"]);
});

Deno.test("conformance: the scenarios behind the total are not scored", () => {
  const output = "✗ a: 1 passed\n\nTotal: 2\n\nNot scored for 2026-07-28: 2 run\n" +
    "  ✗ tasks-x (extension)\n  ✓ json (pending)\n";
  assertEquals([...notScored(output)], ["tasks-x", "json"]);
  assertEquals(notScored("✗ a: 1 passed\n").size, 0);
});
