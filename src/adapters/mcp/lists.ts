/** The four lists: pages of definitions that were rendered when the runtime was built. */
import { isRecord } from "../../base/json.ts";
import type { Page } from "../../base/sorted_list.ts";
import { DEFAULT_TENANT } from "../../pipeline/call.ts";
import type { Decision } from "../../pipeline/outcome.ts";
import type { RateReading } from "../../pipeline/rate.ts";
import { errorText, invalidParams, problemToRpc, resultText } from "../../protocol/jsonrpc.ts";
import { clientOf } from "./client.ts";
import type { Answer, Request } from "./request.ts";

export function listTools(request: Request): Answer {
  const { era } = request;
  const { tools } = viewOf(request);
  return listText(request, "tools/list", {
    member: "tools",
    pageOf: (cursor) => tools.page(cursor),
    jsonOf: (entry) => entry.json[era.name],
  });
}

export function listResources(request: Request): Answer {
  const { resources } = viewOf(request);
  return listText(request, "resources/list", {
    member: "resources",
    pageOf: (cursor) => resources.page(cursor),
    jsonOf: ({ json }) => json,
  });
}

export function listTemplates(request: Request): Answer {
  const { resources } = viewOf(request);
  return listText(request, "resources/templates/list", {
    member: "resourceTemplates",
    pageOf: (cursor) => resources.templatePage(cursor),
    jsonOf: ({ json }) => json,
  });
}

export function listPrompts(request: Request): Answer {
  const { prompts } = viewOf(request);
  return listText(request, "prompts/list", {
    member: "prompts",
    pageOf: (cursor) => prompts.page(cursor),
    jsonOf: ({ json }) => json,
  });
}

/** What the caller may see. */
export function viewOf({ runtime, peer }: Pick<Request, "runtime" | "peer">) {
  return runtime.viewFor(peer.access);
}

/** What is listed, and how. */
interface List<T> {
  /** The result's member that holds it. */
  readonly member: string;
  readonly pageOf: (cursor?: string) => Page<T> | undefined;
  readonly jsonOf: (item: T) => string;
}

function listText<T>(request: Request, method: string, list: List<T>): Answer {
  const { runtime, id, params, era } = request;
  const refusal = checkRate(request, method);
  if (refusal !== undefined) return errorText(id, problemToRpc(refusal));
  const { cursor } = params;
  const valid = cursor === undefined || typeof cursor === "string";
  const page = valid ? list.pageOf(cursor) : undefined;
  if (page === undefined) {
    return errorText(id, invalidParams('Invalid params: "cursor" is none that this server gave'));
  }
  let members = `"${list.member}":[${page.items.map(list.jsonOf).join(",")}]`;
  if (page.nextCursor !== undefined) members += `,"nextCursor":"${page.nextCursor}"`;
  return resultText(id, era.listMembers(members, runtime.info));
}

/** Lists are no calls that go through the layers, but they cost; each page is counted. */
function checkRate(request: Request, method: string): Decision {
  const { runtime, exchange, peer, params } = request;
  if (runtime.rates === undefined) return undefined;
  const rates: RateReading[] = [];
  const meta = isRecord(params._meta) ? params._meta : undefined;
  const refusal = runtime.rates.checkRate({
    operation: "list",
    name: method,
    tenant: peer.access?.tenant ?? DEFAULT_TENANT,
    client: clientOf(request, request.era.statementOf(meta)),
  }, rates);
  if (peer.adapter === "http") exchange.rates = rates;
  if (refusal?.retryAfterMs !== undefined) exchange.retryAfterMs = refusal.retryAfterMs;
  return refusal;
}
