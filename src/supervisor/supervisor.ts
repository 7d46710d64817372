/** Decides which call runs, when and how long: slots, a bounded queue, deadlines, drain. */
import { formatDuration } from "../base/duration.ts";
import type { Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Call, Handler } from "../pipeline/call.ts";
import { failed, type Outcome, refuse } from "../pipeline/outcome.ts";
import { Lingering } from "./lingering.ts";
import { checkOptions, type SupervisorOptions, type SupervisorSettings } from "./options.ts";
import { Run, type RunOwner } from "./run.ts";
import { OpenTable } from "../base/open_table.ts";
import { TimerWheel } from "../base/timer_wheel.ts";

/** A picture of this moment, and counts since the start. */
export interface SupervisorStats {
  /** Calls that hold a slot. */
  readonly running: number;
  /** Calls that wait for a slot. */
  readonly queued: number;
  /** Tools that still work though their call was given up. */
  readonly abandoned: number;
  /** True once it has begun to shut down. */
  readonly draining: boolean;
  /** Calls that a tool was started for. */
  readonly started: number;
  /** Calls refused because the queue was full or the server drains. */
  readonly overloaded: number;
  /** Calls that passed their deadline. */
  readonly expired: number;
}

/** What a shutdown came to. */
export interface ShutdownResult {
  /** Calls that were open at the deadline and were stopped. */
  readonly stopped: number;
}

/** Runs calls within its bounds. */
export interface Supervisor {
  /** Runs the call's target in a slot, or waits for one. Needs `call.target`. */
  callTool: Handler;
  /**
   * Takes no more calls, waits up to `deadlineMs` for the open ones, then stops them.
   * Calling it again waits for the same end.
   */
  shutdown(options?: { readonly deadlineMs?: number }): Promise<ShutdownResult>;
  /** Stops the open calls that `which` picks, each answered with `why`; gives how many. */
  stopCalls(which: (call: Call) => boolean, why: Problem): number;
  /** How busy it is. */
  stats(): SupervisorStats;
}

/**
 * Builds a supervisor.
 *
 * @example
 * ```ts
 * import { createSupervisor } from "gomcp";
 *
 * const supervisor = createSupervisor({ maxWorkers: 10, defaultTimeoutMs: 1_000 });
 * if (supervisor.stats().running !== 0) throw new Error();
 * await supervisor.shutdown();
 * ```
 *
 * @throws {GomcpError} `invalid_request` for a number out of range.
 */
export function createSupervisor(options: SupervisorOptions = {}): Supervisor {
  const supervisor = new SlotSupervisor(checkOptions(options));
  return {
    callTool: (call) => supervisor.callTool(call),
    shutdown: ({ deadlineMs = 30_000 } = {}) => supervisor.shutdown(deadlineMs),
    stopCalls: (which, why) => supervisor.stopCalls(which, why),
    stats: () => supervisor.stats(),
  };
}

class SlotSupervisor implements RunOwner {
  readonly #settings: SupervisorSettings;
  readonly #wheel: TimerWheel;
  /** In order of arrival; a Set, so that one that gives up leaves at once. */
  readonly #queue = new Set<Run>();
  /** Runs with a promise: what a drain waits for and what it stops. */
  readonly #open = new OpenTable<Run>();
  /** Answered, but their tool still works. */
  readonly #lingering: Lingering;
  #running = 0;
  #started = 0;
  #overloaded = 0;
  #expired = 0;
  #abandoned = 0;
  #meanRunMs = 0;
  #draining = false;
  #shutdown: Promise<ShutdownResult> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(settings: SupervisorSettings) {
    this.#settings = settings;
    this.#wheel = new TimerWheel(settings.clock);
    this.#lingering = new Lingering(
      settings.clock,
      settings.heartbeatPeriodMs,
      (run) => this.#giveUp(run),
    );
  }

  callTool(call: Call): Outcome | Promise<Outcome> {
    if (call.stopped !== undefined) return failed(call.stopped);
    if (this.#draining) return this.#refuse("the server is shutting down", 1_000);
    if (this.#running >= this.#settings.maxWorkers) return this.#enqueue(call);
    const outcome = this.#dispatch(call);
    if (!(outcome instanceof Promise)) {
      this.#releaseSlot();
      return outcome;
    }
    // Time counts from here: no timer could fire before, and reading the clock is not free.
    const run = this.#openRun(call);
    run.state = "running";
    this.#follow(run, outcome);
    return run.outcome;
  }

  /** Takes a slot and starts the tool. A throw becomes a rejection, which the fault layer answers. */
  #dispatch(call: Call): Outcome | Promise<Outcome> {
    this.#running++;
    this.#started++;
    call.dispatched = true;
    try {
      return call.target!.run(call);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #openRun(call: Call): Run {
    const timeoutMs = Math.min(
      call.timeoutMs ?? Infinity,
      call.target!.timeoutMs ?? call.task?.timeoutMs ?? this.#settings.defaultTimeoutMs,
    );
    const nowMs = this.#settings.clock.now();
    call.arrivedMs ??= nowMs;
    const run = new Run(call, this, nowMs, timeoutMs);
    run.number = this.#open.add(run);
    this.#wheel.add(run);
    return run;
  }

  #follow(run: Run, work: Promise<Outcome>): void {
    // The tool may have stopped its own call before anybody listened.
    if (run.call.stopped !== undefined) run.answer(failed(run.call.stopped));
    work.then(
      (outcome) => this.#onWorkEnd(run, outcome),
      (thrown) => this.#onWorkEnd(run, Promise.reject<Outcome>(thrown)),
    );
  }

  #onWorkEnd(run: Run, outcome: Outcome | Promise<Outcome>): void {
    // A rejection travels through the run's own promise to the fault layer.
    if (outcome instanceof Promise && run.answered) outcome.catch(() => {});
    const givenUp = run.state === "ended";
    run.state = "ended";
    run.answer(outcome);
    this.#lingering.delete(run);
    if (givenUp) {
      this.#abandoned--;
      return;
    }
    const nowMs = this.#settings.clock.now();
    run.call.endedMs = nowMs;
    this.#noteDuration(nowMs - run.startedMs);
    this.#releaseSlot();
  }

  onAnswered(run: Run): void {
    this.#wheel.remove(run);
    this.#open.take(run.number);
    this.#queue.delete(run);
    if (run.state === "running") this.#lingering.add(run);
    if (this.#open.size === 0) this.#onIdle?.();
  }

  onDeadline(run: Run): void {
    this.#expired++;
    const { call } = run;
    const what = run.state === "waiting" ? "while it waited for a free worker" : "while it ran";
    call.stop({
      code: "deadline_exceeded",
      detail: `Tool "${call.tool}" passed its deadline of ${formatDuration(run.timeoutMs)} ${what}`,
      limit: run.timeoutMs,
    });
  }

  #enqueue(call: Call): Outcome | Promise<Outcome> {
    const { queueMax, maxWorkers } = this.#settings;
    if (this.#queue.size >= queueMax) {
      const retryAfterMs = this.#retryAfterMs();
      const what = `all ${maxWorkers} workers are busy and ${this.#queue.size} calls wait`;
      return this.#refuse(what, retryAfterMs, queueMax);
    }
    const run = this.#openRun(call);
    this.#queue.add(run);
    return run.outcome;
  }

  #refuse(what: string, retryAfterMs: number, limit?: number): Outcome {
    this.#overloaded++;
    return refuse("overloaded", `Cannot take the call: ${what}`, {
      retryAfterMs,
      ...(limit !== undefined && { limit, remaining: 0 }),
    });
  }

  /** How long the queue is expected to need, from how long calls have taken lately. */
  #retryAfterMs(): number {
    const perWorker = (this.#queue.size + 1) / this.#settings.maxWorkers;
    return Math.round(Math.min(Math.max(this.#meanRunMs * perWorker, 100), 30_000));
  }

  #noteDuration(ms: number): void {
    this.#meanRunMs += (ms - this.#meanRunMs) / 16;
  }

  #releaseSlot(): void {
    this.#running--;
    if (this.#queue.size > 0) this.#startNext();
  }

  #startNext(): void {
    const [run] = this.#queue;
    if (run === undefined) return;
    this.#queue.delete(run);
    run.state = "running";
    run.startedMs = this.#settings.clock.now();
    this.#follow(run, Promise.resolve(this.#dispatch(run.call)));
  }

  /** An inline tool cannot be killed; its slot must not be lost with it. */
  #giveUp(run: Run): boolean {
    if (this.#abandoned >= LIMITS.abandonedCallsMax) return false;
    run.state = "ended";
    this.#abandoned++;
    this.#settings.log.warn("tool goes on after its call has ended; its slot is given back", {
      tool: run.call.tool,
      abandoned: this.#abandoned,
    });
    this.#releaseSlot();
    return true;
  }

  shutdown(deadlineMs: number): Promise<ShutdownResult> {
    this.#shutdown ??= this.#drain(deadlineMs);
    return this.#shutdown;
  }

  async #drain(deadlineMs: number): Promise<ShutdownResult> {
    this.#draining = true;
    let stopped = 0;
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#settings.clock.after(deadlineMs, () => {
          stopped = this.#stopAll();
        });
        this.#onIdle = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#wheel.close();
    this.#lingering.close();
    return { stopped };
  }

  #stopAll(): number {
    const detail = "The server shut down before the call had ended";
    return this.stopCalls(() => true, { code: "cancelled", detail });
  }

  stopCalls(which: (call: Call) => boolean, why: Problem): number {
    const picked = this.#open.all().filter(({ call }) => which(call));
    for (const { call } of picked) call.stop(why);
    return picked.length;
  }

  stats(): SupervisorStats {
    return {
      running: this.#running,
      queued: this.#queue.size,
      abandoned: this.#abandoned,
      draining: this.#draining,
      started: this.#started,
      overloaded: this.#overloaded,
      expired: this.#expired,
    };
  }
}
