/** The record that the audit benches log: of the call that all benches make. */
import type { AuditEntry } from "../src/audit/record.ts";

const TIME_MS = 1_800_000_000_000;

/** Numbers, times and durations differ from record to record, as they do in life. */
export function auditEntry(index: number): AuditEntry {
  return {
    time: TIME_MS + index / 1_000,
    stage: "completed",
    tenant: "default",
    adapter: "stdio",
    client: "bench",
    clientVersion: "1",
    address: undefined,
    kind: "tool",
    tool: "echo",
    id: index,
    decision: "allowed",
    code: "ok",
    durationUs: 2 + (index * 7) % 50,
    argBytes: 51,
    resultBytes: 88,
  };
}
