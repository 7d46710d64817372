/** What becomes of a task when its call has ended, or its process is lost. */
import { assertEquals } from "@std/assert";
import type { Problem } from "../base/errors.ts";
import { Call } from "../pipeline/call.ts";
import { refuse } from "../pipeline/outcome.ts";
import type { Task } from "./task.ts";
import { endOf, lostEnd } from "./task_end.ts";

function task(more: Partial<Task>): Task {
  return {
    id: "t",
    tenant: "a",
    principal: "",
    adapter: "http",
    tool: "slow",
    args: {},
    client: {},
    capabilities: {},
    status: "working",
    createdMs: 0,
    updatedMs: 0,
    ttlMs: 1_000,
    pollMs: 10,
    mayRepeat: true,
    attempts: 1,
    running: true,
    rounds: 0,
    answers: {},
    asked: {},
    ...more,
  };
}

/** The event, and how long it waits; of a failure its code. */
function shown({ event, delayMs }: ReturnType<typeof lostEnd>): unknown[] {
  return [event.kind, event.kind === "fail" ? event.problem.code : delayMs];
}

Deno.test("lostEnd() tries again what may run again, ever later, and not for ever", () => {
  assertEquals(shown(lostEnd(task({ attempts: 1 }))), ["retry", 1_000]);
  assertEquals(shown(lostEnd(task({ attempts: 2 }))), ["retry", 2_000]);
  assertEquals(shown(lostEnd(task({ attempts: 3 }))), ["fail", "worker_lost"]);
  assertEquals(shown(lostEnd(task({ mayRepeat: false }))), ["fail", "worker_lost"]);
});

Deno.test("endOf() tells what never ran from what failed, and both from a server that stops", () => {
  const rows: [Problem, Partial<Task>, boolean, boolean, unknown[]][] = [
    [{ code: "overloaded", detail: "x", retryAfterMs: 70 }, {}, false, false, ["retry", 70]],
    [
      { code: "overloaded", detail: "x", retryAfterMs: 70 },
      { mayRepeat: false },
      false,
      false,
      ["retry", 70],
    ],
    [{ code: "rate_limited", detail: "x", retryAfterMs: 9e9 }, {}, false, false, ["retry", 60_000]],
    [{ code: "worker_lost", detail: "x" }, {}, true, false, ["retry", 1_000]],
    [{ code: "worker_lost", detail: "x" }, { mayRepeat: false }, true, false, [
      "fail",
      "worker_lost",
    ]],
    [{ code: "worker_lost", detail: "x" }, { attempts: 3 }, true, false, ["fail", "worker_lost"]],
    [{ code: "cancelled", detail: "x" }, { attempts: 3 }, true, true, ["retry", 0]],
    [{ code: "cancelled", detail: "x" }, { mayRepeat: false }, true, true, ["fail", "cancelled"]],
    [{ code: "deadline_exceeded", detail: "x" }, {}, true, false, ["fail", "deadline_exceeded"]],
    [{ code: "invalid_arguments", detail: "x" }, {}, false, false, ["complete", 0]],
    [{ code: "tool_error", detail: "x" }, {}, true, false, ["complete", 0]],
  ];
  for (const [problem, of, dispatched, closing, expected] of rows) {
    const call = new Call({ tool: "slow", args: {}, adapter: "http" });
    call.dispatched = dispatched;
    const { code, detail, ...more } = problem;
    const end = endOf(task(of), call, refuse(code, detail, more), closing);
    assertEquals(shown(end), expected, JSON.stringify([problem, of, closing]));
  }
});
