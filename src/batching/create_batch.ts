/** Batches as data: built by a program, or read from a request, and refused whole if they are wrong. */
import { GomcpError, type Problem } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";

/** One call of a batch. */
export interface BatchCall {
  /** The caller's name for it, no two the same in a batch. */
  readonly id: string | number;
  /** The tool's name. */
  readonly tool: string;
  /** The arguments as they came in, not yet checked. */
  readonly args: unknown;
}

/** What becomes of the rest when a call fails, be it by the tool's own word. */
export type OnError = "continue" | "stop";

/** Several calls that are admitted as one. */
export interface Batch {
  /** The calls, in the order of their results. */
  readonly calls: readonly BatchCall[];
  /** How many run at once; `true` for as many as the server and the tenant allow. */
  readonly parallel: number | true;
  /** What becomes of the rest when a call fails: with "stop" it ends as `cancelled`. */
  readonly onError: OnError;
}

/** Builds a batch, call after call. Nothing is checked before `build`. */
export interface BatchBuilder {
  /** Adds a call; `args` are an object unless the tool says otherwise. */
  add(id: string | number, tool: string, args?: unknown): BatchBuilder;
  /** How many run at once: `true` for as many as the tenant may. @default false: one after another */
  parallel(width: number | boolean): BatchBuilder;
  /** What becomes of the rest when a call fails. @default "continue" */
  onError(what: OnError): BatchBuilder;
  /**
   * The batch.
   *
   * @throws {GomcpError} `invalid_request` or `too_large`, with a pointer to what is wrong.
   */
  build(): Batch;
}

/**
 * Begins a batch.
 *
 * @example
 * ```ts
 * import { createBatch, createRuntime, defineTool } from "gomcp";
 *
 * const hello = defineTool({ name: "hello", description: "Greets.", handler: () => "Hello!" });
 * const runtime = createRuntime({ tools: [hello] });
 * const batch = createBatch().add("r1", "hello", {}).add("r2", "nobody", {}).parallel(5).build();
 * const report = await runtime.processBatch(batch, { deadlineMs: 5_000 });
 * if ("code" in report) throw new Error(report.detail);
 * const [first, second] = report.results;
 * if (first?.id !== "r1" || first.outcome.kind !== "result") throw new Error();
 * if (second?.outcome.kind !== "problem") throw new Error();
 * await runtime.shutdown();
 * ```
 */
export function createBatch(): BatchBuilder {
  const calls: BatchCall[] = [];
  let width: number | boolean = false;
  let whatOnError: OnError = "continue";
  const builder: BatchBuilder = {
    add(id, tool, args = {}) {
      calls.push({ id, tool, args });
      return builder;
    },
    parallel(wanted) {
      width = wanted;
      return builder;
    },
    onError(what) {
      whatOnError = what;
      return builder;
    },
    build() {
      const parallel = readParallel(width);
      const onError = readOnError(whatOnError);
      const problem = checkSize(calls.length, "/calls") ??
        (typeof parallel === "object" ? parallel : undefined) ??
        (typeof onError === "object" ? onError : undefined) ?? checkIds(calls, "/calls");
      if (problem !== undefined) throw errorOf(problem);
      return {
        calls: [...calls],
        parallel: parallel as Batch["parallel"],
        onError: onError as OnError,
      };
    },
  };
  return builder;
}

/** Whether a batch has so many calls as it may. */
export function checkSize(count: number, at: string): Problem | undefined {
  if (count === 0) return refuseBatch(`${JSON.stringify(at.slice(1))} is empty`, at);
  const limit = LIMITS.batchItemsMax;
  if (count <= limit) return undefined;
  const detail = `Cannot take batch: it has ${count} ${at.slice(1)}, expected at most ${limit}`;
  return { code: "too_large", detail, pointer: at, limit };
}

/** Whether each call has a name that is good, and its own. */
export function checkIds(calls: readonly BatchCall[], at: string): Problem | undefined {
  const ids = new Set<string | number>();
  for (let index = 0; index < calls.length; index++) {
    const { id } = calls[index]!;
    const fault = isId(id) ? undefined : '"id" is a short string or an integer';
    // One look into the set is enough: it grows unless the id is there.
    if (fault === undefined && ids.add(id).size > index) continue;
    return refuseBatch(
      fault ?? `the id ${JSON.stringify(id)} stands twice`,
      `${at}/${index}/id`,
    );
  }
  return undefined;
}

function isId(id: unknown): id is string | number {
  return typeof id === "string"
    ? id.length <= LIMITS.requestIdCharsMax
    : typeof id === "number" && Number.isSafeInteger(id);
}

/** `false` is one after another. */
export function readParallel(parallel: unknown): number | true | Problem {
  if (parallel === true) return true;
  if (parallel === false) return 1;
  if (Number.isInteger(parallel) && (parallel as number) >= 1) return parallel as number;
  return refuseBatch('"parallel" is true, false or a number of at least 1', "/parallel");
}

export function readOnError(onError: unknown): OnError | Problem {
  if (onError === "continue" || onError === "stop") return onError;
  return refuseBatch('"onError" is "continue" or "stop"', "/onError");
}

/** How long the whole may take; undefined for as long as its calls may. */
/** `name` is what the request calls it. */
export function readDeadline(
  deadlineMs: unknown,
  name = "deadlineMs",
): number | undefined | Problem {
  if (deadlineMs === undefined) return undefined;
  const isGood = typeof deadlineMs === "number" && deadlineMs > 0 &&
    deadlineMs <= LIMITS.timeoutMsMax;
  if (isGood) return deadlineMs;
  const what = `"${name}" is a number of milliseconds, above 0 and up to ${LIMITS.timeoutMsMax}`;
  return refuseBatch(what, `/${name}`);
}

export function refuseBatch(what: string, pointer: string): Problem {
  return { code: "invalid_request", detail: `Cannot take batch: ${what}`, pointer };
}

export function errorOf({ code, detail, ...more }: Problem): GomcpError {
  return new GomcpError(code, detail, more);
}
