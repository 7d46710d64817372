/**
 * Processes that share a port: a session of the handshake revisions lives in one of them, and the
 * system gives a connection to any. Its id says whose it is, and the others pass its requests on, over
 * a Unix socket that each of them has for that.
 */
import type { ClientInfo } from "../../pipeline/call.ts";
import { rpcError } from "../../protocol/jsonrpc.ts";
import { rpcErrorResponse } from "./respond.ts";

/** A process among those that share its port. */
export interface SiblingOptions {
  /** Its number, which no two have at a time. */
  readonly own: number;
  /** Where a process takes what is passed on: in a folder that nobody else can look into. */
  readonly socketOf: (number: number) => string;
}

/** Says whose a session is; set by nobody else, since only siblings reach the socket. */
const ADDRESS_HEADER = "gomcp-client-address";
/** What is said of one connection, and is not passed on to the next (RFC 9110 section 7.6.1). */
const OF_CONNECTION = ["connection", "keep-alive", "te", "transfer-encoding", "upgrade"];

export class Siblings {
  readonly #options: SiblingOptions;
  readonly #clients = new Map<number, Deno.HttpClient>();
  #server: Deno.HttpServer | undefined;

  constructor(options: SiblingOptions) {
    this.#options = options;
  }

  /** How the ids of this process' sessions begin. */
  get sessionPrefix(): string {
    return `${this.#options.own}.`;
  }

  /** Takes what others pass on. */
  listen(handle: (request: Request, address: string) => Response | Promise<Response>): void {
    const path = this.#options.socketOf(this.#options.own);
    this.#server = Deno.serve({ path, transport: "unix", onListen: () => {} }, (request) => {
      return handle(request, request.headers.get(ADDRESS_HEADER) ?? "");
    });
  }

  /** The process that has the session of a request; undefined when that is this one, or there is none. */
  ownerOf(request: Request): number | undefined {
    const owner = /^(\d{1,9})\./.exec(request.headers.get("mcp-session-id") ?? "")?.[1];
    return owner === undefined || Number(owner) === this.#options.own ? undefined : Number(owner);
  }

  /** The owner's answer. One that has gone has taken its sessions with it. */
  async forward(request: Request, owner: number, { address }: ClientInfo): Promise<Response> {
    const headers = new Headers(request.headers);
    for (const name of [...OF_CONNECTION, "content-length", "accept-encoding"]) {
      headers.delete(name);
    }
    headers.set(ADDRESS_HEADER, address ?? "");
    const { method, body } = request;
    const url = request.url.replace(/^https:/, "http:");
    const client = this.#clientOf(owner);
    try {
      const init = { method, headers, body, client, redirect: "manual" } as const;
      const { status, headers: answered, body: content } = await fetch(url, init);
      const passed = new Headers(answered);
      for (const name of OF_CONNECTION) passed.delete(name);
      return new Response(content, { status, headers: passed });
    } catch {
      this.#forget(owner);
      const text = "Session not found: its process has ended; initialize anew";
      return rpcErrorResponse(rpcError(-32600, text, 404));
    }
  }

  async close(): Promise<void> {
    for (const owner of this.#clients.keys()) this.#forget(owner);
    await this.#server?.shutdown();
  }

  #clientOf(owner: number): Deno.HttpClient {
    let client = this.#clients.get(owner);
    if (client === undefined) {
      const path = this.#options.socketOf(owner);
      client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
      this.#clients.set(owner, client);
    }
    return client;
  }

  #forget(owner: number): void {
    this.#clients.get(owner)?.close();
    this.#clients.delete(owner);
  }
}
