/** The four lists: pages, cursors, order, how long they keep. */
import { assert, assertEquals } from "@std/assert";
import type { Speaker } from "../support/speaker.ts";
import { ALL, assertError, MODERN_ONLY, resultOf, type Row } from "./row.ts";

const LISTS = {
  "tools/list": ["tools", "name"],
  "resources/list": ["resources", "uri"],
  "resources/templates/list": ["resourceTemplates", "uriTemplate"],
  "prompts/list": ["prompts", "name"],
} as const;

// deno-lint-ignore no-explicit-any -- pages of every list
async function pagesOf(client: Speaker, method: string): Promise<any[]> {
  const pages = [];
  let cursor: string | undefined;
  do {
    const page = resultOf(await client.request(method, cursor === undefined ? {} : { cursor }));
    pages.push(page);
    cursor = page.nextCursor;
  } while (cursor !== undefined && pages.length < 20);
  return pages;
}

const each = Object.entries(LISTS).flatMap(([method, [member, key]]): Row[] => [
  {
    id: `${method}-pages`,
    revisions: ALL,
    section: "server/utilities/pagination",
    async run(client) {
      const pages = await pagesOf(client, method);
      const items: Record<string, string>[] = pages.flatMap((page) => page[member]);
      const keys = items.map((item) => item[key]!);
      assert(pages.length > 1 && keys.length > 150, `${pages.length} pages, ${keys.length}`);
      assertEquals(new Set(keys).size, keys.length, "something is listed twice");
      for (const item of items) assertEquals(typeof item.name, "string");
    },
  },
  {
    id: `${method}-bad-cursor`,
    revisions: ALL,
    section: "server/utilities/pagination#error-handling",
    async run(client) {
      for (const cursor of ["", "nobody", "AAAA", 7, {}, null]) {
        assertError(client, await client.request(method, { cursor }), -32602);
      }
    },
  },
  {
    id: `${method}-keeps-its-order`,
    revisions: ALL,
    section: "server/tools#listing-tools",
    async run(client) {
      const walks = [await pagesOf(client, method), await pagesOf(client, method)];
      const [first, second] = walks.map((pages) => pages.map((page) => page[member]));
      assertEquals(first, second);
    },
  },
  {
    id: `${method}-caching`,
    revisions: MODERN_ONLY,
    section: "server/utilities/caching",
    async run(client) {
      const pages = await pagesOf(client, method);
      for (const { ttlMs, cacheScope } of pages) assertCaching(ttlMs, cacheScope);
      assertEquals(new Set(pages.map(({ cacheScope }) => cacheScope)).size, 1);
    },
  },
]);

function assertCaching(ttlMs: unknown, scope: unknown): void {
  assert(Number.isInteger(ttlMs) && (ttlMs as number) >= 0, `ttlMs is ${ttlMs}`);
  assert(scope === "public" || scope === "private", `cacheScope is ${scope}`);
}

export const lists: readonly Row[] = [
  ...each,
  {
    id: "caching-of-other-results",
    revisions: MODERN_ONLY,
    section: "server/utilities/caching",
    async run(client) {
      for (
        const [method, params] of [["server/discover", {}], ["resources/read", about]] as const
      ) {
        const { ttlMs, cacheScope } = resultOf(await client.request(method, params));
        assertCaching(ttlMs, cacheScope);
      }
      const call = resultOf(await client.request("tools/call", { name: "test_simple_text" }));
      assertEquals(["ttlMs" in call, "cacheScope" in call], [false, false]);
    },
  },
];

const about = { uri: "about://me" };
