/** What travels between the rounds of a modern call: sealed, bound to the call, good for once. */
import { describeThrown } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import type { Call } from "../../pipeline/call.ts";
import { invalidParams, type RpcError } from "../../protocol/jsonrpc.ts";
import type { Runtime } from "../../runtime/runtime.ts";

type Values = Readonly<Record<string, unknown>>;

/** What identifies a call across its rounds. */
export type CallIdentity = Pick<Call, "kind" | "tool" | "args" | "client" | "tenant" | "access">;

/** What is sealed at the end of a round. */
interface Round {
  /** What the client answered so far, as it was taken. */
  readonly answers: Values;
  /** The keys of what it is asked now. */
  readonly asked: readonly string[];
}

/**
 * The answers of all rounds so far; an error for a state that is not to be trusted. Of what the
 * client sends, only answers to what the last round asked are looked at: what was answered before
 * is settled, as later questions may rest on it.
 */
export function readAnswers(
  runtime: Runtime,
  { requestState, inputResponses }: Values,
  identity: CallIdentity,
): { readonly answers: Values; readonly giveBack?: () => void } | { readonly error: RpcError } {
  if (typeof requestState !== "string") return refused("the requestState is no string");
  try {
    const { value, giveBack } = runtime.states.open(requestState, bindingOf(runtime, identity));
    const { answers, asked } = value as Round;
    const fresh = isRecord(inputResponses) ? inputResponses : {};
    const taken = asked.filter((key) => Object.hasOwn(fresh, key));
    const now = Object.fromEntries(taken.map((key) => [key, fresh[key]]));
    return { answers: { ...now, ...answers }, giveBack };
  } catch (error) {
    return refused(describeThrown(error));
  }
}

function refused(why: string): { readonly error: RpcError } {
  return { error: invalidParams(`Invalid params: ${why}`) };
}

export function sealRound(runtime: Runtime, round: Round, identity: CallIdentity): string {
  return runtime.states.seal(round, bindingOf(runtime, identity));
}

function bindingOf(
  runtime: Runtime,
  { kind, tool, args, client, tenant, access }: CallIdentity,
) {
  const who = access?.credential ?? "";
  return [tenant, who, client.name ?? "", kind, tool, runtime.digest(args)];
}
