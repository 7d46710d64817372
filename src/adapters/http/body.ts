/** Request bodies of bounded length, read as text. */
import { formatSize } from "../../base/size.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Problem } from "../../base/errors.ts";

/**
 * Reads the whole body, or says why not. A declared length is trusted, since the HTTP
 * parser holds the client to it; without one the bytes are counted as they come.
 */
export function readBody(request: Request): Promise<string | Problem> | Problem {
  const declared = request.headers.get("content-length");
  if (declared === null) {
    return request.body === null ? Promise.resolve("") : readCounted(request.body).catch(gone);
  }
  if (Number(declared) > LIMITS.messageBytesMax) return tooLarge();
  return request.text().catch(gone);
}

/** Nobody will read this: the connection has ended. */
function gone(): Problem {
  return { code: "cancelled", detail: "The client left before its request was complete" };
}

async function readCounted(body: ReadableStream<Uint8Array>): Promise<string | Problem> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > LIMITS.messageBytesMax) return tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(): Problem {
  const limit = LIMITS.messageBytesMax;
  return {
    code: "too_large",
    detail: `Cannot read body: it is larger than ${formatSize(limit)}, the limit of a message`,
    limit,
  };
}
