/** What an upstream has: all pages of all its lists, in bounds. */
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { clip } from "../protocol/jsonrpc.ts";
import type { Reply } from "./conversation.ts";

type Values = Readonly<Record<string, unknown>>;

/** As the upstream says it; nothing of it is checked. */
export interface UpstreamLists {
  readonly tools: readonly Values[];
  readonly resources: readonly Values[];
  readonly templates: readonly Values[];
  readonly prompts: readonly Values[];
  /** How long the shortest-lived of them is good, in milliseconds; undefined where none says it. */
  readonly ttlMs: number | undefined;
}

/** Sends a list's request. */
export type Ask = (method: string, params: Values) => Promise<Reply>;

/** @throws {GomcpError} `upstream_failed` for a list that cannot be had. */
export async function readLists(ask: Ask, capabilities: Values): Promise<UpstreamLists> {
  const has = (name: string) => isRecord(capabilities[name]);
  const read = (offered: boolean, method: string, member: string, lenient = false) =>
    offered ? readList(ask, method, member, lenient) : NOTHING;
  const [tools, resources, templates, prompts] = await Promise.all([
    read(has("tools"), "tools/list", "tools"),
    read(has("resources"), "resources/list", "resources"),
    // Many servers that have resources do not know the method.
    read(has("resources"), "resources/templates/list", "resourceTemplates", true),
    read(has("prompts"), "prompts/list", "prompts"),
  ]);
  const ttls = [tools, resources, templates, prompts].flatMap(({ ttlMs }) => ttlMs ?? []);
  return {
    tools: tools.items,
    resources: resources.items,
    templates: templates.items,
    prompts: prompts.items,
    ttlMs: ttls.length === 0 ? undefined : Math.min(...ttls),
  };
}

interface List {
  readonly items: readonly Values[];
  readonly ttlMs?: number | undefined;
}

const NOTHING: List = { items: [] };

async function readList(ask: Ask, method: string, member: string, lenient: boolean): Promise<List> {
  const items: Values[] = [];
  const seen = new Set<string>();
  let ttlMs: number | undefined;
  let cursor: string | undefined;
  do {
    const reply = await ask(method, cursor === undefined ? {} : { cursor });
    if (lenient && reply.kind === "error") return NOTHING;
    const page = pageOf(reply, method, member);
    items.push(...page.items);
    ttlMs = page.ttlMs === undefined ? ttlMs : Math.min(ttlMs ?? Infinity, page.ttlMs);
    cursor = page.cursor;
    if (cursor !== undefined && seen.has(cursor)) throw failed(method, "it has a page twice");
    if (items.length > LIMITS.upstreamItemsMax) {
      throw failed(method, `it has more than ${LIMITS.upstreamItemsMax} items`);
    }
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined && seen.size <= LIMITS.upstreamItemsMax);
  return { items, ttlMs };
}

function pageOf(reply: Reply, method: string, member: string) {
  if (reply.kind === "problem") throw failed(method, reply.problem.detail);
  if (reply.kind === "error") throw failed(method, `${reply.code}, ${clip(reply.message)}`);
  const { nextCursor, ttlMs } = reply.result;
  const items = reply.result[member];
  if (!Array.isArray(items) || !items.every(isRecord)) throw failed(method, "no list of objects");
  return {
    items: items as Values[],
    cursor: typeof nextCursor === "string" && nextCursor !== "" ? nextCursor : undefined,
    ttlMs: typeof ttlMs === "number" && ttlMs >= 0 ? ttlMs : undefined,
  };
}

function failed(method: string, what: string): GomcpError {
  return new GomcpError("upstream_failed", `its ${method} gives ${what}`);
}
