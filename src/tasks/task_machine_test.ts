/** Whatever happens to a task in whatever order, it keeps to the rules of the tasks extension. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import type { InputRequest } from "../pipeline/input.ts";
import { isOver, type Task } from "./task.ts";
import { afterEvent, type TaskEvent } from "./task_machine.ts";

const NOW = 1_800_000_000_000;
const ASK: InputRequest = { method: "elicitation/create", params: { message: "Who?" } };

const FRESH: Task = {
  id: "t",
  tenant: "a",
  principal: "",
  adapter: "http",
  tool: "slow",
  args: { secret: 1 },
  client: {},
  capabilities: {},
  status: "working",
  createdMs: NOW,
  updatedMs: NOW,
  ttlMs: 1_000,
  pollMs: 10,
  mayRepeat: true,
  attempts: 1,
  running: true,
  rounds: 0,
  answers: {},
  asked: {},
};

const keys = fc.constantFrom("a", "b", "c");
const events: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.constant<TaskEvent>({ kind: "begin" }),
  fc.string().map((message): TaskEvent => ({ kind: "progress", message })),
  fc.uniqueArray(keys, { minLength: 1 }).map((asked): TaskEvent => ({
    kind: "ask",
    requests: Object.fromEntries(asked.map((key) => [key, ASK])),
    answers: {},
  })),
  // Keys as the client has them, of any round, and others.
  fc.dictionary(
    fc.oneof(fc.tuple(fc.nat(4), keys).map(([n, key]) => `${n}:${key}`), fc.string()),
    fc.anything(),
  )
    .map((responses): TaskEvent => ({ kind: "answer", responses })),
  fc.boolean().map((attempted): TaskEvent => ({ kind: "retry", message: "again", attempted })),
  fc.constant<TaskEvent>({ kind: "complete", result: { content: [] } }),
  fc.constant<TaskEvent>({ kind: "fail", problem: { code: "worker_lost", detail: "lost" } }),
  fc.constant<TaskEvent>({ kind: "cancel", message: "stop" }),
);

/** What is so of every task, wherever it stands. */
function checkTask(task: Task): void {
  const { status, asked, result, problem, running, attempts } = task;
  assertEquals(Object.keys(asked).length > 0, status === "input_required");
  assertEquals(result !== undefined, status === "completed");
  assertEquals(problem !== undefined, status === "failed");
  if (running) assertEquals(status, "working");
  assert(attempts >= 0);
  if (isOver(task)) assertEquals([task.args, task.answers], [null, {}]);
}

Deno.test("afterEvent() keeps the rules of tasks, whatever happens in whatever order", () => {
  fc.assert(fc.property(fc.array(fc.tuple(events, fc.nat(1_000)), { maxLength: 30 }), (all) => {
    let task = FRESH;
    let nowMs = NOW;
    const everAsked = new Set<string>();
    for (const [event, ms] of all) {
      nowMs += ms - 100; // clocks are set back, too
      const next = afterEvent(task, event, nowMs);
      if (isOver(task)) assertEquals(next, undefined, "nothing happens to what is over");
      if (next === undefined) continue;
      checkTask(next);
      assert(next.updatedMs >= task.updatedMs);
      for (const key of Object.keys(next.asked)) {
        if (key in task.asked) continue;
        assert(!everAsked.has(key), `${key} is used again`);
        everAsked.add(key);
      }
      const same = ["id", "tenant", "principal", "createdMs", "ttlMs", "tool"] as const;
      for (const name of same) assertEquals(next[name], FRESH[name]);
      task = next;
    }
  }));
});

function happen(...all: readonly TaskEvent[]): Task {
  return all.reduce((task, event) => {
    const next = afterEvent(task, event, NOW);
    assert(next !== undefined, `${event.kind} cannot happen`);
    return next;
  }, FRESH);
}

const ASKED: TaskEvent = { kind: "ask", requests: { a: ASK, b: ASK }, answers: { x: 1 } };

Deno.test("afterEvent() takes answers one by one, by the client's keys, and goes on after the last", () => {
  const asked = happen(ASKED);
  assertEquals(Object.keys(asked.asked), ["1:a", "1:b"]);
  assertEquals(
    afterEvent(asked, { kind: "answer", responses: { a: 1, "2:a": 1 } }, NOW),
    undefined,
  );
  const half = afterEvent(asked, { kind: "answer", responses: { "1:a": "yes", other: 1 } }, NOW)!;
  assertEquals([half.status, Object.keys(half.asked)], ["input_required", ["1:b"]]);
  const whole = afterEvent(half, { kind: "answer", responses: { "1:b": "no" } }, NOW)!;
  assertEquals([whole.status, whole.running], ["working", false]);
  assertEquals(whole.answers, { x: 1, a: "yes", b: "no" });
  const again = happen(ASKED, { kind: "answer", responses: { "1:a": 1, "1:b": 1 } }, {
    kind: "begin",
  }, ASKED);
  assertEquals(Object.keys(again.asked), ["2:a", "2:b"]);
});

Deno.test("afterEvent() counts attempts since the last answer, and not those that never began", () => {
  const retried = (attempted: boolean): TaskEvent => ({ kind: "retry", message: "x", attempted });
  assertEquals(happen(retried(true), { kind: "begin" }).attempts, 2);
  assertEquals(happen(retried(false), { kind: "begin" }).attempts, 1);
  const answered: TaskEvent = { kind: "answer", responses: { "1:a": 1, "1:b": 1 } };
  assertEquals(happen(retried(true), { kind: "begin" }, ASKED, answered).attempts, 0);
});
