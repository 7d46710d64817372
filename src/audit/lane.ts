/** One sink with what waits for it: one write at a time, bounded in size and in patience. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { describeThrown } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { AuditBatch } from "./batch.ts";
import type { AuditSink } from "./sink.ts";

/** Whether a sink takes records, has refused the last ones, or does not answer. */
export type SinkState = "ok" | "failed" | "stalled";

/** How a sink does, and its counts since the start. */
export interface SinkStats {
  /** Which sink it is. */
  readonly name: string;
  /** Whether it takes records. */
  readonly state: SinkState;
  /** Records that it has taken. */
  readonly written: number;
  /** Records that wait for it. */
  readonly pending: number;
  /** How long the oldest of these has waited, in milliseconds; 0 when none waits. */
  readonly lagMs: number;
  /** Records that it will never have: too many waited. */
  readonly dropped: number;
  /** Writes that failed or took too long. */
  readonly failures: number;
}

/** A batch with those who wait for it. */
export interface Delivery {
  readonly batch: AuditBatch;
  /** Whether somebody waits for stable storage. */
  readonly durable: boolean;
  /**
   * Told by each lane once: whether its sink has the batch (it may still get it later), and
   * whether that is enough for who waits.
   */
  readonly onSettled: (taken: boolean, counts: boolean) => void;
  /** Told by each lane once, when it has done with the batch. */
  readonly onReleased: () => void;
}

/** What is known of a batch's size before it is rendered. */
const RECORD_BYTES_GUESS = 256;

interface Waiting extends Delivery {
  readonly bytes: number;
  readonly counts: boolean;
  readonly sinceMs: number;
  settled: boolean;
}

export class Lane {
  readonly sink: AuditSink;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #waitMs: number;
  #queue: Waiting[] = [];
  #queueBytes = 0;
  #queueRecords = 0;
  #writing = false;
  #inFlight = 0;
  /** Resolved when the write that goes on has ended, or is not waited for any more. */
  #turn = Promise.withResolvers<void>();
  #retry: CancelTimer | undefined;
  #state: SinkState = "ok";
  #written = 0;
  #dropped = 0;
  #failures = 0;

  constructor(sink: AuditSink, clock: Clock, log: Logger, waitMs: number) {
    this.sink = sink;
    this.#clock = clock;
    this.#log = log;
    this.#waitMs = waitMs;
  }

  get state(): SinkState {
    return this.#state;
  }

  /** Puts a batch behind those that wait, and starts to write unless that goes on already. */
  push(delivery: Delivery): void {
    const bytes = delivery.batch.records.reduce(
      (sum, { args, result }) =>
        sum + RECORD_BYTES_GUESS + (args?.length ?? 0) + (result?.length ?? 0),
      0,
    );
    const waiting = {
      ...delivery,
      bytes,
      counts: this.sink.durable || !delivery.durable,
      sinceMs: this.#clock.now(),
      settled: false,
    };
    this.#queue.push(waiting);
    this.#queueBytes += bytes;
    this.#queueRecords += delivery.batch.records.length;
    // Whoever waits must not wait for a sink that is known not to answer.
    if (this.#state !== "ok") settle(waiting, false);
    this.#dropOldest();
    this.#start();
  }

  /** Resolves when nothing waits any more, or the sink does not take it. */
  async drained(): Promise<void> {
    this.#retryNow();
    while (this.#writing && this.#state !== "stalled") {
      await this.#turn.promise;
      if (this.#state !== "ok") return;
    }
  }

  /** Between two writes, so that no line is cut. */
  async reopen(): Promise<void> {
    await this.drained();
    if (this.#state === "stalled" || this.sink.reopen === undefined) return;
    await this.#guard(this.sink.reopen());
    this.#retryNow();
  }

  /** Writes what waits, if the sink takes it, and ends it. */
  async close(): Promise<void> {
    await this.drained();
    this.#retry?.();
    if (this.#queueRecords > 0) {
      const lost = { sink: this.sink.name, records: this.#queueRecords };
      this.#log.error("audit records are lost: their sink does not take them", lost);
    }
    if (this.#state !== "stalled") await this.#guard(this.sink.close());
  }

  stats(): SinkStats {
    const oldest = this.#queue[0];
    return {
      name: this.sink.name,
      state: this.#state,
      written: this.#written,
      pending: this.#queueRecords,
      lagMs: oldest === undefined ? 0 : this.#clock.now() - oldest.sinceMs,
      dropped: this.#dropped,
      failures: this.#failures,
    };
  }

  #retryNow(): void {
    this.#retry?.();
    this.#retry = undefined;
    this.#start();
  }

  /** The newest say most about what goes on now; sequence numbers tell what is missing. */
  #dropOldest(): void {
    let dropped = 0;
    const first = this.#inFlight;
    while (this.#queueBytes > LIMITS.auditPendingBytesMax && this.#queue.length > first + 1) {
      const [oldest] = this.#queue.splice(first, 1);
      settle(oldest!, false);
      dropped += oldest!.batch.records.length;
      this.#forget(oldest!);
    }
    if (dropped === 0) return;
    if (this.#dropped === 0) this.#log.error("audit records are dropped", { sink: this.sink.name });
    this.#dropped += dropped;
    this.sink.onDropped?.(dropped);
  }

  #forget({ bytes, batch, onReleased }: Waiting): void {
    this.#queueBytes -= bytes;
    this.#queueRecords -= batch.records.length;
    onReleased();
  }

  #start(): void {
    if (this.#writing || this.#retry !== undefined || this.#queue.length === 0) return;
    const part = this.#nextPart();
    this.#inFlight = part.length;
    this.#writing = true;
    this.#write(part).then(() => {
      this.#inFlight = 0;
      this.#writing = false;
      const { resolve } = this.#turn;
      this.#turn = Promise.withResolvers<void>();
      this.#start();
      resolve();
    });
  }

  #nextPart(): Waiting[] {
    let bytes = 0;
    const end = this.#queue.findIndex((each) => (bytes += each.bytes) > LIMITS.auditWriteBytesMax);
    return this.#queue.slice(0, end === -1 ? undefined : Math.max(end, 1));
  }

  async #write(part: readonly Waiting[]): Promise<void> {
    const cancel = this.#clock.after(this.#waitMs, () => this.#onStall());
    try {
      const durable = part.some((each) => each.durable);
      await this.sink.write(part.map(({ batch }) => batch), { durable });
      cancel();
      this.#onWritten(part);
    } catch (thrown) {
      cancel();
      this.#onFailure(describeThrown(thrown));
    }
  }

  #onWritten(part: readonly Waiting[]): void {
    if (this.#state !== "ok") this.#log.warn("audit sink works again", { sink: this.sink.name });
    this.#state = "ok";
    this.#queue.splice(0, part.length);
    for (const each of part) {
      this.#forget(each);
      this.#written += each.batch.records.length;
      settle(each, true);
    }
  }

  #onFailure(error: string): void {
    this.#fail("failed", { error });
    this.#retry = this.#clock.after(LIMITS.auditRetryMs, () => this.#retryNow());
  }

  /** The write cannot be taken back: it goes on, and nothing else is written before it ends. */
  #onStall(): void {
    this.#fail("stalled", { waitedMs: this.#waitMs });
    this.#turn.resolve();
  }

  #fail(state: SinkState, why: Readonly<Record<string, unknown>>): void {
    this.#failures++;
    if (this.#state !== state) {
      this.#log.error(`audit sink ${state}`, { sink: this.sink.name, ...why });
    }
    this.#state = state;
    for (const each of this.#queue) settle(each, false);
  }

  async #guard(work: Promise<void>): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#clock.after(this.#waitMs, () => {
      this.#onStall();
      late.resolve();
    });
    const done = work.catch((thrown) => this.#fail("failed", { error: describeThrown(thrown) }));
    await Promise.race([done, late.promise]);
    cancel();
  }
}

function settle(waiting: Waiting, taken: boolean): void {
  if (waiting.settled) return;
  waiting.settled = true;
  waiting.onSettled(taken, waiting.counts);
}
