/** What travels between the rounds of a modern call: sealed, bound to the call, good for once. */
import { describeThrown } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import type { Call } from "../../pipeline/call.ts";
import { invalidParams, type RpcError } from "../../protocol/jsonrpc.ts";
import type { Runtime } from "../../runtime/runtime.ts";

type Values = Readonly<Record<string, unknown>>;

/** What identifies a call across its rounds. */
export type CallIdentity = Pick<Call, "kind" | "tool" | "args" | "client" | "tenant">;

/** The answers of all rounds so far; an error for a state that is not to be trusted. */
export function readAnswers(
  runtime: Runtime,
  { requestState, inputResponses }: Values,
  identity: CallIdentity,
): { readonly answers: Values; readonly giveBack?: () => void } | { readonly error: RpcError } {
  const fresh = isRecord(inputResponses) ? inputResponses : {};
  if (requestState === undefined) return { answers: fresh };
  if (typeof requestState !== "string") return refused("the requestState is no string");
  try {
    const { value, giveBack } = runtime.states.open(requestState, bindingOf(runtime, identity));
    return { answers: { ...(value as Values), ...fresh }, giveBack };
  } catch (error) {
    return refused(describeThrown(error));
  }
}

function refused(why: string): { readonly error: RpcError } {
  return { error: invalidParams(`Invalid params: ${why}`) };
}

export function sealAnswers(runtime: Runtime, answers: Values, identity: CallIdentity): string {
  return runtime.states.seal(answers, bindingOf(runtime, identity));
}

function bindingOf(runtime: Runtime, { kind, tool, args, client, tenant }: CallIdentity) {
  return [tenant, client.name ?? "", kind, tool, runtime.digest(args)];
}
