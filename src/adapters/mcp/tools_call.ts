/** tools/call: a call of a tool. */
import { errorText, invalidParams } from "../../protocol/jsonrpc.ts";
import type { Answer, Request } from "./request.ts";
import { runCall } from "./run_call.ts";

const NO_ARGUMENTS = Object.freeze({});

export function callTool(request: Request): Answer | Promise<Answer> {
  const { id, params } = request;
  const { name } = params;
  if (typeof name !== "string") {
    return errorText(id, invalidParams('Invalid params: "name" is the name of a tool, a string'));
  }
  return runCall(request, { kind: "tool", name, args: params.arguments ?? NO_ARGUMENTS });
}
