/** HTTP requests to /mcp for property tests: any message, under headers that fit it or do not. */
import * as fc from "fast-check";
import { MCP_HEADERS, MODERN } from "../mcp.ts";
import { wireBytes, wireText } from "./messages.ts";

/** A request as it is to be made, once it is known which session there is. */
export interface Attempt {
  readonly method: string;
  /** Text where it is text, so that a counterexample can be read. */
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** As whom: with the headers of the last session, with those that repeat the body, or without any. */
  readonly as: "session" | "modern" | "nobody";
  /** Headers that take the place of the right ones; undefined leaves one out. */
  readonly odd: Readonly<Record<string, string | undefined>>;
  /** The client goes before it is answered, if that takes time. */
  readonly leaves: boolean;
}

const headerText = fc.oneof(
  fc.constantFrom("", MODERN, "2025-03-26", "1999-01-01", "tools/call", "=?base64?!?=", "add"),
  fc.string({ unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)) }),
);

const odd: fc.Arbitrary<Attempt["odd"]> = fc.record({
  "accept": fc.constantFrom(undefined, "application/json", "text/event-stream", "*/*", "text/html"),
  "content-type": fc.constantFrom(undefined, "application/json; charset=utf-8", "text/plain"),
  "content-length": fc.constantFrom("x", "-1", "0", "5000000"),
  "mcp-session-id": headerText,
  "mcp-protocol-version": headerText,
  "mcp-method": headerText,
  "mcp-name": headerText,
  "last-event-id": headerText,
  "host": fc.constantFrom("localhost", "evil.com", "::", ""),
  "origin": fc.constantFrom("http://localhost:1", "http://evil.com", "null", ""),
}, { requiredKeys: [] });

const body: fc.Arbitrary<Attempt["body"]> = fc.oneof(
  { weight: 5, arbitrary: wireText },
  { weight: 1, arbitrary: wireBytes },
);

export const attempt: fc.Arbitrary<Attempt> = fc.record({
  method: fc.oneof(
    { weight: 12, arbitrary: fc.constant("POST") },
    { weight: 1, arbitrary: fc.constantFrom("GET", "DELETE", "PUT", "HEAD", "OPTIONS") },
  ),
  body,
  as: fc.constantFrom("session", "modern", "modern", "nobody"),
  odd: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: odd }),
  leaves: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, {
    weight: 1,
    arbitrary: fc.constant(true),
  }),
});

/** The headers of an attempt. `session` is the last one that was opened. */
export function headersOf(
  { as, body, odd }: Attempt,
  session: { readonly id: string; readonly version: string } | undefined,
): Headers {
  const headers = new Headers(MCP_HEADERS);
  if (as === "modern") repeatBody(headers, textOf(body));
  if (as === "session" && session !== undefined) {
    headers.set("mcp-session-id", session.id);
    headers.set("mcp-protocol-version", session.version);
  }
  for (const [name, value] of Object.entries(odd)) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  return headers;
}

/** The body as the server reads it. */
export function textOf(body: Attempt["body"]): string {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return new TextDecoder().decode(bytes);
}

function repeatBody(headers: Headers, text: string): void {
  headers.set("mcp-protocol-version", MODERN);
  const { method, params } = parse(text);
  if (typeof method === "string") headers.set("mcp-method", headerValue(method));
  const name = (params as Record<string, unknown> | null | undefined)?.[
    method === "resources/read" ? "uri" : "name"
  ];
  if (typeof name === "string") headers.set("mcp-name", headerValue(name));
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** In base64 what a header cannot carry (2026-07-28, transports). */
function headerValue(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  const bytes = new TextEncoder().encode(text);
  return `=?base64?${btoa(String.fromCharCode(...bytes))}?=`;
}
