/** Where audit records go to last: the port that files, stdout and collectors implement. */
import type { AuditBatch } from "./batch.ts";

/** Takes records. One write at a time; the next one only after the one before has ended. */
export interface AuditSink {
  /** For messages and counters, such as "file /var/log/audit.jsonl". */
  readonly name: string;
  /** Whether it can put records on stable storage: only such sinks count in mode `strict`. */
  readonly durable: boolean;
  /**
   * True for a sink that looks at no record once the write that it came with has ended: where all
   * of a log's are so, the memory of records is used again. @default false
   */
  readonly borrowsRecords?: boolean;
  /** The last numbers that it has, by tenant: the log goes on from them. */
  readonly sequences?: ReadonlyMap<string, number>;
  /** Told once, before the first write, from which numbers the log goes on. */
  startAfter?(sequences: ReadonlyMap<string, number>): void;
  /**
   * Takes all batches or none: after a failure the same ones come again. With `durable` they
   * are on stable storage when it resolves.
   */
  write(batches: readonly AuditBatch[], options: { readonly durable: boolean }): Promise<void>;
  /** Told before the next write that this many records were dropped and will never come. */
  onDropped?(records: number): void;
  /** Opens anew what it writes to, after somebody has moved it away. */
  reopen?(): Promise<void>;
  /** Ends it. */
  close(): Promise<void>;
}
