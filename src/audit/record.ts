/** What a line of the audit log says of a call. */
import type { ErrorCode } from "../base/code_table.ts";
import type { AdapterName } from "../pipeline/call.ts";
import type { CallKind } from "../protocol/methods.ts";

/** How much of a call is recorded: nothing, who and what, the arguments too, the result too. */
export const AUDIT_LEVELS = ["none", "metadata", "request", "full"] as const;
/** One of them. */
export type AuditLevel = (typeof AUDIT_LEVELS)[number];

/**
 * Where a call stood when it was recorded: before anything was decided, after it had ended,
 * when it was refused and no tool ran, when the server itself failed.
 */
export const AUDIT_STAGES = ["received", "completed", "refused", "panicked"] as const;
/** One of them. */
export type AuditStage = (typeof AUDIT_STAGES)[number];

/** Whether a tool was allowed to run; of a call just received nobody knows yet. */
export type AuditDecision = "pending" | "allowed" | "refused";

/** What a record is of: a call, a batch of calls, a task, or a request without a good credential. */
export type AuditKind = CallKind | "batch" | "task" | "login";

/** How a call ended: well, with a question to the client, or by a row of the code table. */
export type AuditCode = "pending" | "ok" | "input_required" | ErrorCode;

/** What is recorded of a call, before the log gives it its number. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Where the call stood. */
  readonly stage: AuditStage;
  /** Who is charged for it. */
  readonly tenant: string;
  /** How it came in. */
  readonly adapter: AdapterName;
  /** As the client calls itself: no proof of identity. */
  readonly client?: string | undefined;
  /** As the client says. */
  readonly clientVersion?: string | undefined;
  /** Network address, where there is one. */
  readonly address?: string | undefined;
  /** What the record is of. */
  readonly kind: AuditKind;
  /**
   * The name of the tool or prompt, or the URI of the resource; of a login what was asked for,
   * such as "/mcp"; of a batch "tools/batch". At most 200 characters.
   */
  readonly tool: string;
  /** The client's id of the request; empty when there is none. */
  readonly id?: string | number | undefined;
  /** Whether a tool was allowed to run. */
  readonly decision: AuditDecision;
  /** How it ended. */
  readonly code: AuditCode;
  /** Microseconds from its arrival to its end; what was read in one piece has arrived at one time. */
  readonly durationUs?: number | undefined;
  /** Bytes of the arguments as JSON. */
  readonly argBytes?: number | undefined;
  /** Bytes of the result as JSON. */
  readonly resultBytes?: number | undefined;
  /** Keyed hash of the arguments, the same for equal arguments of a tenant. */
  readonly argHash?: string | undefined;
  /** Keyed hash of the result. */
  readonly resultHash?: string | undefined;
  /** The arguments as JSON text, after redaction. */
  readonly args?: string | undefined;
  /** The result as JSON text, after redaction. */
  readonly result?: string | undefined;
  /** True when something of the values was taken out: secrets, or all that was too large. */
  readonly redacted?: boolean | undefined;
  /** The number of the record that was written when the call came in. */
  readonly received?: number | undefined;
  /** The number of the record of the batch that the call came in with. */
  readonly batch?: number | undefined;
}

/** An entry with its number. */
export interface AuditRecord extends AuditEntry {
  /** Counts the records of a tenant from 1; no number is left out. */
  readonly seq: number;
}

/** A record that is still being made, or written over by the next one. */
export type OpenRecord = { -readonly [Name in keyof AuditRecord]: AuditRecord[Name] };

/**
 * A copy of an entry. Spelled out, and always with the same members in the same order, so that
 * the engine sees one shape: a spread costs more than all the rest.
 */
export function copyEntry(entry: AuditEntry, seq: number): OpenRecord {
  return {
    seq,
    time: entry.time,
    stage: entry.stage,
    tenant: entry.tenant,
    adapter: entry.adapter,
    client: entry.client,
    clientVersion: entry.clientVersion,
    address: entry.address,
    kind: entry.kind,
    tool: entry.tool,
    id: entry.id,
    decision: entry.decision,
    code: entry.code,
    durationUs: entry.durationUs,
    argBytes: entry.argBytes,
    resultBytes: entry.resultBytes,
    argHash: entry.argHash,
    resultHash: entry.resultHash,
    args: entry.args,
    result: entry.result,
    redacted: entry.redacted,
    received: entry.received,
    batch: entry.batch,
  };
}

/** Makes a record of what another one says, as `copyEntry` does, without a new object. */
export function overwrite(slot: OpenRecord, entry: AuditEntry, seq: number): void {
  slot.seq = seq;
  slot.time = entry.time;
  slot.stage = entry.stage;
  slot.tenant = entry.tenant;
  slot.adapter = entry.adapter;
  slot.client = entry.client;
  slot.clientVersion = entry.clientVersion;
  slot.address = entry.address;
  slot.kind = entry.kind;
  slot.tool = entry.tool;
  slot.id = entry.id;
  slot.decision = entry.decision;
  slot.code = entry.code;
  slot.durationUs = entry.durationUs;
  slot.argBytes = entry.argBytes;
  slot.resultBytes = entry.resultBytes;
  slot.argHash = entry.argHash;
  slot.resultHash = entry.resultHash;
  slot.args = entry.args;
  slot.result = entry.result;
  slot.redacted = entry.redacted;
  slot.received = entry.received;
  slot.batch = entry.batch;
}

/** What a record may have, in the order in which it is written. */
export const RECORD_MEMBERS: readonly (keyof AuditRecord)[] = [
  ...["seq", "time", "stage", "tenant", "adapter", "client", "clientVersion", "address"] as const,
  ...["kind", "tool", "id", "decision", "code", "durationUs", "argBytes", "resultBytes"] as const,
  ...["argHash", "resultHash", "args", "result", "redacted", "received", "batch"] as const,
];
