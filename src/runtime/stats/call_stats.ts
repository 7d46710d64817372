/** What becomes of calls, counted by tool and by tenant, for whoever looks at the server. */
import type { Clock } from "../../base/clock.ts";
import type { ErrorCode } from "../../base/code_table.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Call } from "../../pipeline/call.ts";
import type { CallWatch } from "../../pipeline/call_watch.ts";
import type { Outcome } from "../../pipeline/outcome.ts";
import type { CallKind } from "../../protocol/methods.ts";
import { type Buckets, LatencyHistogram } from "./latency.ts";

/** Counts since the start, of one tool or tenant. */
export interface CallCounts {
  /** The tool (of other kinds of calls with the kind before it), or the tenant. */
  readonly name: string;
  /** Calls that have ended. */
  readonly calls: number;
  /** Those of them that were refused before a tool was started. */
  readonly refused: number;
  /** Those of them whose tool failed, by its own word or for the caller. */
  readonly failed: number;
  /** Calls that are open. */
  readonly inFlight: number;
  /** Durations, in the buckets of `LatencyHistogram`. */
  readonly latency: Buckets;
  /** All of these durations together, in milliseconds. */
  readonly latencySumMs: number;
}

/** How many calls ended by an error's code. */
export interface ProblemCounts {
  /** The code of the error. */
  readonly code: ErrorCode;
  /** Calls that ended by it since the start. */
  readonly calls: number;
}

/** All that is counted. */
export interface CallStatsSnapshot {
  /** By tool; above the bound, and for what has no tool, together. */
  readonly tools: readonly CallCounts[];
  /** By tenant; above the bound together. */
  readonly tenants: readonly CallCounts[];
  /** By code, of all calls that were refused or failed; codes that nothing has ended by are left out. */
  readonly problems: readonly ProblemCounts[];
}

/** The name that stands for all tools or tenants above the bound. */
export const OTHER = "(other)";
/** Calls of tools that do not exist: their names are the callers' and would have no bound. */
export const UNKNOWN = "(unknown)";

/** So many calls are all timed, then one of `SAMPLE`, on average: reading the clock costs more than the rest. */
const ALL_TIMED = 1_024;
const SAMPLE = 64;

interface Waiting {
  readonly tool: Meter | undefined;
  readonly tenant: Meter;
}

class Meter {
  readonly name: string;
  readonly latency = new LatencyHistogram();
  calls = 0;
  refused = 0;
  failed = 0;
  inFlight = 0;

  constructor(name: string) {
    this.name = name;
  }

  counts(): CallCounts {
    const { name, calls, refused, failed, inFlight, latency } = this;
    const latencySumMs = latency.sumMs;
    return { name, calls, refused, failed, inFlight, latency: latency.buckets(), latencySumMs };
  }
}

/**
 * Counts calls. A call that another part of the server has timed is timed by that; of the rest,
 * those that end without a promise, a sample is.
 */
export class CallStats implements CallWatch {
  readonly #clock: Clock;
  readonly #tools = new Table("");
  readonly #kinds: Readonly<Record<CallKind, Table>> = {
    tool: this.#tools,
    resource: new Table("resource "),
    prompt: new Table("prompt "),
    completion: new Table("completion "),
  };
  readonly #tenants = new Table("");
  readonly #unknown = new Meter(UNKNOWN);
  /** By code, of which there are few. */
  readonly #problems = new Map<ErrorCode, number>();
  #begun = 0;
  #nextTimed = 0;
  #random = 0x9e3779b9;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(call: Call): void {
    const nth = this.#begun++;
    if (nth < this.#nextTimed) return;
    this.#nextTimed = nth + (nth < ALL_TIMED ? 1 : this.#gap());
    call.arrivedMs ??= this.#clock.now();
  }

  /** At random: calls that come in turns would else be timed of one tool only (xorshift, Marsaglia 2003). */
  #gap(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return 1 + (x >>> 0) % (2 * SAMPLE - 1);
  }

  wait(call: Call): void {
    const { target } = call;
    const waiting: Waiting = {
      tool: target === undefined ? undefined : this.#tableOf(call.kind).meter(target.name),
      tenant: this.#tenants.meter(call.tenant),
    };
    if (waiting.tool !== undefined) waiting.tool.inFlight++;
    waiting.tenant.inFlight++;
    call.meter = waiting;
  }

  end(call: Call, outcome: Outcome, waited: boolean): void {
    const { target } = call;
    const tool = target === undefined ? this.#unknown : this.#tableOf(call.kind).meter(target.name);
    const tenant = this.#tenants.meter(call.tenant);
    if (waited) release(call);
    tool.calls++;
    tenant.calls++;
    if (outcome.kind === "problem") {
      this.#countProblem(outcome.problem.code);
      if (call.dispatched) {
        tool.failed++;
        tenant.failed++;
      } else {
        tool.refused++;
        tenant.refused++;
      }
    } else if (outcome.kind === "result" && outcome.result.isError === true) {
      this.#countProblem("tool_error");
      tool.failed++;
      tenant.failed++;
    }
    if (call.arrivedMs !== undefined) this.#time(call, waited, tool, tenant);
  }

  #countProblem(code: ErrorCode): void {
    this.#problems.set(code, (this.#problems.get(code) ?? 0) + 1);
  }

  #tableOf(kind: CallKind): Table {
    return kind === "tool" ? this.#tools : this.#kinds[kind];
  }

  /** A sampled call stands for those that were not timed; one that others timed for itself. */
  #time(call: Call, waited: boolean, tool: Meter, tenant: Meter): void {
    const sampled = !waited && call.endedMs === undefined && this.#begun > ALL_TIMED;
    const weight = sampled ? SAMPLE : 1;
    const ms = (call.endedMs ?? this.#clock.now()) - call.arrivedMs!;
    tool.latency.record(ms, weight);
    tenant.latency.record(ms, weight);
  }

  /** A picture of this moment: what has never been called has no row. */
  snapshot(): CallStatsSnapshot {
    const tools = Object.values(this.#kinds).flatMap((table) => table.counts());
    if (this.#unknown.calls > 0) tools.push(this.#unknown.counts());
    const problems = [...this.#problems].map(([code, calls]) => ({ code, calls }));
    return { tools, tenants: this.#tenants.counts(), problems };
  }
}

function release(call: Call): void {
  const { tool, tenant } = call.meter as Waiting;
  if (tool !== undefined) tool.inFlight--;
  tenant.inFlight--;
  call.meter = undefined;
}

/** Meters by name, as many as may be told apart. */
class Table {
  readonly #prefix: string;
  readonly #meters = new Map<string, Meter>();
  #other: Meter | undefined;
  /** Asked for last: most calls are like the one before, and a look into a map costs as much as the rest. */
  #last: Meter | undefined;
  #lastName: string | undefined;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  meter(name: string): Meter {
    if (name === this.#lastName) return this.#last!;
    const meter = this.#meters.get(name) ?? this.#make(name);
    this.#lastName = name;
    this.#last = meter;
    return meter;
  }

  #make(name: string): Meter {
    if (this.#meters.size >= LIMITS.statsLabelsMax) {
      return this.#other ??= new Meter(this.#prefix + OTHER);
    }
    const meter = new Meter(this.#prefix + name);
    this.#meters.set(name, meter);
    return meter;
  }

  counts(): CallCounts[] {
    const all = this.#other === undefined
      ? [...this.#meters.values()]
      : [...this.#meters.values(), this.#other];
    return all.map((meter) => meter.counts());
  }
}
