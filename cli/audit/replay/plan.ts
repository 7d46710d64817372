/** Which recorded calls are made again, and why the others are not. */
import type { ReadRecord } from "../../../src/runtime/audit.ts";
import type { TargetTools } from "./target.ts";

/** A recorded call that can be made again. */
export interface PlannedCall {
  readonly seq: number;
  readonly tenant: string;
  readonly tool: string;
  readonly args: unknown;
  /** When it came in. */
  readonly startedMs: number;
  readonly code: string;
  readonly resultHash: string | undefined;
  readonly durationUs: number | undefined;
}

/** Sorts out what can and may be made again. */
export class ReplayPlan {
  readonly calls: PlannedCall[] = [];
  readonly #skipped = new Map<string, number>();
  readonly #tools: TargetTools;
  readonly #force: boolean;

  constructor(tools: TargetTools, force: boolean) {
    this.#tools = tools;
    this.#force = force;
  }

  add(record: ReadRecord): void {
    const why = this.#whyNot(record);
    if (why === undefined) this.calls.push(plannedCall(record));
    else if (why !== "") this.#skipped.set(why, (this.#skipped.get(why) ?? 0) + 1);
  }

  /** How many were left out, by reason. */
  get skipped(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#skipped);
  }

  /** In the order in which they came in. */
  ordered(): readonly PlannedCall[] {
    return this.calls.toSorted((a, b) => a.startedMs - b.startedMs);
  }

  /** Undefined for a call that is made again; the empty text for what is no end of a call. */
  #whyNot({ stage, kind, tool, code, args, redacted }: ReadRecord): string | undefined {
    // A batch's calls are on record themselves.
    if (stage === "received" || kind === "batch" || kind === "task") return "";
    if (kind !== "tool") return "not a tool";
    if (args === undefined) {
      return redacted === true ? "arguments were too large" : "recorded without arguments";
    }
    if (redacted === true && hasHidden(args)) return "something was taken out of the arguments";
    if (code === "cancelled" || code === "audit_unavailable" || code === "input_required") {
      return `ended as ${code}`;
    }
    const hints = this.#tools.get(tool);
    // What the target does not have cannot do anything: that it is not there is a difference.
    if (hints === undefined || this.#force) return undefined;
    const harmless = hints.readOnlyHint === true || hints.idempotentHint === true;
    return harmless ? undefined : "neither read-only nor idempotent (see --force)";
  }
}

function plannedCall(record: ReadRecord): PlannedCall {
  const { seq, tenant, tool, args, code, resultHash, durationUs, time } = record;
  const startedMs = Date.parse(time) - (durationUs ?? 0) / 1_000;
  return { seq, tenant, tool, args, startedMs, code, resultHash, durationUs };
}

/** `redacted` may be about the result only. */
function hasHidden(value: unknown): boolean {
  return /"hmac:[0-9a-f]{32}"|\[hmac:[0-9a-f]{32}\]/.test(
    JSON.stringify(value).replaceAll('\\"', '"'),
  );
}
