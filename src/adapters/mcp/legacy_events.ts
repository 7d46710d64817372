/** What legacy clients are told without asking each time, and the resources that they subscribe to. */
import { LIMITS } from "../../base/limits.ts";
import type { Access } from "../../pipeline/access.ts";
import type { Listener, ServerEvent } from "../../pipeline/events.ts";
import {
  errorText,
  invalidParams,
  methodNotFound,
  notificationText,
  resultText,
} from "../../protocol/jsonrpc.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { viewOf } from "./lists.ts";
import type { Peer } from "./peer.ts";
import type { Answer, Request } from "./request.ts";

export function subscribeResource(request: Request): Answer {
  const { peer, id, params } = request;
  const { uri } = params;
  if (!viewOf(request).offers("resources")) return notOffered(id, "resources/subscribe");
  if (typeof uri !== "string") return noUri(id);
  if (peer.subscriptions.size >= LIMITS.subscriptionsMax && !peer.subscriptions.has(uri)) {
    const text =
      `Invalid params: at most ${LIMITS.subscriptionsMax} resources can be subscribed to`;
    return errorText(id, invalidParams(text));
  }
  peer.subscriptions.add(uri);
  request.runtime.events.onWatched?.();
  return resultText(id, "");
}

export function unsubscribeResource(request: Request): Answer {
  const { peer, id, params } = request;
  const { uri } = params;
  if (!viewOf(request).offers("resources")) return notOffered(id, "resources/unsubscribe");
  if (typeof uri !== "string") return noUri(id);
  peer.subscriptions.delete(uri);
  request.runtime.events.onWatched?.();
  return resultText(id, "");
}

function notOffered(id: string | number, method: string): Answer {
  return errorText(id, methodNotFound(method, ", this server has no resources"));
}

function noUri(id: string | number): Answer {
  return errorText(id, invalidParams('Invalid params: "uri" is the address of a resource'));
}

/** Nobody hears of what it may not see, nor of anything once its credential is good for nothing. */
export function mayHear(
  runtime: Runtime,
  access: Access | undefined,
  event: ServerEvent,
): boolean {
  if (access === undefined) return true;
  if (access.problem !== undefined) return false;
  if (event.tenant !== undefined && event.tenant !== access.tenant) return false;
  if (event.kind === "resource_updated") return mayHearOf(runtime, access, event);
  const { list, names, ownNames } = event;
  const { allows, allowsResource } = access.names;
  const maySee = list === "resources" ? (own: string) => allowsResource(own) : allows;
  return names === undefined || names.some(maySee) ||
    ownNames?.get(access.tenant)?.some(maySee) === true;
}

/** What nothing serves has but its address to go by. */
function mayHearOf(
  runtime: Runtime,
  access: Access,
  { uri, tenant }: Extract<ServerEvent, { kind: "resource_updated" }>,
): boolean {
  if (runtime.viewFor(access).resources.find(uri) !== undefined) return true;
  return tenant === undefined && runtime.resources.find(uri) === undefined &&
    access.names.allowsResource(uri);
}

/** Of what a client waits for, what it may see: nobody else is asked to tell of the rest. */
export function seen(
  runtime: Runtime,
  access: Access | undefined,
  uris: Iterable<string>,
): readonly string[] {
  if (access?.problem !== undefined) return [];
  const { resources } = runtime.viewFor(access);
  return [...uris].filter((uri) => resources.find(uri) !== undefined);
}

/** Tells one legacy client, by its one stream for messages that belong to no request. */
export function legacyListener(
  runtime: Runtime,
  peer: Peer,
  send: (text: string) => void,
  onClose: () => void,
): Listener {
  return {
    onEvent(event: ServerEvent) {
      if (peer.version === undefined) return;
      // Before the rest: most clients have subscribed to nothing that changes.
      if (event.kind === "resource_updated" && !peer.subscriptions.has(event.uri)) return;
      if (!mayHear(runtime, peer.access, event)) return;
      if (event.kind === "list_changed") {
        // By what the handshake said: the list may have become empty, or its first item come.
        if (!peer.offered.includes(event.list)) return;
        send(notificationText(`notifications/${event.list}/list_changed`, {}));
      } else {
        send(notificationText("notifications/resources/updated", { uri: event.uri }));
      }
    },
    onClose,
    watched: () => peer.hasSubscriptions ? seen(runtime, peer.access, peer.subscriptions) : [],
  };
}
