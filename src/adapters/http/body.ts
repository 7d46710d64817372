/** Request bodies of bounded length, read as text. */
import { formatSize } from "../../base/size.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Problem } from "../../base/errors.ts";

/**
 * Reads the whole body, or says why not. A declared length is trusted, since the HTTP
 * parser holds the client to it; without one the bytes are counted as they come.
 */
export async function readBody(request: Request): Promise<string | Problem> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > LIMITS.messageBytesMax) return tooLarge();
  try {
    if (declared !== null) return await request.text();
    return request.body === null ? "" : await readCounted(request.body);
  } catch {
    // Nobody will read this: the connection is gone.
    return { code: "cancelled", detail: "The client left before its request was complete" };
  }
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
