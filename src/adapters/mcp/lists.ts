/** The four lists: pages of definitions that were rendered when the runtime was built. */
import type { Page } from "../../base/sorted_list.ts";
import { errorText, invalidParams, resultText } from "../../protocol/jsonrpc.ts";
import { cacheMembers } from "../../protocol/modern.ts";
import type { Answer, Request } from "./request.ts";
import { LIST_TTL_MS, tailOf } from "./tail.ts";

export function listTools(request: Request): Answer {
  const { runtime, modern } = request;
  return listText(
    request,
    "tools",
    (cursor) => runtime.registry.page(cursor),
    (entry) => modern ? entry.modernJson : entry.legacyJson,
  );
}

export function listResources(request: Request): Answer {
  const { resources } = request.runtime;
  return listText(request, "resources", (cursor) => resources.page(cursor), ({ json }) => json);
}

export function listTemplates(request: Request): Answer {
  const { resources } = request.runtime;
  const page = (cursor?: string) => resources.templatePage(cursor);
  return listText(request, "resourceTemplates", page, ({ json }) => json);
}

export function listPrompts(request: Request): Answer {
  const { prompts } = request.runtime;
  return listText(request, "prompts", (cursor) => prompts.page(cursor), ({ json }) => json);
}

function listText<T>(
  { runtime, id, params, modern }: Request,
  member: string,
  pageOf: (cursor?: string) => Page<T> | undefined,
  jsonOf: (item: T) => string,
): Answer {
  const { cursor } = params;
  const valid = cursor === undefined || typeof cursor === "string";
  const page = valid ? pageOf(cursor) : undefined;
  if (page === undefined) {
    return errorText(id, invalidParams('Invalid params: "cursor" is none that this server gave'));
  }
  let members = `"${member}":[${page.items.map(jsonOf).join(",")}]`;
  if (page.nextCursor !== undefined) members += `,"nextCursor":"${page.nextCursor}"`;
  if (modern) members += cacheMembers(LIST_TTL_MS, "private") + tailOf(runtime);
  return resultText(id, members);
}
