/** Raw MCP over HTTP: single requests of the modern era, sessions of the legacy one. */
import { assertEquals } from "@std/assert";
import {
  initialize,
  INITIALIZED,
  LEGACY,
  MCP_HEADERS,
  type Message,
  modernHeaders,
  type RequestMessage,
} from "./mcp.ts";
import type { Reply, ServerProcess } from "./server.ts";

/** POSTs anything to /mcp; a header that is undefined is not sent. */
export function postMcp(
  server: ServerProcess,
  body: unknown,
  headers: Readonly<Record<string, string | undefined>> = MCP_HEADERS,
): Promise<Reply> {
  return server.request("/mcp", mcpInit(body, headers));
}

/** What `fetch` takes for a POST to /mcp. */
function mcpInit(
  body: unknown,
  headers: Readonly<Record<string, string | undefined>> = MCP_HEADERS,
): RequestInit {
  const sent = Object.entries(headers).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  );
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { method: "POST", body: text, headers: sent };
}

/** POSTs a modern request with the headers that belong to it, or with some of them changed. */
export function postModern(
  server: ServerProcess,
  message: RequestMessage,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<Reply> {
  return postMcp(server, message, { ...modernHeaders(message), ...headers });
}

/** The messages of an answer that is an event stream. */
export function eventMessages({ headers, text }: Reply): Message[] {
  assertEquals(headers.get("content-type"), "text/event-stream");
  return text.split("\n").filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice("data: ".length)));
}

/** A session of the legacy era. */
export class HttpSession {
  private constructor(
    readonly server: ServerProcess,
    readonly id: string,
    readonly version: string,
  ) {}

  /** Shakes hands. */
  static async open(server: ServerProcess, version: string = LEGACY[0]): Promise<HttpSession> {
    const reply = await postMcp(server, initialize("init", version));
    assertEquals(reply.status, 200, reply.text);
    const id = reply.headers.get("mcp-session-id") ?? "";
    const session = new HttpSession(server, id, reply.json.result.protocolVersion);
    assertEquals((await session.post(INITIALIZED)).status, 202);
    return session;
  }

  get headers(): Record<string, string> {
    return {
      ...MCP_HEADERS,
      "mcp-session-id": this.id,
      "mcp-protocol-version": this.version,
    };
  }

  /** POSTs to the session; a header that is undefined is not sent. */
  post(
    body: unknown,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Reply> {
    return postMcp(this.server, body, { ...this.headers, ...headers });
  }

  /** Ends the session. */
  delete(): Promise<Reply> {
    return this.server.request("/mcp", { method: "DELETE", headers: this.headers });
  }
}
