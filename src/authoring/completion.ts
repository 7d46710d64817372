/** Proposals for arguments, as a target of calls: the same for prompts and resource templates. */
import { describeThrown, GomcpError, isGomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { Target } from "../pipeline/call.ts";
import { answered, failed, type Outcome, refuse } from "../pipeline/outcome.ts";
import { type Hosted, runHosted } from "./hosted.ts";
import { runHandler } from "./run_handler.ts";

/** Proposes values that begin with `value`, given the others that are known. */
export type Completer = (
  value: string,
  known: Readonly<Record<string, string>>,
) => readonly string[] | Promise<readonly string[]>;

/** What is to be completed. */
export interface CompletionRequest {
  /** The name of the argument or variable. */
  readonly argument: string;
  /** What the user has typed so far. */
  readonly value: string;
  /** The other values that are known already. */
  readonly known: Readonly<Record<string, string>>;
}

/** What has arguments to complete: a prompt, or a template of resources. */
export interface Completable {
  /** By the names of arguments. */
  readonly complete: Readonly<Record<string, Completer>>;
  /** Where they run, if not here. */
  readonly hosted?: Hosted | undefined;
}

/**
 * Without a completer there are no proposals, which is no error. What `mayShow` says no of is left
 * out.
 */
export function completionTarget(
  name: string,
  { complete, hosted }: Completable,
  { argument, value, known }: CompletionRequest,
  log: Logger,
  mayShow: (value: string) => boolean = everything,
): Target {
  const completer = Object.hasOwn(complete, argument) ? complete[argument] : undefined;
  const elsewhere = completer === undefined ? undefined : hosted;
  return {
    name,
    timeoutMs: undefined,
    checkArguments: (args) => ({ ok: true, value: args }),
    run: (call) =>
      elsewhere !== undefined
        ? runHosted(call, elsewhere, (value) => hostedOutcome(name, argument, value, mayShow))
        : runHandler(call, log, {
          start: () => completer === undefined ? [] : completer(value, known),
          onReturn: (returned) => toOutcome(name, argument, returned, mayShow),
          onThrow: (thrown) =>
            isGomcpError(thrown)
              ? failed(thrown.problem)
              : refuse("tool_error", `Completion of "${name}" failed: ${describeThrown(thrown)}`),
        }),
  };
}

function toOutcome(
  name: string,
  argument: string,
  returned: unknown,
  mayShow: (value: string) => boolean,
): Outcome {
  if (!Array.isArray(returned) || !returned.every((value) => typeof value === "string")) {
    return refuse("tool_error", `Completion of "${name}", "${argument}", gave no list of texts`);
  }
  const shown = returned.filter(mayShow);
  const values = shown.slice(0, LIMITS.completionValuesMax);
  const hasMore = shown.length > values.length;
  return answered(`"completion":${JSON.stringify({ values, total: shown.length, hasMore })}`);
}

/** What a host has made of a completer's list already, looked at again. */
function hostedOutcome(
  name: string,
  argument: string,
  value: unknown,
  mayShow: (value: string) => boolean,
): Outcome {
  const completion = isRecord(value) ? value.completion : undefined;
  if (!isRecord(completion)) return toOutcome(name, argument, undefined, mayShow);
  const { values, total, hasMore } = completion;
  const outcome = toOutcome(name, argument, values, mayShow);
  if (outcome.kind !== "answer" || !Number.isSafeInteger(total)) return outcome;
  const shown = (values as string[]).filter(mayShow);
  // How many there are beyond what came would tell of those that may not be seen.
  const isWhole = mayShow === everything || hasMore !== true;
  const all = mayShow === everything ? total : shown.length;
  return answered(
    `"completion":${
      JSON.stringify({ values: shown, ...(isWhole && { total: all }), hasMore: hasMore === true })
    }`,
  );
}

/** @throws {GomcpError} `invalid_request` for a completer that is no function, or of nothing. */
export function checkCompleters(
  completers: Readonly<Record<string, unknown>>,
  names: readonly string[],
): void {
  for (const [name, completer] of Object.entries(completers)) {
    if (!names.includes(name)) {
      throw new GomcpError("invalid_request", `it completes "${name}", which it does not have`);
    }
    if (typeof completer !== "function") {
      const text = `its completer of "${name}" is ${kindOf(completer)}, expected function`;
      throw new GomcpError("invalid_request", text);
    }
  }
}

function everything(): boolean {
  return true;
}
