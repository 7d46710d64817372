/** Connects to an MCP server of either era, to put load on one of its tools. */
import type { Clock } from "../../base/clock.ts";
import { GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { encodeParamHeaders, readParamHeaders } from "../../protocol/param_headers.ts";
import type { ServerInfo } from "../../protocol/versions.ts";
import { Conversation } from "../../upstreams/conversation.ts";
import { type Agreement, modernMeta, shakeHands } from "../../upstreams/handshake.ts";
import { readLists } from "../../upstreams/read_lists.ts";
import type {
  OpenTransport,
  TransportListener,
  UpstreamTransport,
} from "../../upstreams/transport.ts";
import { McpCaller } from "./mcp_caller.ts";
import type { ToolCall } from "./tool_call.ts";

export interface ConnectOptions {
  /** "auto" tries the modern era first. */
  readonly protocol: "auto" | "modern" | "legacy";
  /** Who asks, as servers are told. */
  readonly info: ServerInfo;
  readonly clock: Clock;
  /** For connecting, and for an answer. */
  readonly timeoutMs: number;
}

/** A tool as the server describes it. */
export interface ListedTool {
  readonly name: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** A connection that load can be put on. */
export interface McpConnection {
  readonly agreement: Agreement;
  readonly tools: readonly ListedTool[];
  readonly transport: UpstreamTransport;
  /** Makes calls; whoever called before is not answered any more. */
  caller(call: ToolCall): McpCaller;
}

/** @throws {GomcpError} `upstream_failed` for a server that cannot be reached or spoken with. */
export async function connectMcp(
  open: OpenTransport,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<McpConnection> {
  const { clock, info, timeoutMs } = options;
  const conversation = new Conversation(clock, {
    onNotification: () => {},
    onQuestion: () => Promise.reject(new Error("Load has nobody to ask")),
    onBroken: () => conversation.transport.kill(),
  });
  let listener: TransportListener = conversation;
  const transport = await open({
    onMessage: (text, about) => listener.onMessage(text, about),
    onLost: (id, problem) => listener.onLost(id, problem),
    isWaiting: (id) => listener.isWaiting(id),
  }, signal);
  conversation.transport = transport;
  let caller: McpCaller | undefined;
  transport.exited.then(({ detail }) => {
    conversation.fail({ code: "upstream_failed", detail: `its connection has ended: ${detail}` });
    caller?.fail();
  });
  try {
    const agreement = await shakeHands(conversation, options);
    const meta = agreement.era === "modern" ? modernMeta(info, {}) : undefined;
    const tools = await listTools(conversation, meta, timeoutMs);
    return {
      agreement,
      tools,
      transport,
      caller(call) {
        const headers = meta && headersOf(tools, call);
        caller = new McpCaller({ transport, call, meta, headers, now: clock.now });
        return listener = caller;
      },
    };
  } catch (thrown) {
    transport.kill();
    throw thrown;
  }
}

async function listTools(
  conversation: Conversation,
  meta: Readonly<Record<string, unknown>> | undefined,
  timeoutMs: number,
): Promise<readonly ListedTool[]> {
  const ask = (method: string, params: Readonly<Record<string, unknown>>) =>
    conversation.request(method, { ...params, ...(meta && { _meta: meta }) }, { timeoutMs });
  const { tools } = await readLists(ask, { tools: {} });
  return tools.flatMap(({ name, inputSchema }) =>
    typeof name === "string"
      ? [{ name, inputSchema: isRecord(inputSchema) ? inputSchema : {} }]
      : []
  );
}

/** Arguments that headers repeat are the same in all calls, or no call would be taken. */
function headersOf(
  tools: readonly ListedTool[],
  call: ToolCall,
): Readonly<Record<string, string>> | undefined {
  const tool = tools.find(({ name }) => name === call.tool);
  const params = tool === undefined ? [] : readParamHeaders(tool.inputSchema);
  if (params.length === 0) return undefined;
  const [one, other] = [0, 1].map((n) => encodeParamHeaders(params, call.argumentsOf(n)));
  if (JSON.stringify(one) === JSON.stringify(other)) return one;
  const text =
    `Cannot call "${call.tool}": headers repeat an argument that has the number in it, ` +
    "expected $n in others";
  throw new GomcpError("invalid_request", text);
}
