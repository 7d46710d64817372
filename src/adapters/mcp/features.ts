/** resources/read, prompts/get and completion/complete: calls of what is no tool. */
import { isRecord } from "../../base/json.ts";
import { errorText, invalidParams } from "../../protocol/jsonrpc.ts";
import type { CompletionArgs } from "../../runtime/runtime.ts";
import type { Answer, Request } from "./request.ts";
import { runCall } from "./run_call.ts";

const NO_ARGUMENTS = Object.freeze({});

export function readResource(request: Request): Answer | Promise<Answer> {
  const { id, params } = request;
  const { uri } = params;
  if (typeof uri !== "string") {
    return errorText(id, invalidParams('Invalid params: "uri" is the address of a resource'));
  }
  return runCall(request, { kind: "resource", name: uri, args: NO_ARGUMENTS });
}

export function getPrompt(request: Request): Answer | Promise<Answer> {
  const { id, params } = request;
  const { name } = params;
  if (typeof name !== "string") {
    return errorText(id, invalidParams('Invalid params: "name" is the name of a prompt, a string'));
  }
  return runCall(request, { kind: "prompt", name, args: params.arguments ?? NO_ARGUMENTS });
}

export function complete(request: Request): Answer | Promise<Answer> {
  const wanted = readCompletion(request.params);
  if (typeof wanted === "string") {
    return errorText(request.id, invalidParams(`Invalid params: ${wanted}`));
  }
  const { name, args } = wanted;
  return runCall(request, { kind: "completion", name, args });
}

/** What is to be completed, or what is wrong with the parameters. */
function readCompletion(
  { ref, argument, context }: Record<string, unknown>,
): { readonly name: string; readonly args: CompletionArgs } | string {
  if (!isRecord(ref) || (ref.type !== "ref/prompt" && ref.type !== "ref/resource")) {
    return '"ref" has the type "ref/prompt" or "ref/resource"';
  }
  const of = ref.type === "ref/prompt" ? "prompt" : "resource";
  const name = of === "prompt" ? ref.name : ref.uri;
  if (typeof name !== "string") return `"ref" needs the ${of === "prompt" ? "name" : "uri"}`;
  if (!isRecord(argument) || typeof argument.name !== "string") {
    return '"argument" needs a "name", a string';
  }
  const { value = "" } = argument;
  if (typeof value !== "string") return '"argument" has a "value" that is no string';
  const known = isRecord(context) && isRecord(context.arguments) ? context.arguments : {};
  const texts = Object.entries(known).filter((entry) => typeof entry[1] === "string");
  const request = { argument: argument.name, value, known: Object.fromEntries(texts) };
  return { name, args: { of, request: request as CompletionArgs["request"] } };
}
