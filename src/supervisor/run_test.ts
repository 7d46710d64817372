/** One call under supervision: it has one answer, from whichever side. */
import { assertEquals } from "@std/assert";
import { Call } from "../pipeline/call.ts";
import { type Outcome, toolFailure } from "../pipeline/outcome.ts";
import { Run, type RunOwner } from "./run.ts";

const DONE: Outcome = toolFailure("done");

function createRun() {
  const told: string[] = [];
  const owner: RunOwner = {
    onAnswered: (run) => told.push(`answered while ${run.state}`),
    onDeadline: () => told.push("deadline"),
  };
  const call = new Call({ tool: "t", args: {}, adapter: "library" });
  return { told, call, run: new Run(call, owner, 1_000, 500) };
}

Deno.test("Run is due its timeout after its start", () => {
  assertEquals(createRun().run.dueMs, 1_500);
});

Deno.test("Run answers with the first outcome and drops later ones", async () => {
  const { run, told } = createRun();
  run.answer(DONE);
  run.answer(toolFailure("later"));
  assertEquals(await run.outcome, DONE);
  assertEquals(told, ["answered while waiting"]);
  assertEquals(run.answered, true);
});

Deno.test("Run is answered with why its call was stopped", async () => {
  const { run, call, told } = createRun();
  run.state = "running";
  call.cancel("enough");
  run.answer(DONE);
  const problem = { code: "cancelled", detail: "enough" } as const;
  assertEquals(await run.outcome, { kind: "problem", problem });
  assertEquals(told, ["answered while running"]);
});

Deno.test("Run does not listen to its call any more once it is answered", () => {
  const { run, call, told } = createRun();
  run.answer(DONE);
  assertEquals(call.onStop, undefined);
  call.cancel();
  assertEquals(told.length, 1);
});

Deno.test("Run leaves it to its owner what a passed deadline means", () => {
  const { run, told } = createRun();
  run.onDue();
  assertEquals(told, ["deadline"]);
  assertEquals(run.answered, false);
});
