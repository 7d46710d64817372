/** An audit log as a file: chained lines, sealed segments, rotation, recovery after a crash. */
import type { AuditBatch } from "../../audit/batch.ts";
import { NO_HEAD } from "../../audit/chain.ts";
import { newSegment, SegmentWriter } from "../../audit/segment.ts";
import type { AuditSink } from "../../audit/sink.ts";
import { type CancelTimer, type Clock, systemClock } from "../../base/clock.ts";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { type Logger, SILENT_LOG } from "../../base/log.ts";
import { AppendFile } from "./append_file.ts";
import { rotatedName } from "./file_names.ts";
import type { AuditFileOptions } from "./file_options.ts";
import { moveAside, pruneFiles } from "./full_files.ts";
import { findEnd, type LogEnd } from "./recover.ts";
import { stateBefore, writeState } from "./state_file.ts";

const SYNC_INTERVAL_MS = 1_000;
/** After a rename that failed the next one waits. */
const ROTATE_RETRY_MS = 60_000;

const DEFAULTS = {
  rotateBytes: 64 * 1024 * 1024,
  rotateMs: 0,
  keep: 0,
  fsync: "interval",
  log: SILENT_LOG,
  clock: systemClock,
} as const;

type Settings = Required<Omit<AuditFileOptions, "signer">> & Pick<AuditFileOptions, "signer">;

/**
 * Opens an audit file, or makes it (mode 600). What a crash left is sealed; the chain and the
 * numbers go on where they ended.
 *
 * @example
 * ```ts
 * import { createAuditLog, openAuditFile } from "gomcp";
 *
 * const path = await Deno.makeTempFile({ suffix: ".jsonl" });
 * const audit = createAuditLog({ mode: "strict", sinks: [await openAuditFile({ path })] });
 * const { taken } = await audit.commit({
 *   time: Date.now(), stage: "received", tenant: "default", adapter: "library",
 *   kind: "tool", tool: "echo", decision: "pending", code: "pending",
 * });
 * await audit.close();
 * const text = await Deno.readTextFile(path);
 * if (!taken || !text.includes('"tool":"echo"')) throw new Error();
 * ```
 *
 * @throws {GomcpError} `invalid_request` when it cannot be opened, is something else, or another
 * process writes it.
 */
export async function openAuditFile(options: AuditFileOptions): Promise<AuditSink> {
  const sink = new FileSink({ ...DEFAULTS, ...options });
  await sink.open();
  return sink;
}

class FileSink implements AuditSink {
  readonly name: string;
  durable = false;
  readonly borrowsRecords = true;
  sequences: ReadonlyMap<string, number> = new Map();
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #log: Logger;
  #file: AppendFile | undefined;
  /** Its header is written as soon as there is something to follow it. */
  #segment = new SegmentWriter(newSegment(1, NO_HEAD, new Map()));
  #openedMs = 0;
  #rotateNotBeforeMs = 0;
  #dropped = 0;
  #syncTimer: CancelTimer | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#clock = settings.clock;
    this.#log = settings.log;
    this.name = `file ${settings.path}`;
  }

  async open(): Promise<void> {
    const { path } = this.#settings;
    try {
      const file = await AppendFile.open(path);
      this.#file = file;
      this.durable = file.isRegular;
      await this.#goOn(file);
    } catch (cause) {
      this.#file?.close();
      if (cause instanceof GomcpError) throw cause;
      const text = `Cannot write audit log ${path}: ${describeThrown(cause)}`;
      throw new GomcpError("invalid_request", text, { cause });
    }
    this.sequences = lastNumbers(this.#segment);
  }

  /** What a new file does not have, it was never given: only an older one can lack something. */
  startAfter(sequences: ReadonlyMap<string, number>): void {
    const { number, prev } = this.#segment.state;
    if (number > 1 || this.sequences.size > 0) return;
    this.#segment = new SegmentWriter(newSegment(number, prev, sequences));
  }

  /** From the end of the file; where it was moved away, from the state that was kept beside it. */
  async #goOn(file: AppendFile): Promise<void> {
    const { path } = this.#settings;
    const end = file.isRegular ? await findEnd(file.file, path) : undefined;
    if (end?.state === undefined) {
      if (end !== undefined) await file.cutAside(0);
      const before = await stateBefore(path);
      if (before === undefined) return;
      const { segment, sealHash, sequences } = before;
      this.#segment = new SegmentWriter(newSegment(segment + 1, sealHash, sequences));
      return;
    }
    this.#segment = new SegmentWriter(end.state);
    const sealHash = end.sealHash ?? await this.#recover(file, end);
    this.#segment = this.#segment.after(sealHash);
  }

  async #recover(file: AppendFile, end: LogEnd): Promise<string> {
    const { path } = this.#settings;
    const torn = end.tornAt === undefined ? undefined : await file.cutAside(end.tornAt);
    const unchained = end.unchained.ends.length;
    if (unchained > 0) await this.#append(file, this.#segment.adopt(end.unchained), true);
    const recovered = { tornBytes: torn?.bytes ?? 0, unchained };
    const { signer } = this.#settings;
    const { bytes, hash } = this.#segment.seal(this.#clock.wall(), signer, recovered);
    await file.append(bytes, true);
    this.#log.warn("audit log ended without a seal: sealed now", {
      path,
      segment: end.state.number,
      unchained,
      ...(torn !== undefined && { tornBytes: torn.bytes, keptAside: torn.path }),
    });
    return hash;
  }

  async write(
    batches: readonly AuditBatch[],
    { durable }: { readonly durable: boolean },
  ): Promise<void> {
    const sync = durable || this.#settings.fsync === "always";
    if (this.#isFull()) await this.#rotate();
    const file = await this.#ready();
    const dropped = this.#dropped;
    await this.#append(file, this.#segment.records(batches, dropped), sync);
    this.#dropped -= dropped;
    if (!sync && this.#settings.fsync === "interval") this.#syncLater(file);
  }

  onDropped(records: number): void {
    this.#dropped += records;
  }

  async reopen(): Promise<void> {
    await this.#end();
    await this.#ready();
  }

  async close(): Promise<void> {
    try {
      await this.#end();
    } finally {
      this.#file?.close();
    }
  }

  async #append(
    file: AppendFile,
    staged: { readonly bytes: Uint8Array; apply(): void },
    sync: boolean,
  ): Promise<void> {
    await file.append(staged.bytes, sync);
    staged.apply();
  }

  /** The file, with the header of the segment in it. */
  async #ready(): Promise<AppendFile> {
    const file = this.#file ??= await AppendFile.open(this.#settings.path);
    if (this.#segment.state.batches === 0) {
      await this.#append(file, this.#segment.header(this.#clock.wall()), false);
      this.#openedMs = this.#clock.now();
    }
    return file;
  }

  #isFull(): boolean {
    const { rotateBytes, rotateMs } = this.#settings;
    if (this.#file?.isRegular !== true || this.#segment.state.records === 0) return false;
    const nowMs = this.#clock.now();
    if (nowMs < this.#rotateNotBeforeMs) return false;
    const tooLarge = rotateBytes > 0 && this.#file.size >= rotateBytes;
    return tooLarge || (rotateMs > 0 && nowMs - this.#openedMs >= rotateMs);
  }

  async #rotate(): Promise<void> {
    const { path, keep } = this.#settings;
    const { number } = this.#segment.state;
    await this.#end();
    try {
      await moveAside(path, rotatedName(path, number));
      if (keep > 0) await pruneFiles(path, keep);
    } catch (thrown) {
      this.#rotateNotBeforeMs = this.#clock.now() + ROTATE_RETRY_MS;
      this.#log.error("cannot rotate audit log", { path, error: describeThrown(thrown) });
    }
  }

  /** Seals what has begun and lets go of the file. */
  async #end(): Promise<void> {
    this.#syncTimer?.();
    this.#syncTimer = undefined;
    const file = this.#file;
    if (file === undefined) return;
    const { state } = this.#segment;
    if (state.batches > 0) {
      const { bytes, hash } = this.#segment.seal(this.#clock.wall(), this.#settings.signer);
      await file.append(bytes, file.isRegular);
      this.#segment = this.#segment.after(hash);
      if (file.isRegular) await this.#keepState(state.number, hash);
    }
    this.#file = undefined;
    file.close();
  }

  async #keepState(segment: number, sealHash: string): Promise<void> {
    const path = `${this.#settings.path}.state`;
    try {
      await writeState(path, { segment, sealHash, sequences: lastNumbers(this.#segment) });
    } catch (thrown) {
      this.#log.error("cannot keep the state of the audit log", {
        path,
        error: describeThrown(thrown),
      });
    }
  }

  #syncLater(file: AppendFile): void {
    this.#syncTimer ??= this.#clock.after(SYNC_INTERVAL_MS, () => {
      this.#syncTimer = undefined;
      file.sync().catch((thrown) => {
        this.#log.error("cannot sync audit log", { error: describeThrown(thrown) });
      });
    });
  }
}

function lastNumbers({ state }: SegmentWriter): Map<string, number> {
  return new Map([...state.tenants].map(([name, { last }]) => [name, last]));
}
