/** The supervisor under a clock turned by hand, with tools that end when the test says so. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { GomcpError } from "../base/errors.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { LIMITS } from "../base/limits.ts";
import { type Logger, SILENT_LOG } from "../base/log.ts";
import { Call, type CallOptions, type Target } from "../pipeline/call.ts";
import { type Outcome, toolFailure } from "../pipeline/outcome.ts";
import type { SupervisorOptions } from "./options.ts";
import { createSupervisor } from "./supervisor.ts";

const DONE: Outcome = toolFailure("done");
/** A deadline is kept to within a turn of the wheel. */
const TICK_MS = 10;

/** A tool whose every run ends when the test says so. */
class ManualTool implements Target {
  readonly name = "manual";
  readonly timeoutMs: number | undefined;
  readonly runs: { readonly call: Call; readonly work: PromiseWithResolvers<Outcome> }[] = [];

  constructor(timeoutMs?: number) {
    this.timeoutMs = timeoutMs;
  }

  checkArguments(value: unknown) {
    return { ok: true, value } as const;
  }

  run(call: Call): Outcome | Promise<Outcome> {
    const work = Promise.withResolvers<Outcome>();
    this.runs.push({ call, work });
    return work.promise;
  }

  /** The ids of the calls that it was started for, in order. */
  get started(): readonly (string | number)[] {
    return this.runs.map(({ call }) => call.id);
  }

  end(index: number, outcome: Outcome = DONE): Promise<void> {
    this.runs[index]!.work.resolve(outcome);
    return settle();
  }
}

/** Lets everything happen that waits for promises only. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await undefined;
}

function targetOf(run: (call: Call) => Outcome | Promise<Outcome>): Target {
  return {
    name: "inline",
    timeoutMs: undefined,
    checkArguments: (value) => ({ ok: true, value }),
    run,
  };
}

function callOf(target: Target, options: Partial<CallOptions> = {}): Call {
  const call = new Call({ tool: target.name, args: {}, adapter: "library", ...options });
  call.target = target;
  return call;
}

function setUp(options: SupervisorOptions = {}, tool = new ManualTool()) {
  const clock = new FakeClock();
  const supervisor = createSupervisor({ clock, ...options });
  const start = (id: string | number, more: Partial<CallOptions> = {}) => {
    const call = callOf(tool, { id, ...more });
    return { call, outcome: Promise.resolve(supervisor.callTool(call)) };
  };
  const counts = () => {
    const { running, queued, abandoned } = supervisor.stats();
    return [running, queued, abandoned];
  };
  return { clock, supervisor, tool, start, counts };
}

async function codeOf(outcome: Outcome | Promise<Outcome>): Promise<string> {
  const settled = await outcome;
  return settled.kind === "problem" ? settled.problem.code : "result";
}

async function detailOf(outcome: Outcome | Promise<Outcome>): Promise<string> {
  const settled = await outcome;
  assert(settled.kind === "problem");
  return settled.problem.detail;
}

/** What a promise has come to by now, or undefined while it is open. */
async function peek<T>(promise: Promise<T>): Promise<T | undefined> {
  let value: T | undefined;
  promise.then((settled) => value = settled, () => {});
  await settle();
  return value;
}

Deno.test("callTool() answers without a promise when the tool does, and gives the slot back", () => {
  const { supervisor } = setUp({ maxWorkers: 1, queueMax: 0 });
  for (let i = 0; i < 3; i++) {
    assertEquals(supervisor.callTool(callOf(targetOf(() => DONE))), DONE);
  }
  const { running, started, overloaded } = supervisor.stats();
  assertEquals([running, started, overloaded], [0, 3, 0]);
});

Deno.test("callTool() gives the outcome of a tool that takes its time", async () => {
  const { tool, start, counts } = setUp();
  const { outcome } = start(1);
  assertEquals(counts(), [1, 0, 0]);
  await tool.end(0);
  assertEquals(await outcome, DONE);
  assertEquals(counts(), [0, 0, 0]);
});

Deno.test("callTool() leaves no timer behind when the calls have ended", async () => {
  const { clock, tool, start } = setUp();
  start(1);
  start(2);
  await tool.end(0);
  await tool.end(1);
  clock.advance(TICK_MS);
  assertEquals(clock.pending, 0);
});

for (const maxWorkers of [1, 2, 5]) {
  Deno.test(`callTool() runs ${maxWorkers} at once, and the next ones in the order in which they came`, async () => {
    const { tool, start, counts } = setUp({ maxWorkers });
    for (let id = 0; id < maxWorkers + 3; id++) start(id);
    assertEquals(counts(), [maxWorkers, 3, 0]);
    for (let ended = 0; ended < maxWorkers + 3; ended++) {
      assert(counts()[0]! <= maxWorkers);
      await tool.end(ended);
    }
    assertEquals(tool.started, Array.from({ length: maxWorkers + 3 }, (_, id) => id));
    assertEquals(counts(), [0, 0, 0]);
  });
}

for (const queueMax of [0, 1, 3]) {
  Deno.test(`callTool() lets ${queueMax} calls wait and refuses the next one as overloaded`, async () => {
    const { supervisor, start, counts, tool } = setUp({ maxWorkers: 2, queueMax });
    for (let id = 0; id < 2 + queueMax; id++) start(id);
    assertEquals(counts(), [2, queueMax, 0]);
    const refused = supervisor.callTool(callOf(tool));
    assert(!(refused instanceof Promise) && refused.kind === "problem");
    assertEquals(refused.problem, {
      code: "overloaded",
      detail: `Cannot take the call: all 2 workers are busy and ${queueMax} calls wait`,
      retryAfterMs: 100,
      limit: queueMax,
      remaining: 0,
    });
    assertEquals(counts(), [2, queueMax, 0]);
    assertEquals(supervisor.stats().overloaded, 1);
    await tool.end(0);
    assertEquals(await peek(start("again").outcome), undefined);
  });
}

Deno.test("callTool() expects a full queue to need as long as calls have taken lately", async () => {
  const { clock, tool, start, supervisor } = setUp({ maxWorkers: 1, queueMax: 0 });
  for (let run = 0; run < 100; run++) {
    start(run);
    clock.advance(1_600);
    await tool.end(run);
  }
  start("open");
  const refused = supervisor.callTool(callOf(tool)) as Extract<Outcome, { kind: "problem" }>;
  const { retryAfterMs = 0 } = refused.problem;
  assert(retryAfterMs > 1_500 && retryAfterMs <= 1_600, String(retryAfterMs));
});

Deno.test("callTool() counts how long tools run, not how long their calls have waited", async () => {
  const { clock, tool, start, supervisor } = setUp({ maxWorkers: 1, queueMax: 1 });
  start(0);
  for (let run = 0; run < 100; run++) {
    start(run + 1);
    clock.advance(1_600);
    await tool.end(run);
  }
  start("waits");
  const refused = supervisor.callTool(callOf(tool)) as Extract<Outcome, { kind: "problem" }>;
  // One runs, one waits: the refused one would be the next but one.
  const { retryAfterMs = 0 } = refused.problem;
  assert(retryAfterMs > 3_000 && retryAfterMs <= 3_200, String(retryAfterMs));
});

Deno.test("callTool() never names a longer wait than 30 s", async () => {
  const { clock, tool, start, supervisor } = setUp(
    { maxWorkers: 1, queueMax: 0 },
    new ManualTool(
      LIMITS.timeoutMsMax,
    ),
  );
  start(0);
  clock.advance(3_600_000);
  await tool.end(0);
  start(1);
  const refused = supervisor.callTool(callOf(tool)) as Extract<Outcome, { kind: "problem" }>;
  assertEquals(refused.problem.retryAfterMs, 30_000);
});

const DEADLINES: readonly (readonly [string, number | undefined, number | undefined, number])[] = [
  ["the server's", undefined, undefined, 30_000],
  ["the tool's", 2_000, undefined, 2_000],
  ["the tool's, though longer than the server's", 60_000, undefined, 60_000],
  ["the caller's when it is shorter than the tool's", 2_000, 500, 500],
  ["the tool's when the caller's is longer", 2_000, 5_000, 2_000],
  ["the caller's when it is shorter than the server's", undefined, 500, 500],
  ["the server's when the caller's is longer", undefined, 90_000, 30_000],
];

for (const [whose, toolMs, callerMs, expectedMs] of DEADLINES) {
  Deno.test(`callTool() keeps the deadline: ${whose}`, async () => {
    const { clock, start } = setUp({}, new ManualTool(toolMs));
    const { call, outcome } = start(1, callerMs === undefined ? {} : { timeoutMs: callerMs });
    const { signal } = call;
    clock.advance(expectedMs - 1);
    assertEquals(await peek(outcome), undefined);
    assertEquals(signal.aborted, false);
    clock.advance(1 + TICK_MS);
    assertEquals(await codeOf(outcome), "deadline_exceeded");
    assertEquals((signal.reason as DOMException).name, "TimeoutError");
  });
}

Deno.test("callTool() says in words whether the deadline passed while the call ran or waited", async () => {
  const { clock, supervisor, start } = setUp({ maxWorkers: 1, defaultTimeoutMs: 1_500 });
  const running = start(1);
  const waiting = start(2);
  clock.advance(1_510);
  assertEquals(
    await detailOf(running.outcome),
    'Tool "manual" passed its deadline of 1s500ms while it ran',
  );
  assertEquals(
    await detailOf(waiting.outcome),
    'Tool "manual" passed its deadline of 1s500ms while it waited for a free worker',
  );
  const outcome = await running.outcome;
  assertEquals(outcome.kind === "problem" && outcome.problem.limit, 1_500);
  assertEquals(supervisor.stats().expired, 2);
});

Deno.test("callTool() counts the time in the queue against the deadline", async () => {
  const { clock, tool, start } = setUp({ maxWorkers: 1 });
  start(1);
  const second = start(2, { timeoutMs: 1_000 });
  clock.advance(900);
  await tool.end(0);
  assertEquals(tool.started, [1, 2]);
  clock.advance(120);
  assertMatch(await detailOf(second.outcome), /while it ran$/);
});

Deno.test("callTool() never starts the tool of a call that expired in the queue", async () => {
  const { clock, tool, start, counts } = setUp({ maxWorkers: 1 });
  start(1);
  start(2, { timeoutMs: 100 });
  start(3);
  clock.advance(120);
  assertEquals(counts(), [1, 1, 0]);
  await tool.end(0);
  assertEquals(tool.started, [1, 3]);
});

Deno.test("callTool() drops what a tool gives after its call has expired", async () => {
  const { clock, tool, start, counts } = setUp();
  const { outcome } = start(1, { timeoutMs: 100 });
  clock.advance(120);
  assertEquals(await codeOf(outcome), "deadline_exceeded");
  assertEquals(counts(), [1, 0, 0]);
  await tool.end(0);
  assertEquals(await codeOf(outcome), "deadline_exceeded");
  assertEquals(counts(), [0, 0, 0]);
});

Deno.test("callTool() drops what a tool throws after its call has expired", async () => {
  const { clock, tool, start, counts } = setUp();
  const { outcome } = start(1, { timeoutMs: 100 });
  clock.advance(120);
  // Unhandled, this would fail the test.
  tool.runs[0]!.work.reject(new Error("late"));
  await settle();
  assertEquals(await codeOf(outcome), "deadline_exceeded");
  assertEquals(counts(), [0, 0, 0]);
});

Deno.test("callTool() does not count a call as expired that ended just in time", async () => {
  const { clock, tool, start, supervisor } = setUp();
  const { outcome } = start(1, { timeoutMs: 100 });
  clock.advance(99);
  await tool.end(0);
  clock.advance(1_000);
  assertEquals(await outcome, DONE);
  assertEquals(supervisor.stats().expired, 0);
});

Deno.test("callTool() answers a stopped call at once and tells its tool", async () => {
  const { tool, start } = setUp();
  const { call, outcome } = start(1);
  const { signal } = tool.runs[0]!.call;
  call.cancel("enough");
  assertEquals(await outcome, {
    kind: "problem",
    problem: { code: "cancelled", detail: "enough" },
  });
  assertEquals([signal.aborted, (signal.reason as DOMException).name], [true, "AbortError"]);
});

Deno.test("callTool() never starts the tool of a call that is stopped in the queue", async () => {
  const { tool, start, counts } = setUp({ maxWorkers: 1, queueMax: 2 });
  start(1);
  const second = start(2);
  start(3);
  second.call.cancel();
  assertEquals(counts(), [1, 1, 0]);
  assertEquals(await codeOf(second.outcome), "cancelled");
  await tool.end(0);
  await tool.end(1);
  assertEquals(tool.started, [1, 3]);
  assertEquals(counts(), [0, 0, 0]);
});

Deno.test("callTool() takes a call that was stopped before for what it is", () => {
  const { tool, supervisor } = setUp();
  const call = callOf(tool);
  call.cancel("too late");
  const outcome = supervisor.callTool(call) as Outcome;
  assertEquals(outcome, { kind: "problem", problem: { code: "cancelled", detail: "too late" } });
  assertEquals(tool.started, []);
});

Deno.test("callTool() answers at once a call that is stopped while its tool starts", async () => {
  const { supervisor } = setUp();
  const never = targetOf((call) => {
    call.cancel("stopped by its own start");
    return new Promise(() => {});
  });
  const outcome = Promise.resolve(supervisor.callTool(callOf(never)));
  assertEquals(await peek(outcome.then(codeOf)), "cancelled");
});

Deno.test("callTool() gives up the slot of a queued call that is stopped while its tool starts", async () => {
  const { clock, supervisor, tool, start, counts } = setUp({
    maxWorkers: 1,
    heartbeatPeriodMs: 100,
  });
  start(1);
  const never = targetOf((call) => {
    call.cancel();
    return new Promise(() => {});
  });
  const second = Promise.resolve(supervisor.callTool(callOf(never)));
  await tool.end(0);
  assertEquals(await codeOf(second), "cancelled");
  clock.advance(300);
  assertEquals(counts(), [0, 0, 1]);
});

Deno.test("callTool() gives the slot back when the tool throws, and lets the fault through", async () => {
  const { supervisor, counts } = setUp({ maxWorkers: 1, queueMax: 0 });
  const targets = [
    targetOf(() => {
      throw new Error("planted");
    }),
    targetOf(() => Promise.reject(new Error("planted"))),
  ];
  for (const target of targets) {
    await assertRejects(
      async () => await supervisor.callTool(callOf(target)),
      Error,
      "planted",
    );
    assertEquals(counts(), [0, 0, 0]);
  }
});

Deno.test("callTool() gives the slot back when the tool of a queued call throws", async () => {
  const { supervisor, tool, start, counts } = setUp({ maxWorkers: 1 });
  start(1);
  const throwing = targetOf(() => {
    throw new Error("planted");
  });
  const second = Promise.resolve(supervisor.callTool(callOf(throwing)));
  const third = start(3);
  const failure = assertRejects(() => second, Error, "planted");
  await tool.end(0);
  await failure;
  await tool.end(1);
  assertEquals(await third.outcome, DONE);
  assertEquals(counts(), [0, 0, 0]);
});

Deno.test("callTool() works through a queue of tools that answer at once", async () => {
  const { supervisor, tool, start, counts } = setUp({ maxWorkers: 1 });
  start(1);
  const quick = targetOf(() => DONE);
  const waiting = Array.from({ length: 100 }, () => supervisor.callTool(callOf(quick)));
  assertEquals(counts(), [1, 100, 0]);
  await tool.end(0);
  assertEquals(await Promise.all(waiting), waiting.map(() => DONE));
  assertEquals(counts(), [0, 0, 0]);
});

Deno.test("a tool that goes on after its call keeps its slot until it was seen twice", async () => {
  const warnings: unknown[] = [];
  const log: Logger = { ...SILENT_LOG, warn: (_, fields) => warnings.push(fields) };
  const { clock, tool, start, counts } = setUp({ maxWorkers: 1, heartbeatPeriodMs: 1_000, log });
  const first = start(1);
  const second = start(2);
  first.call.cancel();
  assertEquals(counts(), [1, 1, 0]);
  clock.advance(1_999);
  assertEquals(counts(), [1, 1, 0]);
  assertEquals(tool.started, [1]);
  clock.advance(1);
  assertEquals(tool.started, [1, 2]);
  assertEquals(counts(), [1, 0, 1]);
  assertEquals(warnings, [{ tool: "manual", abandoned: 1 }]);
  await tool.end(1);
  assertEquals(await second.outcome, DONE);
  assertEquals(counts(), [0, 0, 1]);
});

Deno.test("a tool that ends before it was seen twice is not abandoned", async () => {
  const { clock, tool, start, counts } = setUp({ maxWorkers: 1, heartbeatPeriodMs: 1_000 });
  start(1).call.cancel();
  clock.advance(1_999);
  await tool.end(0);
  clock.advance(10_000);
  assertEquals(counts(), [0, 0, 0]);
  assertEquals(clock.pending, 0);
});

Deno.test("an abandoned tool that ends after all is not counted any more, and frees no second slot", async () => {
  const { clock, tool, start, counts } = setUp({ maxWorkers: 1, heartbeatPeriodMs: 1_000 });
  start(1).call.cancel();
  clock.advance(2_000);
  assertEquals(counts(), [0, 0, 1]);
  start(2);
  start(3);
  await tool.end(0);
  assertEquals(counts(), [1, 1, 0]);
  assertEquals(tool.started, [1, 2]);
});

Deno.test("an abandoned tool that fails after all is not counted any more either", async () => {
  const { clock, tool, start, counts } = setUp({ maxWorkers: 1, heartbeatPeriodMs: 1_000 });
  start(1).call.cancel();
  clock.advance(2_000);
  tool.runs[0]!.work.reject(new Error("late"));
  await settle();
  assertEquals(counts(), [0, 0, 0]);
});

Deno.test("tools are abandoned up to their limit; above it their slots stay taken", async () => {
  const many = LIMITS.abandonedCallsMax + 1;
  const { clock, tool, start, counts } = setUp({ maxWorkers: many, heartbeatPeriodMs: 100 });
  for (let id = 0; id < many; id++) start(id).call.cancel();
  clock.advance(200);
  assertEquals(counts(), [1, 0, LIMITS.abandonedCallsMax]);
  clock.advance(1_000);
  assertEquals(counts(), [1, 0, LIMITS.abandonedCallsMax]);
  await tool.end(0);
  assertEquals(counts(), [1, 0, LIMITS.abandonedCallsMax - 1]);
  clock.advance(100);
  assertEquals(counts(), [0, 0, LIMITS.abandonedCallsMax]);
});

Deno.test("shutdown() of an idle supervisor ends at once, without a timer", async () => {
  const { clock, supervisor } = setUp();
  assertEquals(await supervisor.shutdown(), { stopped: 0 });
  assertEquals(supervisor.stats().draining, true);
  assertEquals(clock.pending, 0);
});

Deno.test("shutdown() refuses new calls as overloaded and says why", async () => {
  const { supervisor, start, tool } = setUp();
  start(1);
  const end = supervisor.shutdown();
  const refused = supervisor.callTool(callOf(tool));
  assertEquals(refused as Outcome, {
    kind: "problem",
    problem: {
      code: "overloaded",
      detail: "Cannot take the call: the server is shutting down",
      retryAfterMs: 1_000,
    },
  });
  await tool.end(0);
  await end;
  assertEquals(await codeOf(supervisor.callTool(callOf(tool))), "overloaded");
  assertEquals(supervisor.stats().overloaded, 2);
});

Deno.test("shutdown() waits for what runs and for what waits", async () => {
  const { clock, supervisor, start, tool } = setUp({ maxWorkers: 1 });
  const calls = [start(1), start(2)];
  const end = supervisor.shutdown({ deadlineMs: 5_000 });
  clock.advance(4_000);
  await tool.end(0);
  assertEquals(await peek(end), undefined);
  await tool.end(1);
  assertEquals(await peek(end), { stopped: 0 });
  for (const { outcome } of calls) assertEquals(await outcome, DONE);
  assertEquals(clock.pending, 0);
});

Deno.test("shutdown() stops at its deadline what runs and what waits", async () => {
  const { clock, supervisor, start, tool, counts } = setUp({ maxWorkers: 1 });
  const calls = [start(1), start(2)];
  const end = supervisor.shutdown({ deadlineMs: 5_000 });
  clock.advance(4_999);
  assertEquals(await peek(end), undefined);
  clock.advance(1);
  assertEquals(await peek(end), { stopped: 2 });
  for (const { outcome } of calls) {
    assertEquals(await outcome, {
      kind: "problem",
      problem: {
        code: "cancelled",
        detail: "The server shut down before the call had ended",
      },
    });
  }
  assertEquals(tool.started, [1]);
  assertEquals(counts(), [1, 0, 0]);
  assertEquals(clock.pending, 0);
  await tool.end(0);
  assertEquals(counts(), [0, 0, 0]);
});

Deno.test("shutdown() does not wait for tools whose calls are answered", async () => {
  const { clock, supervisor, start, tool } = setUp();
  start(1).call.cancel();
  assertEquals(await peek(supervisor.shutdown()), { stopped: 0 });
  assertEquals(clock.pending, 0);
  await tool.end(0);
});

Deno.test("shutdown() twice waits for the same end, and the first deadline holds", async () => {
  const { clock, supervisor, start, tool } = setUp();
  start(1);
  const first = supervisor.shutdown({ deadlineMs: 1_000 });
  const second = supervisor.shutdown({ deadlineMs: 1 });
  clock.advance(999);
  assertEquals(await peek(second), undefined);
  clock.advance(1);
  assertEquals([await first, await second], [{ stopped: 1 }, { stopped: 1 }]);
  assertEquals(await supervisor.shutdown(), { stopped: 1 });
  await tool.end(0);
});

Deno.test("shutdown() keeps the calls' own deadlines while it waits", async () => {
  const { clock, supervisor, start, tool } = setUp();
  const { outcome } = start(1, { timeoutMs: 100 });
  const end = supervisor.shutdown({ deadlineMs: 5_000 });
  clock.advance(120);
  assertEquals(await codeOf(outcome), "deadline_exceeded");
  assertEquals(await end, { stopped: 0 });
  await tool.end(0);
});

const RANGES = [
  ["defaultTimeoutMs", 1, LIMITS.timeoutMsMax],
  ["maxWorkers", 1, LIMITS.workersMax],
  ["queueMax", 0, LIMITS.queueMax],
  ["heartbeatPeriodMs", 10, LIMITS.timeoutMsMax],
] as const;

for (const [name, min, max] of RANGES) {
  Deno.test(`createSupervisor() takes ${name} from ${min} to ${max} and nothing else`, () => {
    createSupervisor({ [name]: min });
    createSupervisor({ [name]: max });
    for (const value of [min - 1, max + 1, min + 0.5, NaN, Infinity, "5"]) {
      const error = assertThrows(() => createSupervisor({ [name]: value }), GomcpError, name);
      assertEquals(error.code, "invalid_request");
    }
  });
}

type Event =
  | { readonly do: "call"; readonly how: "manual" | "sync" | "throw"; readonly timeoutMs: number }
  | { readonly do: "end" | "fail" | "stop"; readonly pick: number }
  | { readonly do: "pass"; readonly ms: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("call" as const),
      how: fc.constantFrom("manual" as const, "manual" as const, "sync" as const, "throw" as const),
      timeoutMs: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("end" as const, "fail" as const, "stop" as const),
      pick: fc.nat(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(250) }) },
);

interface Followed {
  readonly call: Call;
  readonly dueMs: number;
  /** How often it was answered, and with what. */
  readonly answers: string[];
}

/** Sends random events to a supervisor and looks after each whether its numbers can be true. */
class Exercise {
  readonly clock = new FakeClock();
  readonly calls: Followed[] = [];
  readonly #options: { readonly maxWorkers: number; readonly queueMax: number };
  readonly #supervisor;
  readonly #working = new Set<PromiseWithResolvers<Outcome>>();
  #started = 0;

  constructor(options: { readonly maxWorkers: number; readonly queueMax: number }) {
    this.#options = options;
    this.#supervisor = createSupervisor({ ...options, clock: this.clock, heartbeatPeriodMs: 50 });
  }

  async take(event: Event): Promise<void> {
    if (event.do === "call") this.#call(event.how, event.timeoutMs);
    else if (event.do === "pass") this.clock.advance(event.ms);
    else if (event.do === "stop") this.#pick(this.calls, event.pick)?.call.cancel();
    else this.#end(this.#pick([...this.#working], event.pick), event.do);
    await settle();
    this.check();
  }

  #pick<T>(all: readonly T[], pick: number): T | undefined {
    return all[pick % all.length];
  }

  #call(how: "manual" | "sync" | "throw", timeoutMs: number): void {
    const call = callOf(
      targetOf(() => {
        this.#started++;
        if (how === "throw") throw new Error("planted");
        if (how === "sync") return DONE;
        const work = Promise.withResolvers<Outcome>();
        this.#working.add(work);
        return work.promise;
      }),
      { timeoutMs },
    );
    const followed = { call, dueMs: this.clock.now() + timeoutMs, answers: [] as string[] };
    this.calls.push(followed);
    Promise.resolve(this.#supervisor.callTool(call)).then(codeOf, () => "thrown")
      .then((code) => followed.answers.push(code));
  }

  #end(work: PromiseWithResolvers<Outcome> | undefined, how: "end" | "fail"): void {
    if (work === undefined) return;
    this.#working.delete(work);
    if (how === "end") work.resolve(DONE);
    else work.reject(new Error("planted"));
  }

  check(): void {
    const { maxWorkers, queueMax } = this.#options;
    const { running, queued, abandoned, started } = this.#supervisor.stats();
    assert(running >= 0 && running <= maxWorkers, `running ${running}`);
    assert(queued >= 0 && queued <= queueMax, `queued ${queued}`);
    assert(queued === 0 || running === maxWorkers, `${queued} wait while ${running} run`);
    assertEquals(running + abandoned, this.#working.size);
    assertEquals(started, this.#started);
    for (const { call, dueMs, answers } of this.calls) {
      assert(answers.length <= 1);
      if (call.stopped !== undefined && answers.length === 0) assert(false, "stopped, unanswered");
      if (dueMs + 2 * TICK_MS <= this.clock.now()) assertEquals(answers.length, 1);
    }
  }

  /** Ends everything, those that wait included. */
  async endAll(): Promise<void> {
    while (this.#working.size > 0) {
      for (const work of this.#working) this.#end(work, "end");
      await settle();
    }
  }

  async shutdown(deadlineMs: number): Promise<void> {
    const open = this.calls.filter(({ answers }) => answers.length === 0).length;
    const end = this.#supervisor.shutdown({ deadlineMs });
    this.clock.advance(deadlineMs);
    await settle();
    const { stopped } = (await peek(end))!;
    assert(stopped <= open);
    for (const { answers } of this.calls) assertEquals(answers.length, 1);
  }

  get stats() {
    return this.#supervisor.stats();
  }
}

const size = fc.record({ maxWorkers: fc.integer({ min: 1, max: 3 }), queueMax: fc.nat(3) });
const events = fc.array(event, { maxLength: 40 });

Deno.test("the supervisor's numbers are true after any events, and in the end nothing is left", async () => {
  await fc.assert(fc.asyncProperty(size, events, async (options, events) => {
    const exercise = new Exercise(options);
    for (const event of events) await exercise.take(event);
    await exercise.endAll();
    const { running, queued, abandoned } = exercise.stats;
    assertEquals([running, queued, abandoned], [0, 0, 0]);
    for (const { answers } of exercise.calls) assertEquals(answers.length, 1);
    exercise.clock.advance(1_000);
    assertEquals(exercise.clock.pending, 0);
  }));
});

Deno.test("shutdown() after any events answers every call and leaves no timer", async () => {
  await fc.assert(
    fc.asyncProperty(size, events, fc.nat(100), async (options, events, deadlineMs) => {
      const exercise = new Exercise(options);
      for (const event of events) await exercise.take(event);
      await exercise.shutdown(deadlineMs);
      assertEquals(exercise.clock.pending, 0);
      await exercise.endAll();
      const { running, queued, abandoned } = exercise.stats;
      assertEquals([running, queued, abandoned], [0, 0, 0]);
    }),
  );
});
