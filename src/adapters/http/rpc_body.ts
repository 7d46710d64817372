/** What a POST of JSON-RPC must be, before anybody looks at its message. */
import { CODE_TABLE } from "../../base/code_table.ts";
import { describeThrown, type Problem } from "../../base/errors.ts";
import { parseMessage } from "../../base/json_depth.ts";
import { clip, parseError, problemToRpc, rpcError } from "../../protocol/jsonrpc.ts";
import { bodyStatus } from "./body_reader.ts";
import type { HeaderFields } from "./header_fields.ts";
import { accepts } from "./media.ts";
import { rpcErrorResponse } from "./respond.ts";

/** An answer to a body that was not read ends the connection; clients must be told. */
const CLOSE = { connection: "close" };

/** Refuses what is not JSON, and clients that take neither form of an answer. */
export function checkMedia(
  { contentType: type, accept: sent }: HeaderFields,
  accept = sent,
): Response | undefined {
  if (type !== "application/json" && !/^application\/json\s*(;|$)/i.test(type ?? "")) {
    const text = "Cannot take request: its Content-Type is not application/json";
    return rpcErrorResponse(rpcError(-32600, text, 415), undefined, CLOSE);
  }
  if (accepts(accept, "application/json") || accepts(accept, "text/event-stream")) return undefined;
  const text = "Cannot take request: it accepts neither application/json nor text/event-stream";
  return rpcErrorResponse(rpcError(-32600, text, 406), undefined, CLOSE);
}

/** The value that a body is the JSON of, or the refusal of what `BodyReader` gave. */
export function parseBody(body: string | Problem): unknown {
  if (typeof body !== "string") return refuse(body);
  try {
    return parseMessage(body);
  } catch (error) {
    const reason = clip(describeThrown(error), 200);
    return rpcErrorResponse(parseError(`Cannot parse body: ${reason}`));
  }
}

function refuse(problem: Problem): Response {
  const error = problemToRpc(problem);
  const httpStatus = bodyStatus(problem) ?? CODE_TABLE[problem.code].http;
  return rpcErrorResponse({ ...error, httpStatus }, undefined, CLOSE);
}
