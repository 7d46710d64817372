/** An answer of HTTP as the result of a tool. */
import { encodeBase64 } from "../../base/base64.ts";
import { isRecord } from "../../base/json.ts";
import type { ToolResult } from "../../protocol/content.ts";

/** Every status but 2xx is an error for the model to read. */
export async function apiResult(response: Response, bytesMax: number): Promise<ToolResult> {
  const type = (response.headers.get("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
  const bytes = await readBytes(response, bytesMax);
  if (bytes === undefined) return error(`The API answered with more than ${bytesMax} bytes`);
  const isError = !response.ok;
  const head = isError ? `The API answered with status ${response.status}` : "";
  if (!isError && /^(image|audio)\//.test(type)) {
    const kind = type.startsWith("image/") ? "image" : "audio";
    return { content: [{ type: kind, data: encodeBase64(bytes), mimeType: type }] };
  }
  const text = textOf(bytes);
  if (text === undefined) {
    return error(`The API answered with ${bytes.length} bytes of ${type || "an unknown type"}`);
  }
  const said = [head, text].filter((each) => each !== "").join(": ") || `Status ${response.status}`;
  const content = [{ type: "text", text: said }] as const;
  if (isError) return { content, isError };
  const structured = /^application\/([\w.-]+\+)?json$/.test(type) ? parsed(text) : undefined;
  // Before 2026-07-28 nothing but an object can be structured content.
  return { content, ...(isRecord(structured) && { structuredContent: structured }) };
}

/** Undefined for more than so many; the rest is not read. */
async function readBytes(response: Response, bytesMax: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > bytesMax) return undefined;
    pieces.push(piece);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Undefined for what is no text. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function error(text: string): ToolResult {
  return { content: [{ type: "text", text }], isError: true };
}
