/** The admission layer: a call finds its tool, or ends here. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { SILENT_LOG } from "../base/log.ts";
import { Call } from "../pipeline/call.ts";
import { type Outcome, toolFailure } from "../pipeline/outcome.ts";
import { admissionLayer } from "../pipeline/admission.ts";
import { defineTool } from "../tools/define_tool.ts";
import { createCatalog } from "./catalog.ts";

const DONE: Outcome = toolFailure("done");
const tool = defineTool({ name: "t", description: "Runs.", handler: () => "" });
const catalog = createCatalog({ tools: [tool] }, SILENT_LOG);

function handle(name: string) {
  const call = new Call({ tool: name, args: {}, adapter: "library" });
  let reached = false;
  const outcome = admissionLayer(catalog.find)(() => {
    reached = true;
    return DONE;
  })(call) as Outcome;
  return { call, reached, outcome };
}

Deno.test("admissionLayer() gives a call the tool that it names", () => {
  const { call, outcome } = handle("t");
  assertStrictEquals(outcome, DONE);
  assertStrictEquals(call.target, catalog.tools.find("t"));
});

Deno.test("admissionLayer() refuses a name that no tool has, in the same words for all", () => {
  for (const name of ["T", "t ", "", "toString", "__proto__"]) {
    const { reached, outcome } = handle(name);
    assertEquals(reached, false);
    assertEquals(outcome, {
      kind: "problem",
      problem: { code: "unknown_tool", detail: `Unknown tool: "${name}"` },
    });
  }
});

Deno.test("admissionLayer() repeats a long name only in part", () => {
  const { outcome } = handle("x".repeat(10_000));
  assert(outcome.kind === "problem" && outcome.problem.detail.length < 200);
});
