/** The validation layer: only checked arguments reach a tool. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { type ArgumentsCheck, Call, type Target } from "../pipeline/call.ts";
import { type Outcome, toolFailure } from "../pipeline/outcome.ts";
import { validationLayer } from "./validation.ts";

const DONE: Outcome = toolFailure("done");

function handle(check: ArgumentsCheck) {
  const seen: { args: unknown; reached: unknown[] } = { args: undefined, reached: [] };
  const target: Target = {
    name: "t",
    timeoutMs: undefined,
    checkArguments: (args) => {
      seen.args = args;
      return check;
    },
    run: () => DONE,
  };
  const call = new Call({ tool: "t", args: { secret: "hunter2" }, adapter: "library" });
  call.target = target;
  const handler = validationLayer()(({ checkedArgs }) => {
    seen.reached.push(checkedArgs);
    return DONE;
  });
  return { ...seen, outcome: handler(call) as Outcome, reached: seen.reached, call };
}

Deno.test("validationLayer() passes on what the schema makes of the arguments", () => {
  const value = { secret: "hunter2", more: 1 };
  const { outcome, reached } = handle({ ok: true, value });
  assertStrictEquals(outcome, DONE);
  assertEquals(reached, [value]);
});

Deno.test("validationLayer() refuses with where and what, and never reaches the tool", () => {
  const { outcome, reached } = handle({ ok: false, pointer: "/secret", detail: "is too short" });
  assertEquals(outcome, {
    kind: "problem",
    problem: {
      code: "invalid_arguments",
      detail: 'Cannot call "t": "/secret": is too short',
      pointer: "/secret",
    },
  });
  assertEquals(reached, []);
});

Deno.test("validationLayer() speaks of the arguments when the fault is theirs as a whole", () => {
  const { outcome } = handle({ ok: false, pointer: "", detail: "must be object" });
  assertEquals(outcome.kind === "problem" && [outcome.problem.detail, outcome.problem.pointer], [
    'Cannot call "t": the arguments: must be object',
    "",
  ]);
});
