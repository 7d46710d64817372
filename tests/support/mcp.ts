/** Messages of MCP in both eras, as plain data. */

export const MODERN = "2026-07-28";
export const LEGACY = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;

const PREFIX = "io.modelcontextprotocol/";
export const VERSION_KEY = `${PREFIX}protocolVersion`;
export const CAPABILITIES_KEY = `${PREFIX}clientCapabilities`;
export const LOG_LEVEL_KEY = `${PREFIX}logLevel`;
export const SERVER_INFO_KEY = `${PREFIX}serverInfo`;

export type Id = string | number;

/** Anything that a server sends. */
export interface Message {
  readonly jsonrpc: string;
  readonly id?: Id;
  readonly method?: string;
  // deno-lint-ignore no-explicit-any -- tests look into messages of every shape
  readonly params?: any;
  // deno-lint-ignore no-explicit-any -- see above
  readonly result?: any;
  // deno-lint-ignore no-explicit-any -- see above
  readonly error?: { readonly code: number; readonly message: string; readonly data?: any };
}

export interface RequestMessage {
  readonly jsonrpc: "2.0";
  readonly id: Id;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** A request of 2026-07-28: version and capabilities travel with it. */
export function modern(
  id: Id,
  method: string,
  params: Record<string, unknown> = {},
  meta: Record<string, unknown> = {},
): RequestMessage {
  const _meta = { [VERSION_KEY]: MODERN, [CAPABILITIES_KEY]: {}, ...meta };
  return { jsonrpc: "2.0", id, method, params: { ...params, _meta } };
}

export function modernCall(
  id: Id,
  name: string,
  args: unknown = {},
  meta: Record<string, unknown> = {},
): RequestMessage {
  return modern(id, "tools/call", { name, arguments: args }, meta);
}

/** A request of the handshake era. */
export function legacy(
  id: Id,
  method: string,
  params: Record<string, unknown> = {},
): RequestMessage {
  return { jsonrpc: "2.0", id, method, params };
}

export function legacyCall(id: Id, name: string, args: unknown = {}): RequestMessage {
  return legacy(id, "tools/call", { name, arguments: args });
}

export function initialize(
  id: Id,
  protocolVersion: string = LEGACY[0],
  capabilities: Record<string, unknown> = {},
): RequestMessage {
  const clientInfo = { name: "test", version: "1" };
  return legacy(id, "initialize", { protocolVersion, capabilities, clientInfo });
}

export function notification(method: string, params: Record<string, unknown> = {}) {
  return { jsonrpc: "2.0", method, params } as const;
}

export const INITIALIZED = notification("notifications/initialized");

export function cancelled(requestId: Id) {
  return notification("notifications/cancelled", { requestId });
}

/** The parameter that the header Mcp-Name repeats. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};

/** The headers that go with a modern request over HTTP. */
export function modernHeaders({ method, params }: RequestMessage): Record<string, string> {
  const name = params[NAMED_BY[method] ?? ""];
  return {
    ...MCP_HEADERS,
    "mcp-protocol-version": MODERN,
    "mcp-method": method,
    ...(name !== undefined && { "mcp-name": String(name) }),
  };
}

export const MCP_HEADERS = {
  "content-type": "application/json",
  "accept": "application/json, text/event-stream",
} as const;
