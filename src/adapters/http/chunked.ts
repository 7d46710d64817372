/**
 * Requests whose body comes in chunks. One that has a length as well may be an attempt to smuggle
 * another request past a proxy (RFC 9112 section 6.1): it is refused. The HTTP parser hides the length
 * when it stands behind `Transfer-Encoding`, so no connection is used again after chunks.
 */
import type { Incoming } from "./incoming.ts";
import { problemResponse } from "./respond.ts";

export function answerChunked(
  incoming: Incoming,
  answer: () => Response | Promise<Response>,
): Response | Promise<Response> {
  if (incoming.headers.contentLength !== null) {
    const detail = "Cannot take request: it has both Content-Length and Transfer-Encoding";
    return problemResponse({ code: "invalid_request", detail }, { connection: "close" });
  }
  const answered = answer();
  return answered instanceof Promise ? answered.then(closing) : closing(answered);
}

function closing(response: Response): Response {
  response.headers.set("connection", "close");
  return response;
}
