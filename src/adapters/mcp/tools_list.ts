/** tools/list: pages of definitions that were rendered when the registry was built. */
import { errorText, invalidParams, resultText } from "../../protocol/jsonrpc.ts";
import { cacheMembers } from "../../protocol/modern.ts";
import type { Answer, Request } from "./request.ts";
import { LIST_TTL_MS, tailOf } from "./tail.ts";

export function listTools({ runtime, id, params, modern }: Request): Answer {
  const { cursor } = params;
  const valid = cursor === undefined || typeof cursor === "string";
  const page = valid ? runtime.registry.page(cursor) : undefined;
  if (page === undefined) {
    const text = 'Invalid params: "cursor" is none that this server gave';
    return errorText(id, invalidParams(text));
  }
  const tools = page.entries.map((entry) => modern ? entry.modernJson : entry.legacyJson);
  let members = `"tools":[${tools.join(",")}]`;
  if (page.nextCursor !== undefined) members += `,"nextCursor":"${page.nextCursor}"`;
  if (modern) members += cacheMembers(LIST_TTL_MS, "private") + tailOf(runtime);
  return resultText(id, members);
}
