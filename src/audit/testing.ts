/** What tests of the audit log share: entries, logs as bytes, and what the verifier says of them. */
import { AuditBatch } from "./batch.ts";
import { NO_HEAD } from "./chain.ts";
import type { AuditEntry, AuditRecord } from "./record.ts";
import { concat, newSegment, SegmentWriter } from "./segment.ts";
import type { AuditSigner } from "./signer.ts";
import type { Verdict } from "./verify/finding.ts";
import { Verifier, type VerifyOptions } from "./verify/verifier.ts";

/** An entry of a call of `echo`, with what a test wants to be different. */
export function entryOf(more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    time: 1_800_000_000_000,
    stage: "completed",
    tenant: "default",
    adapter: "library",
    kind: "tool",
    tool: "echo",
    decision: "allowed",
    code: "ok",
    durationUs: 12,
    ...more,
  };
}

/** Segments, each a list of batches, each a list of the tenants whose records are in it. */
export type LogShape = readonly (readonly (readonly string[])[])[];

export interface BuiltLog {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly records: number;
}

const WALL_MS = 1_800_000_000_000;

/** Writes a log as the file sink does. */
export function buildLog(shape: LogShape, signer?: AuditSigner): BuiltLog {
  const parts: Uint8Array[] = [];
  const sequences = new Map<string, number>();
  let prev = NO_HEAD;
  let records = 0;
  shape.forEach((batches, index) => {
    const writer = new SegmentWriter(newSegment(index + 1, prev, sequences));
    const put = ({ bytes, apply }: { bytes: Uint8Array; apply(): void }) => {
      parts.push(bytes.slice());
      apply();
    };
    put(writer.header(WALL_MS));
    for (const tenants of batches) {
      const batch = tenants.map((tenant): AuditRecord => {
        const seq = (sequences.get(tenant) ?? 0) + 1;
        sequences.set(tenant, seq);
        records++;
        return { ...entryOf({ tenant, tool: `tool_${seq % 3}` }), seq };
      });
      put(writer.records([new AuditBatch(batch)], 0));
    }
    const { bytes, hash } = writer.seal(WALL_MS, signer);
    parts.push(bytes);
    prev = hash;
  });
  return { bytes: concat(parts), records };
}

/** What the verifier says of a log. */
export function verifyBytes(
  bytes: Uint8Array<ArrayBuffer>,
  options: VerifyOptions = {},
  live = false,
): Verdict {
  const verifier = new Verifier(options);
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const end = bytes.indexOf(10, start);
    const whole = end !== -1;
    const line = bytes.slice(start, whole ? end : undefined);
    verifier.take({ bytes: line, file: "log", number, whole });
    start = whole ? end + 1 : bytes.length;
  }
  return verifier.end(live);
}

/** The lines of a log, each with its newline. */
export function linesOf(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).split(/(?<=\n)/);
}

/** Lines as bytes again. */
export function bytesOf(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(lines.join(""));
}
