/** The requests of one client that have no answer yet: no two of one id, and not too many. */
import { LIMITS } from "../../base/limits.ts";
import { errorText, invalidRequest, problemToRpc } from "../../protocol/jsonrpc.ts";
import type { Answer, Request } from "./request.ts";

/** Says why a request may not stay open; undefined when it may. */
export function refuseOpening({ peer, id, exchange }: Request): Answer {
  if (peer.open.has(id)) {
    const text = `Cannot take request: the id ${JSON.stringify(id)} belongs to one that is open`;
    // With the id, the answer would be taken for that of the open request.
    return errorText(undefined, invalidRequest(text));
  }
  if (peer.open.size < LIMITS.openRequestsMax) return undefined;
  const retryAfterMs = 1_000;
  exchange.retryAfterMs = retryAfterMs;
  const detail = `Cannot take the call: ${peer.open.size} requests of this client are open`;
  const limit = LIMITS.openRequestsMax;
  return errorText(
    id,
    problemToRpc({ code: "overloaded", detail, limit, remaining: 0, retryAfterMs }),
  );
}
