/** The methods that open and keep a conversation: initialize, ping, server/discover, logging/setLevel. */
import { errorText, invalidParams, resultText } from "../../protocol/jsonrpc.ts";
import { readHandshake } from "../../protocol/legacy.ts";
import { LIST_NAMES } from "../../pipeline/events.ts";
import { isMcpLogLevel, MCP_LOG_LEVELS } from "../../protocol/logging.ts";
import { TASKS_EXTENSION } from "../../protocol/tasks.ts";
import { MODERN_VERSIONS } from "../../protocol/versions.ts";
import { ClaimedClient } from "./client.ts";
import { viewOf } from "./lists.ts";
import type { Answer, Request } from "./request.ts";

/** The handshake revisions had other tasks, which are not served. */
function takesTasks({ era, runtime }: Request): boolean {
  return era.name === "modern" && runtime.tasks !== undefined;
}

/** What there is to be had here. */
function capabilities(request: Request): Record<string, unknown> {
  const { offers } = viewOf(request);
  const completions = offers("resources") || offers("prompts");
  return {
    logging: {},
    tools: { listChanged: true },
    ...(offers("resources") && { resources: { subscribe: true, listChanged: true } }),
    ...(offers("prompts") && { prompts: { listChanged: true } }),
    ...(completions && { completions: {} }),
    ...(takesTasks(request) && { extensions: { [TASKS_EXTENSION]: {} } }),
  };
}

export function initialize(request: Request): Answer {
  const { runtime, peer, id, params } = request;
  const handshake = readHandshake(params);
  if ("code" in handshake) return errorText(id, handshake);
  const { version, clientInfo } = handshake;
  peer.version = version;
  peer.capabilities = handshake.capabilities;
  peer.offered = LIST_NAMES.filter(viewOf(request).offers);
  peer.client = new ClaimedClient(clientInfo, peer.connection);
  const { info, instructions } = runtime;
  return resultText(
    id,
    members({
      protocolVersion: version,
      capabilities: capabilities(request),
      serverInfo: info,
      instructions,
    }),
  );
}

export function ping({ id }: Request): Answer {
  return resultText(id, "");
}

export function setLogLevel({ peer, id, params }: Request): Answer {
  const { level } = params;
  if (!isMcpLogLevel(level)) {
    const text = `Invalid params: "level" is one of ${MCP_LOG_LEVELS.join(", ")}`;
    return errorText(id, invalidParams(text));
  }
  peer.logLevel = level;
  return resultText(id, "");
}

export function discover(request: Request): Answer {
  const { runtime, id, era } = request;
  const { instructions } = runtime;
  const body = members({
    supportedVersions: MODERN_VERSIONS,
    capabilities: capabilities(request),
    instructions,
  });
  return resultText(id, era.listMembers(body, runtime.info));
}

/** An object's JSON without its braces. */
function members(value: Record<string, unknown>): string {
  return JSON.stringify(value).slice(1, -1);
}
