/** What a requirement of the HTTP transport is, and the client that it is tried with. */
import {
  initialize,
  INITIALIZED,
  legacyCall,
  MCP_HEADERS,
  MODERN,
  modernCall,
  modernHeaders,
  type RequestMessage,
} from "../../support/mcp.ts";
import { postMcp } from "../../support/mcp_http.ts";
import type { Reply, ServerProcess } from "../../support/server.ts";
import type { Revision } from "../../support/speaker.ts";

/** A requirement that only HTTP has. */
export interface HttpRow {
  readonly id: string;
  readonly revisions: readonly Revision[];
  /** The page of the specification. */
  readonly section: string;
  readonly run: (client: HttpClient) => Promise<void>;
}

/** Headers that differ from the usual ones; undefined is not sent. */
export type Changes = Readonly<Record<string, string | undefined>>;

/** Sends single HTTP requests as a client of the revision does, or nearly so. */
export class HttpClient {
  readonly server: ServerProcess;
  readonly revision: Revision;
  readonly isModern: boolean;
  /** Empty in the modern era. */
  session = "";

  constructor(server: ServerProcess, revision: Revision) {
    this.server = server;
    this.revision = revision;
    this.isModern = revision === MODERN;
  }

  /** Shakes hands where the revision has that; legacy clients get a session of their own. */
  static async open(server: ServerProcess, revision: Revision): Promise<HttpClient> {
    const client = new HttpClient(server, revision);
    if (client.isModern) return client;
    const reply = await client.hello();
    client.session = reply.headers.get("mcp-session-id") ?? "";
    await client.post(INITIALIZED);
    return client;
  }

  /** The same server and revision, in a session of its own. */
  another(): Promise<HttpClient> {
    return HttpClient.open(this.server, this.revision);
  }

  hello(): Promise<Reply> {
    return postMcp(this.server, initialize("hello", this.revision));
  }

  /** A call of a tool, in the form of the revision. */
  call(name = "test_simple_text", args: unknown = {}): RequestMessage {
    return this.isModern ? modernCall("call", name, args) : legacyCall("call", name, args);
  }

  headers(message?: RequestMessage): Record<string, string> {
    if (this.isModern && message !== undefined) return modernHeaders(message);
    if (this.isModern) return { ...MCP_HEADERS, "mcp-protocol-version": MODERN };
    return {
      ...MCP_HEADERS,
      ...(this.session !== "" && { "mcp-session-id": this.session }),
      ...(this.revision >= "2025-06-18" && { "mcp-protocol-version": this.revision }),
    };
  }

  /** POSTs a message with the headers that belong to it, or with some of them changed. */
  post(body: unknown = this.call(), changes: Changes = {}): Promise<Reply> {
    const request = isRequest(body) ? body : undefined;
    return postMcp(this.server, body, { ...this.headers(request), ...changes });
  }

  /** A request of another method, without a body. */
  bare(method: string, changes: Changes = {}): Promise<Reply> {
    const all = Object.entries({ ...this.headers(), ...changes });
    const headers = all.filter((each): each is [string, string] => each[1] !== undefined);
    return this.server.request("/mcp", { method, headers });
  }
}

function isRequest(body: unknown): body is RequestMessage {
  return typeof body === "object" && body !== null && "method" in body && "params" in body &&
    "id" in body;
}
