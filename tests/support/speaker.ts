/** A client of one revision in single messages, over stdio or HTTP, so that one body tests both. */
import type { Feed } from "./feed.ts";
import type { Gate } from "./fixtures.ts";
import { CAPABILITIES_KEY, type Id, LEGACY, type Message, MODERN, modern } from "./mcp.ts";

/** SSE is the transport of 2024-11-05, which Streamable HTTP has replaced. */
export type TransportName = "stdio" | "HTTP" | "SSE" | "gRPC";

/** All revisions, oldest first. */
export const REVISIONS = [...LEGACY.toReversed(), MODERN] as const;
export type Revision = (typeof REVISIONS)[number];

export type Params = Readonly<Record<string, unknown>>;

/** A request that has been sent. */
export interface OpenRequest {
  readonly id: Id;
  /** What came since: all that belongs to the request, and on stdio whatever else came. */
  readonly messages: Feed<Message>;
  /** Waits for the answer. */
  answer(): Promise<Message>;
  /** Gives the request up as clients of the revision do. */
  cancel(): Promise<void>;
}

export interface Speaker extends AsyncDisposable {
  readonly transport: TransportName;
  readonly revision: Revision;
  readonly isModern: boolean;
  /** The answer to `initialize`; undefined in the modern era. */
  readonly hello: Message | undefined;
  /** What the last answer looked like over HTTP. */
  readonly http: { readonly status: number; readonly headers: Headers } | undefined;
  /** Sends a request, with an id of its own unless one is given. */
  open(method: string, params?: Params, meta?: Params, id?: Id): OpenRequest;
  /** Sends a request and waits for its answer. */
  request(method: string, params?: Params, meta?: Params): Promise<Message>;
  /** Sends a notification. */
  notify(method: string, params?: Params): Promise<void>;
  /** Answers a request of the server's; `body` is the `result` or the `error`. */
  reply(id: Id | undefined, body: Params): Promise<void>;
  /** Sends anything, a text as it is, and gives what comes back for it, a batch as an array. */
  raw(value: unknown): Promise<unknown>;
  /** Sends anything that must have no answer. */
  silent(value: unknown): Promise<void>;
  /** What the server says without being asked, from now on; legacy only. */
  unsolicited(): Promise<Feed<Message>>;
  gate(name: string): Gate;
}

/** What a speaker is made with. */
export interface SpeakerOptions {
  readonly revision: Revision;
  /** What the client declares. */
  readonly capabilities: Params;
}

/** The parameters of a request, with the metadata that the revision wants. */
export function paramsOf(
  { revision, capabilities }: SpeakerOptions,
  params: Params,
  meta: Params,
): Record<string, unknown> {
  if (revision === MODERN) {
    return modern(0, "", params, { [CAPABILITIES_KEY]: capabilities, ...meta }).params;
  }
  return Object.keys(meta).length === 0 ? { ...params } : { ...params, _meta: meta };
}

export function handshake({ revision, capabilities }: SpeakerOptions): Record<string, unknown> {
  const clientInfo = { name: "test", version: "1" };
  return { protocolVersion: revision, capabilities, clientInfo };
}

/** An answer to the request, which may have been too broken for its id to be read. */
export function isAnswer(message: Message, id: Id): boolean {
  if (message.method !== undefined) return false;
  return message.id === id || (message.id === undefined && message.error !== undefined);
}
