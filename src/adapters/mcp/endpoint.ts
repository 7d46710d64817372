/** MCP over any transport: a checked message goes in, the text of its answer comes out. */
import { describeThrown, stackOf } from "../../base/errors.ts";
import { rememberLast } from "../../base/remember_last.ts";
import type { Era } from "../../protocol/era.ts";
import { eraOf } from "../../protocol/eras.ts";
import { errorText, problemToRpc, type RpcMessage } from "../../protocol/jsonrpc.ts";
import { CANCELLED, type RequestMethod } from "../../protocol/methods.ts";
import type { OpenBatch } from "../../runtime/batches.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { complete, getPrompt, readResource } from "./features.ts";
import { subscribeResource, unsubscribeResource } from "./legacy_events.ts";
import { listen } from "./listen.ts";
import { discover, initialize, ping, setLogLevel } from "./lifecycle.ts";
import { listPrompts, listResources, listTemplates, listTools } from "./lists.ts";
import type { Exchange, Peer } from "./peer.ts";
import type { Answer, Request } from "./request.ts";
import { cancelTask, getTask, updateTask } from "./tasks.ts";
import { callTool } from "./tools_call.ts";

type Method = (request: Request) => Answer | Promise<Answer>;

const METHODS: ReadonlyMap<string, Method> = new Map(Object.entries(
  {
    "initialize": initialize,
    "ping": ping,
    "logging/setLevel": setLogLevel,
    "server/discover": discover,
    "tools/list": listTools,
    "tools/call": callTool,
    "resources/list": listResources,
    "resources/templates/list": listTemplates,
    "resources/read": readResource,
    "resources/subscribe": subscribeResource,
    "resources/unsubscribe": unsubscribeResource,
    "subscriptions/listen": listen,
    "prompts/list": listPrompts,
    "prompts/get": getPrompt,
    "completion/complete": complete,
    "tasks/get": getTask,
    "tasks/update": updateTask,
    "tasks/cancel": cancelTask,
  } satisfies Record<RequestMethod, Method>,
));

const methodOf = rememberLast((name) => METHODS.get(name));

const NO_PARAMS: Record<string, unknown> = {};

/** Answers a request that its era let pass. Never throws, never rejects. */
export function answerRequest(
  runtime: Runtime,
  message: RpcMessage,
  era: Era,
  peer: Peer,
  exchange: Exchange,
  batch?: OpenBatch,
): Answer | Promise<Answer> {
  const { id, params = NO_PARAMS } = message;
  // A key may have been revoked since its conversation began.
  const problem = peer.access?.problem;
  if (problem !== undefined) return errorText(id, problemToRpc(problem));
  const request = { runtime, peer, exchange, id: id!, params, era, batch };
  try {
    const answer = methodOf(message.method)!(request);
    return answer instanceof Promise ? answer.catch((thrown) => onFault(request, thrown)) : answer;
  } catch (thrown) {
    return onFault(request, thrown);
  }
}

/** A fault of gomcp's own: the client gets an answer, the log the rest. */
function onFault({ runtime, id }: Request, thrown: unknown): Answer {
  const incident = crypto.randomUUID();
  runtime.log.error("internal error", {
    incident,
    error: describeThrown(thrown),
    stack: stackOf(thrown),
  });
  const detail = `Internal error; the server's log has it as ${incident}`;
  return errorText(id, problemToRpc({ code: "internal", detail, incident }));
}

/** Takes a notification. Those that gomcp has no use for are left alone, as JSON-RPC demands. */
export function takeNotification(message: RpcMessage, peer: Peer): void {
  if (message.method !== CANCELLED) return;
  const id = message.params?.requestId;
  if (typeof id !== "string" && typeof id !== "number") return;
  const call = peer.open.get(id);
  // Deleted first: an answer to a request that is not open any more is not sent.
  peer.open.delete(id);
  const reason = message.params?.reason;
  call?.cancel(typeof reason === "string" ? `The client cancelled the call: ${reason}` : undefined);
}

/** Checks, answers or takes one message: all that a transport without headers needs. */
export function receive(
  runtime: Runtime,
  message: RpcMessage,
  peer: Peer,
  exchange: Exchange,
  batch?: OpenBatch,
): Answer | Promise<Answer> {
  if (message.id === undefined) return takeNotification(message, peer) as undefined;
  const era = eraOf(message);
  const error = era.checkRequest(message);
  if (error !== undefined) return errorText(message.id, error);
  return answerRequest(runtime, message, era, peer, exchange, batch);
}
