/** What a replay has shown. */
import { LIMITS } from "../../../src/base/limits.ts";
import { canonicalJson, type TenantKeys } from "../../../src/runtime/audit.ts";
import { durationText, printable } from "../print.ts";
import type { Replayed } from "./run_calls.ts";

/** A call that did not end as it had ended. */
export interface Difference {
  readonly tenant: string;
  readonly seq: number;
  readonly tool: string;
  readonly what: "code" | "result";
  readonly recorded: string;
  readonly replayed: string;
}

interface Latency {
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
}

export interface ReplayFacts {
  readonly target: string;
  /** Those that are the same, those that differ and those that are not compared. */
  readonly replayed: number;
  readonly same: number;
  readonly different: number;
  /** The same code, but results that could not be compared: no key, or no hash on record. */
  readonly uncompared: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly latency: { readonly recorded: Latency; readonly replayed: Latency };
  /** True when it was slower than `--latency-factor` allows. */
  readonly slower: boolean;
  readonly differences: readonly Difference[];
}

export class ReplayReport {
  replayed = 0;
  different = 0;
  readonly #keys: TenantKeys | undefined;
  readonly #differences: Difference[] = [];
  readonly #recordedUs: number[] = [];
  readonly #replayedUs: number[] = [];
  #uncompared = 0;

  /** Without keys only codes can be compared. */
  constructor(keys: TenantKeys | undefined) {
    this.#keys = keys;
  }

  add(each: Replayed): void {
    const { call, durationUs } = each;
    this.replayed++;
    this.#recordedUs.push(call.durationUs ?? 0);
    this.#replayedUs.push(durationUs);
    const difference = this.#compare(each);
    if (difference === undefined) return;
    this.different++;
    if (this.#differences.length < LIMITS.auditFindingsMax) this.#differences.push(difference);
  }

  #compare({ call, end }: Replayed): Difference | undefined {
    const { tenant, seq, tool } = call;
    const who = { tenant, seq, tool };
    if (end.code !== call.code) {
      return { ...who, what: "code", recorded: call.code, replayed: end.code };
    }
    if (end.result === undefined) return undefined;
    const text = canonicalJson(end.result);
    if (this.#keys === undefined || call.resultHash === undefined || text === undefined) {
      this.#uncompared++;
      return undefined;
    }
    const hash = this.#keys.hash(tenant, text);
    if (hash === call.resultHash) return undefined;
    return { ...who, what: "result", recorded: call.resultHash, replayed: hash };
  }

  facts(
    target: string,
    skipped: Readonly<Record<string, number>>,
    latencyFactor: number,
  ): ReplayFacts {
    const latency = {
      recorded: latencyOf(this.#recordedUs),
      replayed: latencyOf(this.#replayedUs),
    };
    return {
      target,
      replayed: this.replayed,
      same: this.replayed - this.different - this.#uncompared,
      different: this.different,
      uncompared: this.#uncompared,
      skipped,
      latency,
      slower: latency.replayed.p50Us > latency.recorded.p50Us * latencyFactor,
      differences: this.#differences,
    };
  }
}

function latencyOf(durationsUs: readonly number[]): Latency {
  const sorted = Float64Array.from(durationsUs).sort();
  const at = (part: number) =>
    sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? 0;
  return { p50Us: at(0.5), p95Us: at(0.95), p99Us: at(0.99) };
}

export function factsText(facts: ReplayFacts): string {
  const { target, replayed, same, different, uncompared, skipped, latency, slower } = facts;
  const lines = facts.differences.map(({ tenant, seq, tool, what, recorded, replayed }) =>
    printable(
      `${tool} (record ${seq} of tenant "${tenant}"): ${what} was ${recorded}, is ${replayed}`,
    )
  );
  const more = different - facts.differences.length;
  if (more > 0) lines.push(`and ${more} more`);
  for (const [why, count] of Object.entries(skipped)) lines.push(`skipped ${count}: ${why}`);
  if (uncompared > 0) {
    lines.push(`results not compared: ${uncompared} (no key, or no hash on record)`);
  }
  lines.push(`latency  p50 ${was(latency, "p50Us")}, p95 ${was(latency, "p95Us")}`);
  if (slower) lines.push("slower than --latency-factor allows");
  const compared = `${same} the same, ${different} different`;
  const rest = uncompared === 0 ? "" : `, ${uncompared} of which only the code was compared`;
  lines.push(`replayed ${replayed} calls to ${target}: ${compared}${rest}`);
  return lines.join("\n");
}

function was({ recorded, replayed }: ReplayFacts["latency"], name: keyof Latency): string {
  return `${durationText(recorded[name])} → ${durationText(replayed[name])}`;
}
