/** The audit layer: puts each call on record, what was refused too, and may refuse it itself. */
import { isGomcpError } from "../base/errors.ts";
import type { Call, Handler, Layer } from "../pipeline/call.ts";
import { type Outcome, refuse } from "../pipeline/outcome.ts";
import type { AuditLog } from "./audit_log.ts";
import { codeOf, measureArgs, measureOutcome, nameOf } from "./measure.ts";
import type { AppliedRule } from "./policy.ts";
import type { AuditCode, AuditStage, OpenRecord } from "./record.ts";

/** How often the two clocks are compared: the wall's may be set at any time. */
const CLOCKS_MS = 50;

/**
 * In mode `best_effort` a call that needs no promise gets none. In the others a call waits for
 * the record of its arrival, and is refused when no sink has taken it.
 */
export function auditLayer(log: AuditLog): Layer {
  return (next) => {
    const recorder = new Recorder(log, next);
    return log.mode === "best_effort" ? recorder.handle : recorder.handleGated;
  };
}

/** A call's record is begun when the call comes in and finished when it ends; the log keeps copies. */
class Recorder {
  readonly #log: AuditLog;
  readonly #next: Handler;
  #comparedMs = -Infinity;
  #wallAheadMs = 0;

  constructor(log: AuditLog, next: Handler) {
    this.#log = log;
    this.#next = next;
  }

  readonly handle: Handler = (call) => {
    const rule = this.#log.policy.ruleFor(call.tenant, call.adapter, call.tool);
    if (rule.level === "none") return this.#next(call);
    const record = this.#begin(call, rule);
    if (rule.received) record.received = this.#log.log(record);
    return this.#run(call, rule, record);
  };

  readonly handleGated: Handler = async (call) => {
    const rule = this.#log.policy.ruleFor(call.tenant, call.adapter, call.tool);
    if (rule.level === "none") return this.#next(call);
    const record = this.#begin(call, rule);
    const { seq, taken } = await this.#log.commit(record);
    record.received = seq;
    if (taken) return this.#run(call, rule, record);
    return this.#end(call, rule, record, UNAVAILABLE);
  };

  #run(call: Call, rule: AppliedRule, record: OpenRecord): Outcome | Promise<Outcome> {
    try {
      const outcome = this.#next(call);
      if (!(outcome instanceof Promise)) return this.#end(call, rule, record, outcome);
      return outcome.then(
        (settled) => this.#end(call, rule, record, settled),
        (thrown) => this.#panic(call, rule, record, thrown),
      );
    } catch (thrown) {
      return this.#panic(call, rule, record, thrown);
    }
  }

  #end(call: Call, rule: AppliedRule, record: OpenRecord, outcome: Outcome): Outcome {
    const refused = outcome.kind === "problem" && !call.dispatched;
    if (refused ? !rule.refused : !rule.completed) return outcome;
    measureOutcome(this.#log, rule, record, outcome);
    this.#finish(call, record, refused ? "refused" : "completed", codeOf(outcome));
    return outcome;
  }

  /** What was thrown goes on to the fault layer. Problems that are thrown are endings like others. */
  #panic(call: Call, rule: AppliedRule, record: OpenRecord, thrown: unknown): never {
    if (isGomcpError(thrown) && thrown.code !== "internal") {
      this.#end(call, rule, record, { kind: "problem", problem: thrown.problem });
    } else if (rule.panicked) {
      this.#finish(call, record, "panicked", "internal");
    }
    throw thrown;
  }

  #finish(call: Call, record: OpenRecord, stage: AuditStage, code: AuditCode): void {
    const endedMs = call.endedMs ??= this.#log.clock.now();
    record.time = this.#wallAt(endedMs);
    record.stage = stage;
    record.decision = stage === "refused" ? "refused" : "allowed";
    record.code = code;
    // The same text, but one that lives as long as the log's records do.
    if (call.kind === "tool" && call.target !== undefined) record.tool = call.target.name;
    record.durationUs = Math.round((endedMs - call.arrivedMs!) * 1_000);
    this.#log.log(record);
  }

  /** Asking a clock costs as much as all the rest: one is asked, and the other follows it. */
  #wallAt(nowMs: number): number {
    if (nowMs - this.#comparedMs > CLOCKS_MS || nowMs < this.#comparedMs) {
      this.#comparedMs = nowMs;
      this.#wallAheadMs = this.#log.clock.wall() - nowMs;
    }
    return nowMs + this.#wallAheadMs;
  }

  /** With the same members in the same order as `copyEntry`. */
  #begin(call: Call, rule: AppliedRule): OpenRecord {
    const { client } = call;
    // Whoever reads the clock first does it for all.
    const arrivedMs = call.arrivedMs ??= this.#log.clock.now();
    const record: OpenRecord = {
      seq: 0,
      time: this.#wallAt(arrivedMs),
      stage: "received",
      tenant: call.tenant,
      adapter: call.adapter,
      client: client.name,
      clientVersion: client.version,
      address: client.address,
      kind: call.kind,
      tool: nameOf(call.tool),
      id: call.id,
      decision: "pending",
      code: "pending",
      durationUs: undefined,
      argBytes: undefined,
      resultBytes: undefined,
      argHash: undefined,
      resultHash: undefined,
      args: undefined,
      result: undefined,
      redacted: false,
      received: undefined,
      batch: call.batch,
    };
    measureArgs(this.#log, rule, record, call.args);
    return record;
  }
}

const UNAVAILABLE = refuse(
  "audit_unavailable",
  "Cannot take the call: no audit sink has taken its record",
  { retryAfterMs: 1_000 },
);
