/** What a client with a credential is, whatever it speaks: for tests of who sees what. */
import { legacy, type Message } from "./mcp.ts";
import type { ServerProcess } from "./server.ts";

export type Params = Record<string, unknown>;

/** The one revision with batches. */
export const BATCHED = "2025-03-26";

/** Where clients connect to, and what a server over stdio is started with. */
export interface Served {
  readonly server: ServerProcess;
  /** Where the same server speaks gRPC, such as "127.0.0.1:40000". */
  readonly grpc: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A client that has connected. Whose a later request is, its own key says: over stdio there is but one. */
export interface TenantClient extends AsyncDisposable {
  /** Sends a request and gives all of the answer: its status, where there is one, and its text. */
  ask(method: string, params?: Params, key?: string): Promise<string>;
  /** Sends calls as one batch; each one's code, "" where it ran, or one of the whole. Undefined where there are no batches. */
  readonly batch?: (calls: readonly Params[]) => Promise<readonly string[]>;
}

/** One way of reaching the server. */
export interface TenantAdapter {
  readonly name: string;
  /** Which methods of MCP it has; REST and the typed service of gRPC have calls and lists of tools. */
  readonly era: "modern" | "legacy" | "rest" | "grpc";
  /** True where the key belongs to the process, and no request can have another. */
  readonly isOneKey?: boolean;
  /** True where a client can send several calls as one. */
  readonly hasBatches?: boolean;
  connect(served: Served, key: string): Promise<TenantClient>;
}

/** Calls as a batch of JSON-RPC. */
export function callsOf(calls: readonly Params[]): readonly unknown[] {
  return calls.map((call, id) => legacy(id, "tools/call", call));
}

/** The codes of the answers to a batch of JSON-RPC. */
export function codesOf(answers: unknown): readonly string[] {
  return (answers as readonly Message[]).map(({ error }) => error?.data.code ?? "");
}
