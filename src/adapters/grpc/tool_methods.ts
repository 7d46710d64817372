/** ToolService's methods about tools: the list, one of them, and what changes. */
import { Buffer } from "node:buffer";
import type { Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Listener, ServerEvent } from "../../pipeline/events.ts";
import { DEFAULT_TENANT } from "../../pipeline/call.ts";
import type { Decision } from "../../pipeline/outcome.ts";
import { clip } from "../../protocol/jsonrpc.ts";
import { gomcp } from "../../protocol/gen/gomcp_v1.js";
import type { ToolEntry } from "../../runtime/runtime.ts";
import { mayHear } from "../mcp/legacy_events.ts";
import type { Answer } from "./handlers.ts";
import type { StreamWriter } from "./stream_writer.ts";
import { STOPPING, type Turn } from "./turn.ts";

const { v1 } = gomcp;
const PAGE_MAX = 1_000;

export function listTools(
  { pageSize, pageToken }: gomcp.v1.ListToolsRequest,
  turn: Turn,
): Answer {
  const refusal = checkRate(turn);
  if (refusal !== undefined) return refusal;
  if (pageSize < 0 || pageSize > PAGE_MAX) {
    return invalid(`page_size is ${pageSize}, expected 1 to ${PAGE_MAX}, or 0`, "/page_size");
  }
  const page = toolsOf(turn).page(
    pageToken === "" ? undefined : pageToken,
    pageSize === 0 ? LIMITS.toolsPageMax : pageSize,
  );
  if (page === undefined) {
    return invalid("page_token is none that this server gave", "/page_token");
  }
  const { items, nextCursor } = page;
  return v1.ListToolsResponse.encode({ tools: items.map(toolMessage), nextPageToken: nextCursor })
    .finish();
}

export function getTool({ name }: gomcp.v1.GetToolRequest, turn: Turn): Answer {
  const refusal = checkRate(turn);
  if (refusal !== undefined) return refusal;
  const entry = toolsOf(turn).entry(name);
  if (entry !== undefined) return v1.Tool.encode(toolMessage(entry)).finish();
  return { code: "unknown_tool", detail: `Unknown tool: "${clip(name)}"` };
}

/** Ends when the client leaves, its credential is good for nothing any more, or the server stops. */
export function watchTools(
  _request: gomcp.v1.WatchToolsRequest,
  turn: Turn,
  writer: StreamWriter,
): Promise<Problem | undefined> {
  const { runtime, caller: { access } } = turn;
  const ended = Promise.withResolvers<Problem | undefined>();
  let isBehind = false;
  const tell = () => {
    writer.send(v1.WatchToolsResponse.encode({ tools: toolsOf(turn).size }).finish());
  };
  const listener: Listener = {
    onEvent(event: ServerEvent) {
      if (access?.problem !== undefined) return ended.resolve(access.problem);
      if (event.kind !== "list_changed" || event.list !== "tools") return;
      if (!mayHear(runtime, access, event)) return;
      if (isBehind) return;
      // What changes until this one is read is told by one message, with what is so then.
      isBehind = true;
      tellWhenRead(writer, () => {
        isBehind = false;
        tell();
      });
    },
    onClose: () => ended.resolve(STOPPING),
  };
  if (!runtime.events.add(listener)) return Promise.resolve(TOO_MANY);
  turn.ended.then(() => ended.resolve(undefined));
  turn.stopping.addEventListener("abort", listener.onClose, { once: true });
  tell();
  return ended.promise.finally(() => {
    runtime.events.delete(listener);
    turn.stopping.removeEventListener("abort", listener.onClose);
  });
}

async function tellWhenRead(writer: StreamWriter, tell: () => void): Promise<void> {
  await writer.idle();
  if (!writer.isGone) tell();
}

function toolsOf({ runtime, caller }: Turn) {
  return runtime.viewFor(caller.access).tools;
}

function toolMessage({ tool, json }: ToolEntry): gomcp.v1.ToolInit {
  const { title, description } = tool.definition;
  return {
    name: tool.name,
    title: typeof title === "string" ? title : "",
    description: typeof description === "string" ? description : "",
    definitionJson: Buffer.from(json.modern),
  };
}

/** The definitions of tools, unless the client asks for them too often: as `tools/list` of MCP. */
function checkRate({ runtime, caller }: Turn): Decision {
  return runtime.rates?.checkRate({
    operation: "list",
    name: "tools/list",
    tenant: caller.access?.tenant ?? DEFAULT_TENANT,
    client: caller,
  });
}

function invalid(what: string, pointer: string): Problem {
  return { code: "invalid_request", detail: `Cannot take request: ${what}`, pointer };
}

const TOO_MANY: Problem = {
  code: "overloaded",
  detail: "Cannot watch: too many clients do, or the server is shutting down",
  retryAfterMs: 1_000,
};
