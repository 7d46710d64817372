/** The audit log: numbers records, keeps the last ones, and brings all of them to the sinks in batches. */
import { type CancelTimer, type Clock, systemClock } from "../base/clock.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { type Logger, SILENT_LOG } from "../base/log.ts";
import { AuditBatch } from "./batch.ts";
import { type Delivery, Lane, type SinkStats } from "./lane.ts";
import { type AuditPolicy, createAuditPolicy } from "./policy.ts";
import { type AuditEntry, type AuditRecord, copyEntry, type OpenRecord } from "./record.ts";
import { Ring } from "./ring.ts";
import type { AuditSink } from "./sink.ts";
import { TenantKeys } from "./tenant_keys.ts";

/**
 * What happens to calls when records cannot be kept. `best_effort`: nothing. `required`: a call
 * runs only once a sink has the record that it came in. `strict`: only once that record is on
 * stable storage.
 */
export const AUDIT_MODES = ["best_effort", "required", "strict"] as const;
/** One of them. */
export type AuditMode = (typeof AUDIT_MODES)[number];

/** What an audit log is made of. */
export interface AuditLogOptions {
  /** What is recorded of which call. @default who and what of every call */
  readonly policy?: AuditPolicy;
  /** What happens when records cannot be kept. @default "best_effort" */
  readonly mode?: AuditMode;
  /** Where records go. @default nowhere but into memory */
  readonly sinks?: readonly AuditSink[];
  /** The secret of hashes and of what stands for secrets, 32 bytes. @default a random one */
  readonly key?: Uint8Array;
  /** How long a sink may take, in milliseconds, before it counts as failed. @default 2_000 */
  readonly waitMs?: number;
  /** Records that are kept in memory, 0 to 100,000. @default 1_000 */
  readonly ringMax?: number;
  /** Where the log's own troubles are told. @default nobody is told */
  readonly log?: Logger;
  /** Where time comes from. @default the system's */
  readonly clock?: Clock;
}

/** How the log does, and its counts since the start. */
export interface AuditStats {
  /** What happens when records cannot be kept. */
  readonly mode: AuditMode;
  /** Records logged. */
  readonly records: number;
  /** Calls refused because no sink took their record. */
  readonly refused: number;
  /** How each sink does. */
  readonly sinks: readonly SinkStats[];
}

/** Keeps on record who called what. Made by `createAuditLog`. */
export interface AuditLog {
  /** What happens when records cannot be kept. */
  readonly mode: AuditMode;
  /** What is recorded of which call. */
  readonly policy: AuditPolicy;
  /** The keys of hashes, by tenant. */
  readonly keys: TenantKeys;
  /** Where its time comes from. */
  readonly clock: Clock;
  /** Takes a record and gives its number. Never waits, never throws. */
  log(entry: AuditEntry): number;
  /**
   * Takes a record and waits until a sink has it: at most `waitMs` for one that does not answer.
   * `taken` is false when no sink has it.
   */
  commit(entry: AuditEntry): Promise<{ readonly seq: number; readonly taken: boolean }>;
  /** The last records, oldest first. */
  recent(max?: number): readonly AuditRecord[];
  /** Calls `listener`, which must not throw, with each record from now on; what it gives ends that. */
  listen(listener: (record: AuditRecord) => void): () => void;
  /** How it does. */
  stats(): AuditStats;
  /** Resolves once the sinks have what was logged, or do not take it. */
  flush(): Promise<void>;
  /** Opens files anew, after they were moved away. */
  reopen(): Promise<void>;
  /** Writes what waits, seals files and ends. What is logged later is kept in memory only. */
  close(): Promise<void>;
}

const DEFAULTS = { mode: "best_effort", waitMs: 2_000, ringMax: 1_000 } as const;

/**
 * Builds an audit log.
 *
 * @example
 * ```ts
 * import { createAuditLog, createRuntime, defineTool } from "gomcp";
 *
 * const audit = createAuditLog();
 * const hello = defineTool({ name: "hello", description: "Greets.", handler: () => "Hello!" });
 * const runtime = createRuntime({ tools: [hello], audit });
 * await runtime.callTool("hello", {});
 * await runtime.callTool("nobody", {});
 * const [first, second] = audit.recent();
 * if (first?.stage !== "completed" || first.code !== "ok") throw new Error();
 * if (second?.stage !== "refused" || second.code !== "unknown_tool") throw new Error();
 * await runtime.shutdown();
 * await audit.close();
 * ```
 *
 * @throws {GomcpError} `invalid_request` for a number out of range, or a mode that needs a sink.
 */
export function createAuditLog(options: AuditLogOptions = {}): AuditLog {
  return new BatchedAuditLog(options);
}

class BatchedAuditLog implements AuditLog {
  readonly mode: AuditMode;
  readonly policy: AuditPolicy;
  readonly keys: TenantKeys;
  readonly clock: Clock;
  readonly #lanes: readonly Lane[];
  readonly #ring: Ring;
  readonly #sequences: Map<string, { last: number }>;
  /** Mostly the next record is of the same tenant as the last one. */
  #lastTenant: string | undefined;
  #lastSequence = { last: 0 };
  readonly #listeners = new Set<(record: AuditRecord) => void>();
  #records: AuditRecord[] = [];
  #waiters: ((taken: boolean) => void)[] = [];
  #timer: CancelTimer | undefined;
  #count = 0;
  #refused = 0;
  #closed: Promise<void> | undefined;

  constructor(options: AuditLogOptions) {
    const { mode, waitMs, ringMax, sinks = [] } = { ...DEFAULTS, ...options };
    check(options, sinks, waitMs, ringMax);
    this.mode = mode;
    this.policy = options.policy ?? createAuditPolicy();
    this.clock = options.clock ?? systemClock;
    this.keys = new TenantKeys(options.key ?? crypto.getRandomValues(new Uint8Array(32)));
    const log = options.log ?? SILENT_LOG;
    this.#lanes = sinks.map((sink) => new Lane(sink, this.clock, log, waitMs));
    this.#ring = new Ring(ringMax);
    this.#sequences = lastOf(sinks);
    const after = new Map([...this.#sequences].map(([name, { last }]) => [name, last]));
    for (const sink of sinks) sink.startAfter?.(after);
  }

  log(entry: AuditEntry): number {
    return this.#add(entry).seq;
  }

  async commit(entry: AuditEntry): Promise<{ seq: number; taken: boolean }> {
    const { seq } = this.#add(entry);
    if (this.#lanes.length === 0 || this.#closed !== undefined) return { seq, taken: false };
    const taken = await new Promise<boolean>((resolve) => {
      // Those that come in the same turn share one write.
      if (this.#waiters.push(resolve) === 1) queueMicrotask(() => this.#deliver());
    });
    if (!taken) this.#refused++;
    return { seq, taken };
  }

  recent(max = Infinity): readonly AuditRecord[] {
    return this.#ring.last(max);
  }

  listen(listener: (record: AuditRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stats(): AuditStats {
    const sinks = this.#lanes.map((lane) => lane.stats());
    return { mode: this.mode, records: this.#count, refused: this.#refused, sinks };
  }

  async flush(): Promise<void> {
    this.#deliver();
    await Promise.all(this.#lanes.map((lane) => lane.drained()));
  }

  async reopen(): Promise<void> {
    this.#deliver();
    await Promise.all(this.#lanes.map((lane) => lane.reopen()));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#deliver();
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #add(entry: AuditEntry | OpenRecord): AuditRecord {
    const seq = this.#nextSeq(entry.tenant);
    const record = "seq" in entry && entry.seq === 0 ? entry : copyEntry(entry, seq);
    record.seq = seq;
    this.#count++;
    this.#ring.add(record);
    if (this.#listeners.size > 0) { for (const listener of this.#listeners) listener(record); }
    if (this.#lanes.length === 0 || this.#closed !== undefined) return record;
    const waiting = this.#records.push(record);
    if (waiting >= LIMITS.auditBatchRecords) this.#deliver();
    else if (waiting === 1) {
      this.#timer = this.clock.after(LIMITS.auditFlushMs, () => this.#deliver());
    }
    return record;
  }

  #nextSeq(tenant: string): number {
    if (tenant !== this.#lastTenant) {
      const known = this.#sequences.get(tenant);
      this.#lastSequence = known ?? { last: 0 };
      this.#lastTenant = tenant;
      if (known === undefined) this.#sequences.set(tenant, this.#lastSequence);
    }
    return ++this.#lastSequence.last;
  }

  /** Hands what has gathered to all sinks, as one batch. */
  #deliver(): void {
    this.#timer?.();
    this.#timer = undefined;
    if (this.#records.length === 0) return;
    const batch = new AuditBatch(this.#records);
    const delivery = this.#delivery(batch, this.#waiters);
    this.#records = [];
    this.#waiters = [];
    for (const lane of this.#lanes) lane.push(delivery);
  }

  /** The first sink that takes it is enough; only when the last one refuses, nobody has it. */
  #delivery(batch: AuditBatch, waiters: readonly ((taken: boolean) => void)[]): Delivery {
    const durable = this.mode === "strict" && waiters.length > 0;
    if (waiters.length === 0) return { batch, durable, onSettled: () => {} };
    let open = this.#lanes.filter((lane) => lane.sink.durable || !durable).length;
    const onSettled = (taken: boolean, counts: boolean) => {
      if (!counts) return;
      open--;
      if (taken || open === 0) waiters.forEach((resolve) => resolve(taken));
    };
    return { batch, durable, onSettled };
  }
}

function lastOf(sinks: readonly AuditSink[]): Map<string, { last: number }> {
  const sequences = new Map<string, { last: number }>();
  for (const [tenant, last] of sinks.flatMap((sink) => [...sink.sequences ?? []])) {
    const known = sequences.get(tenant)?.last ?? 0;
    sequences.set(tenant, { last: Math.max(known, last) });
  }
  return sequences;
}

function check(
  { mode, key }: AuditLogOptions,
  sinks: readonly AuditSink[],
  waitMs: number,
  ringMax: number,
): void {
  const refuse = (what: string) => {
    throw new GomcpError("invalid_request", `Cannot make audit log: ${what}`);
  };
  if (mode !== undefined && !AUDIT_MODES.includes(mode)) {
    refuse(`its mode is "${mode}", expected ${AUDIT_MODES.join(", ")}`);
  }
  if (mode !== undefined && mode !== "best_effort" && sinks.length === 0) {
    refuse(`mode "${mode}" has no sink, expected at least one`);
  }
  if (mode === "strict" && !sinks.some(({ durable }) => durable)) {
    refuse(`mode "strict" has no sink on stable storage, expected a file`);
  }
  if (!(waitMs > 0 && waitMs <= LIMITS.timeoutMsMax)) {
    refuse(`waitMs is ${waitMs}, expected more than 0 and at most ${LIMITS.timeoutMsMax}`);
  }
  if (!Number.isInteger(ringMax) || ringMax < 0 || ringMax > LIMITS.auditRingMax) {
    refuse(`ringMax is ${ringMax}, expected an integer from 0 to ${LIMITS.auditRingMax}`);
  }
  if (key !== undefined && key.length !== 32) {
    refuse(`its key has ${key.length} bytes, expected 32`);
  }
}
