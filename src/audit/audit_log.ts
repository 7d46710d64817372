/** The audit log: numbers records, keeps the last ones, and brings all of them to the sinks in batches. */
import { type CancelTimer, type Clock, systemClock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { SILENT_LOG } from "../base/log.ts";
import { AuditBatch } from "./batch.ts";
import { type Delivery, Lane, type SinkStats } from "./lane.ts";
import { type AuditLogOptions, type AuditMode, checkLogOptions } from "./log_options.ts";
import { type AuditPolicy, createAuditPolicy } from "./policy.ts";
import { type AuditEntry, type AuditRecord, copyEntry } from "./record.ts";
import { type Page, RecordPages } from "./record_pages.ts";
import { Ring } from "./ring.ts";
import type { AuditSink } from "./sink.ts";
import { TenantKeys } from "./tenant_keys.ts";

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
  /** From now on calls that begin go by this one. */
  usePolicy(policy: AuditPolicy): void;
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
  policy: AuditPolicy;
  readonly keys: TenantKeys;
  readonly clock: Clock;
  readonly #lanes: readonly Lane[];
  readonly #ring: Ring;
  readonly #sequences: Map<string, { last: number }>;
  /** Mostly the next record is of the same tenant as the last one. */
  #lastTenant: string | undefined;
  #lastSequence = { last: 0 };
  readonly #listeners = new Set<(record: AuditRecord) => void>();
  readonly #gathered = new RecordPages();
  /** Whether the memory of records that all sinks have had is used again. */
  readonly #reuses: boolean;
  #waiters: ((taken: boolean) => void)[] = [];
  #timer: CancelTimer | undefined;
  #count = 0;
  #refused = 0;
  #closed: Promise<void> | undefined;

  constructor(options: AuditLogOptions) {
    const { mode, waitMs, ringMax, sinks } = checkLogOptions(options);
    this.mode = mode;
    this.policy = options.policy ?? createAuditPolicy();
    this.clock = options.clock ?? systemClock;
    this.keys = new TenantKeys(options.key ?? crypto.getRandomValues(new Uint8Array(32)));
    const log = options.log ?? SILENT_LOG;
    this.#lanes = sinks.map((sink) => new Lane(sink, this.clock, log, waitMs));
    this.#reuses = sinks.every(({ borrowsRecords }) => borrowsRecords === true);
    this.#ring = new Ring(ringMax);
    this.#sequences = lastOf(sinks);
    const after = new Map([...this.#sequences].map(([name, { last }]) => [name, last]));
    for (const sink of sinks) sink.startAfter?.(after);
  }

  usePolicy(policy: AuditPolicy): void {
    this.policy = policy;
  }

  log(entry: AuditEntry): number {
    return this.#add(entry);
  }

  async commit(entry: AuditEntry): Promise<{ seq: number; taken: boolean }> {
    const seq = this.#add(entry);
    if (this.#lanes.length === 0 || this.#closed !== undefined) return { seq, taken: false };
    const taken = await new Promise<boolean>((resolve) => {
      // Those that come in the same turn share one write.
      if (this.#waiters.push(resolve) === 1) queueMicrotask(() => this.#deliverAll());
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
    this.#deliverAll();
    await Promise.all(this.#lanes.map((lane) => lane.drained()));
  }

  async reopen(): Promise<void> {
    this.#deliverAll();
    await Promise.all(this.#lanes.map((lane) => lane.reopen()));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#deliverAll();
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #add(entry: AuditEntry): number {
    const seq = this.#nextSeq(entry.tenant);
    this.#count++;
    this.#ring.add(entry, seq);
    if (this.#listeners.size > 0) this.#tell(entry, seq);
    if (this.#lanes.length === 0 || this.#closed !== undefined) return seq;
    const waiting = this.#gathered.add(entry, seq);
    if (waiting >= LIMITS.auditBatchRecords) this.#deliver();
    else this.#timer ??= this.clock.after(LIMITS.auditFlushMs, this.#onTimer);
    return seq;
  }

  /** It goes on while full batches leave: to set it for each would cost more than their records. */
  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#deliver();
  };

  #tell(entry: AuditEntry, seq: number): void {
    const record = copyEntry(entry, seq);
    for (const listener of this.#listeners) listener(record);
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

  #deliverAll(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#deliver();
  }

  /** Hands what has gathered to all sinks, as one batch. */
  #deliver(): void {
    if (this.#gathered.count === 0) return;
    const { page, records } = this.#gathered.take();
    const delivery = this.#delivery(new AuditBatch(records), page, this.#waiters);
    this.#waiters = [];
    for (const lane of this.#lanes) lane.push(delivery);
  }

  #delivery(
    batch: AuditBatch,
    page: Page,
    waiters: readonly ((taken: boolean) => void)[],
  ): Delivery {
    const durable = this.mode === "strict" && waiters.length > 0;
    let holders = this.#lanes.length;
    const onReleased = () => {
      if (--holders === 0 && this.#reuses) this.#gathered.giveBack(page);
    };
    return { batch, durable, onSettled: this.#settling(durable, waiters), onReleased };
  }

  /** The first sink that takes it is enough; only when the last one refuses, nobody has it. */
  #settling(
    durable: boolean,
    waiters: readonly ((taken: boolean) => void)[],
  ): Delivery["onSettled"] {
    if (waiters.length === 0) return () => {};
    let open = this.#lanes.filter((lane) => lane.sink.durable || !durable).length;
    return (taken, counts) => {
      if (!counts) return;
      open--;
      if (taken || open === 0) waiters.forEach((resolve) => resolve(taken));
    };
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
