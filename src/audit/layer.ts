/** The audit layer: puts each call on record, what was refused too, and may refuse it itself. */
import { isGomcpError } from "../base/errors.ts";
import type { Call, Handler, Layer } from "../pipeline/call.ts";
import { type Outcome, refuse } from "../pipeline/outcome.ts";
import type { AuditLog } from "./audit_log.ts";
import { codeOf, measureArgs, type Measured, measureOutcome, nameOf } from "./measure.ts";
import type { AppliedRule } from "./policy.ts";
import type { AuditCode, AuditDecision, AuditEntry, AuditStage, OwnEntry } from "./record.ts";

/** How often the two clocks are compared: the wall's may be set at any time. */
const CLOCKS_MS = 50;

/** What is known of a call from its arrival to its end. */
interface Audited {
  readonly call: Call;
  readonly rule: AppliedRule;
  readonly startedMs: number;
  readonly args: Measured;
  received: number | undefined;
}

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
    const audited = this.#begin(call);
    if (audited === undefined) return this.#next(call);
    if (audited.rule.received) audited.received = this.#log.log(this.#arrival(audited));
    return this.#run(audited);
  };

  readonly handleGated: Handler = async (call) => {
    const audited = this.#begin(call);
    if (audited === undefined) return this.#next(call);
    const { seq, taken } = await this.#log.commit(this.#arrival(audited));
    audited.received = seq;
    return taken ? this.#run(audited) : this.#end(audited, UNAVAILABLE);
  };

  #begin(call: Call): Audited | undefined {
    const rule = this.#log.policy.ruleFor(call.tenant, call.adapter, call.tool);
    if (rule.level === "none") return undefined;
    // Whoever reads the clock first does it for all.
    const startedMs = call.arrivedMs ??= this.#log.clock.now();
    return { call, rule, startedMs, args: measureArgs(this.#log, call, rule), received: undefined };
  }

  #run(audited: Audited): Outcome | Promise<Outcome> {
    try {
      const outcome = this.#next(audited.call);
      if (!(outcome instanceof Promise)) return this.#end(audited, outcome);
      return outcome.then(
        (settled) => this.#end(audited, settled),
        (thrown) => this.#panic(audited, thrown),
      );
    } catch (thrown) {
      return this.#panic(audited, thrown);
    }
  }

  #end(audited: Audited, outcome: Outcome): Outcome {
    const { call, rule } = audited;
    const refused = outcome.kind === "problem" && !call.dispatched;
    if (refused ? !rule.refused : !rule.completed) return outcome;
    const stage = refused ? "refused" : "completed";
    const code = codeOf(outcome);
    this.#log.log(
      this.#ending(audited, stage, code, measureOutcome(this.#log, call, outcome, rule)),
    );
    return outcome;
  }

  /** What was thrown goes on to the fault layer. Problems that are thrown are endings like others. */
  #panic(audited: Audited, thrown: unknown): never {
    const { rule, call } = audited;
    if (isGomcpError(thrown) && thrown.code !== "internal") {
      this.#end(audited, { kind: "problem", problem: thrown.problem });
    } else if (rule.panicked) {
      const nothing = measureOutcome(this.#log, call, UNAVAILABLE, rule);
      this.#log.log(this.#ending(audited, "panicked", "internal", nothing));
    }
    throw thrown;
  }

  #arrival(audited: Audited): AuditEntry {
    const { startedMs } = audited;
    return this.#entry(audited, startedMs, "received", "pending", "pending", undefined, undefined);
  }

  #ending(audited: Audited, stage: AuditStage, code: AuditCode, result: Measured): AuditEntry {
    const endedMs = audited.call.endedMs ??= this.#log.clock.now();
    const durationUs = Math.round((endedMs - audited.startedMs) * 1_000);
    const decision = stage === "refused" ? "refused" : "allowed";
    return this.#entry(audited, endedMs, stage, decision, code, durationUs, result);
  }

  /** Asking a clock costs as much as all the rest: one is asked, and the other follows it. */
  #wallAt(nowMs: number): number {
    if (nowMs - this.#comparedMs > CLOCKS_MS || nowMs < this.#comparedMs) {
      this.#comparedMs = nowMs;
      this.#wallAheadMs = this.#log.clock.wall() - nowMs;
    }
    return nowMs + this.#wallAheadMs;
  }

  /** Always with the same members in the same order, so that the engine sees one shape. */
  #entry(
    { call, args, received }: Audited,
    nowMs: number,
    stage: AuditStage,
    decision: AuditDecision,
    code: AuditCode,
    durationUs: number | undefined,
    result: Measured | undefined,
  ): OwnEntry {
    const { client } = call;
    return {
      seq: 0,
      time: this.#wallAt(nowMs),
      stage,
      tenant: call.tenant,
      adapter: call.adapter,
      client: client.name,
      clientVersion: client.version,
      address: client.address,
      kind: call.kind,
      tool: nameOf(call.tool),
      id: call.id,
      decision,
      code,
      durationUs,
      argBytes: args.bytes,
      resultBytes: result?.bytes,
      argHash: args.hash,
      resultHash: result?.hash,
      args: args.text,
      result: result?.text,
      redacted: args.redacted || result?.redacted === true,
      received,
    };
  }
}

const UNAVAILABLE = refuse(
  "audit_unavailable",
  "Cannot take the call: no audit sink has taken its record",
  { retryAfterMs: 1_000 },
);
