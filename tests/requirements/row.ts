/** What a requirement is, and the few things that most of them look at. */
import { assertEquals } from "@std/assert";
import type { Message } from "../support/mcp.ts";
import {
  type Params,
  type Revision,
  REVISIONS,
  type Speaker,
  type TransportName,
} from "../support/speaker.ts";

/** A requirement of MCP: the same on every transport, and in every revision that it names. */
export interface Row {
  readonly id: string;
  /** The revisions that have it. */
  readonly revisions: readonly Revision[];
  /** The page of the specification. */
  readonly section: string;
  /** The transports that have it. @default all */
  readonly transports?: readonly TransportName[];
  /** What the client declares. @default nothing */
  readonly capabilities?: Params;
  /** The row changes its connection, so it gets one of its own. */
  readonly alone?: boolean;
  readonly run: (client: Speaker) => Promise<void>;
}

export const ALL = REVISIONS;
export const MODERN_ONLY: readonly Revision[] = ["2026-07-28"];
export const LEGACY_ONLY: readonly Revision[] = REVISIONS.filter((each) => each < "2026-07-28");

/** The revisions from this one on. */
export function since(revision: Revision): readonly Revision[] {
  return REVISIONS.filter((each) => each >= revision);
}

/** The legacy revisions from this one on. */
export function legacySince(revision: Revision): readonly Revision[] {
  return LEGACY_ONLY.filter((each) => each >= revision);
}

/** What a client declares that can be asked everything. */
export const ASKABLE = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };

/** The call's result, once it is seen to be no error of JSON-RPC. */
// deno-lint-ignore no-explicit-any -- results of every shape
export function resultOf({ error, result }: Message): any {
  assertEquals(error, undefined);
  return result;
}

export function callTool(client: Speaker, name: string, args: unknown = {}, meta: Params = {}) {
  return client.request("tools/call", { name, arguments: args }, meta);
}

/** The text of a call that went well. */
export async function textOf(client: Speaker, name: string, args: unknown = {}): Promise<string> {
  const { content, isError } = resultOf(await callTool(client, name, args));
  assertEquals(isError ?? false, false, content?.[0]?.text);
  return content[0].text;
}

/** The answer is this error, of the request that was sent; over HTTP with this status. */
export function assertError(client: Speaker, answer: Message, code: number, status = 200): void {
  assertEquals(answer.error?.code, code, JSON.stringify(answer));
  assertEquals([typeof answer.error?.message, "result" in answer], ["string", false]);
  assertEquals(answer.id === undefined, false, "the answer has lost its id");
  if (client.http !== undefined) assertEquals(client.http.status, status);
}

/** The messages of this method among those that came. */
export function notificationsOf(messages: readonly Message[], name: string): Message[] {
  return messages.filter(({ method }) => method === `notifications/${name}`);
}

/** Waits until the server has done all that it was asked for before. */
export async function settle(client: Speaker): Promise<void> {
  await client.request(client.isModern ? "server/discover" : "ping");
}
