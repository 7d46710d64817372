/** A batch from its admission to its last result: one decision, one deadline, one way to be cancelled. */
import type { Clock } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import { GomcpError, type Problem } from "../base/errors.ts";
import type { Access } from "../pipeline/access.ts";
import { type AdapterName, Call, type ClientInfo } from "../pipeline/call.ts";
import type { ToolOutcome } from "../pipeline/outcome.ts";
import type { RateReading } from "../pipeline/rate.ts";
import type { BatchTicket } from "../pipeline/ticket.ts";
import type { OutcomeListener } from "./batch.ts";
import { type Batch, errorOf, readDeadline } from "./create_batch.ts";

/** How one call of a batch ended. */
export interface BatchItemResult {
  /** The caller's name for the call. */
  readonly id: string | number;
  /** Its place in the batch, from 0. */
  readonly index: number;
  /** How it ended. */
  readonly outcome: ToolOutcome;
  /** How long it took; what it waited for calls before it is no part of it. */
  readonly durationMs: number;
}

/** How a batch ended that was admitted. */
export interface BatchReport {
  /** One for each call, in the order of the calls. */
  readonly results: readonly BatchItemResult[];
  /** What the caller's rate limits had left in the end. */
  readonly rates: readonly RateReading[] | undefined;
}

/** What a batch may be told by its caller. */
export interface ProcessBatchOptions {
  /** Ends what has not ended: as `cancelled`, or by what its reason says if that is a GomcpError. */
  readonly signal?: AbortSignal | undefined;
  /** Ends what has not ended by then, as `deadline_exceeded`. @default as long as its calls may take */
  readonly deadlineMs?: number | undefined;
  /** Told each result as soon as there is one; the next call of its lane waits for what comes back. */
  readonly onResult?: ((result: BatchItemResult) => void | Promise<void>) | undefined;
  /** How it came in. @default "library" */
  readonly adapter?: AdapterName | undefined;
  /** What is known of the caller. */
  readonly client?: ClientInfo | undefined;
  /** What the caller may do, where that was proven. @default that of `client` */
  readonly access?: Access | undefined;
  /** Who is charged for it. @default the tenant of `access`, or "default" */
  readonly tenant?: string | undefined;
}

/** Who a batch belongs to, once that is known. */
export interface BatchOwner {
  /** How it came in. */
  readonly adapter: AdapterName;
  /** What is known of the caller. */
  readonly client: ClientInfo | undefined;
  /** What the caller may do; undefined where anybody may call. */
  readonly access: Access | undefined;
  /** Who is charged for it. */
  readonly tenant: string;
}

/** A batch that was admitted whole. */
export interface OpenBatch {
  /** What pays for its calls; undefined when nothing is counted. */
  readonly ticket: BatchTicket | undefined;
  /** The number of its record, which those of its calls name; undefined where nobody keeps one. */
  readonly seq: number | undefined;
  /** Takes back what its calls did not need, and puts on record how it ended. */
  end(code: "ok" | Problem["code"]): void;
}

/** Debits a batch of calls with these arguments whole, up to `parallel` at once, or says why not. */
export type BatchOpener = (
  owner: BatchOwner,
  args: readonly unknown[],
  parallel?: number,
) => OpenBatch | Problem | Promise<OpenBatch | Problem>;

/** What a batch needs of those who run calls. */
export interface BatchPort {
  readonly clock: Clock;
  readonly open: BatchOpener;
  /** Runs calls, so many at once. */
  run(
    calls: readonly Call[],
    options: {
      readonly parallel?: number;
      readonly onOutcome: OutcomeListener<ToolOutcome>;
    },
  ): Promise<readonly ToolOutcome[]>;
}

const STOPPED: Problem = {
  code: "cancelled",
  detail: "The call was stopped: another one of its batch had failed",
};
const NOBODY: ClientInfo = {};
const CANCELLED: Problem = { code: "cancelled", detail: "The caller cancelled the batch" };

/**
 * Runs a batch, or says why none of it was run.
 *
 * @throws {GomcpError} `invalid_request` for a deadline that is none.
 */
export async function processBatch(
  port: BatchPort,
  batch: Batch,
  owner: BatchOwner,
  options: ProcessBatchOptions,
): Promise<BatchReport | Problem> {
  const deadline = readDeadline(options.deadlineMs);
  if (typeof deadline === "object") throw errorOf(deadline);
  const parallel = batch.parallel === true ? batch.calls.length : batch.parallel;
  const opened = await port.open(owner, batch.calls.map(({ args }) => args), parallel);
  if ("code" in opened) return opened;
  const run = new BatchRun(batch, callsOf(batch, owner, opened), options);
  const release = run.bound(port.clock, deadline, options.signal);
  try {
    return await run.run(port);
  } finally {
    release();
    opened.end(run.code);
  }
}

function callsOf(
  { calls }: Batch,
  owner: BatchOwner,
  { ticket, seq: batch }: OpenBatch,
): readonly Call[] {
  const { adapter, access, tenant } = owner;
  const { client = NOBODY } = owner;
  // Spelled out: a spread would cost as much as the call itself.
  return calls.map(({ id, tool, args }) =>
    new Call({ adapter, access, tenant, ticket, batch, client, id, tool, args })
  );
}

class BatchRun {
  /** How the whole ended: well, or by what ended it early. */
  code: "ok" | Problem["code"] = "ok";
  readonly #batch: Batch;
  readonly #calls: readonly Call[];
  readonly #options: ProcessBatchOptions;
  readonly #results: BatchItemResult[];
  #stopped = false;

  constructor(batch: Batch, calls: readonly Call[], options: ProcessBatchOptions) {
    this.#batch = batch;
    this.#calls = calls;
    this.#options = options;
    this.#results = new Array(calls.length);
  }

  /** Lets time and the caller end it; what comes back lets go of both. */
  bound(clock: Clock, deadlineMs: number | undefined, signal: AbortSignal | undefined): () => void {
    const cancel = () => {
      const why = signal?.reason instanceof GomcpError ? signal.reason.problem : CANCELLED;
      this.#stop(why, why.code);
    };
    const cancelTimer = deadlineMs === undefined
      ? undefined
      : clock.after(deadlineMs, () => this.#stop(tooLate(deadlineMs), "deadline_exceeded"));
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel);
    return () => {
      cancelTimer?.();
      signal?.removeEventListener("abort", cancel);
    };
  }

  async run(port: BatchPort): Promise<BatchReport> {
    const { parallel } = this.#batch;
    const width = parallel === true ? {} : { parallel };
    await port.run(this.#calls, { ...width, onOutcome: this.#onOutcome });
    // The last call found what all of them had left.
    const rates = this.#calls.findLast((call) => call.rates !== undefined)?.rates;
    return { results: this.#results, rates };
  }

  readonly #onOutcome: OutcomeListener<ToolOutcome> = (index, outcome, durationMs) => {
    const result = { id: this.#batch.calls[index]!.id, index, outcome, durationMs };
    this.#results[index] = result;
    if (this.#batch.onError === "stop") {
      const code = failureOf(outcome);
      if (code !== undefined) this.#stop(STOPPED, code);
    }
    return this.#options.onResult?.(result);
  };

  /** Ends what has not ended. */
  #stop(why: Problem, code: Problem["code"]): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.code = code;
    this.#calls.forEach((call, index) => {
      if (this.#results[index] === undefined) call.stop(why);
    });
  }
}

function failureOf(outcome: ToolOutcome): Problem["code"] | undefined {
  if (outcome.kind === "problem") return outcome.problem.code;
  return outcome.result.isError === true ? "tool_error" : undefined;
}

function tooLate(deadlineMs: number): Problem {
  const detail = `The call was stopped: its batch has not ended within ${
    formatDuration(deadlineMs)
  }`;
  return { code: "deadline_exceeded", detail, limit: deadlineMs };
}
