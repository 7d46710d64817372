/** The registry: names, order, pages, and what each era is shown. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import * as z from "zod";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { SILENT_LOG } from "../base/log.ts";
import { defineTool } from "./define_tool.ts";
import { createRegistry, type Registry } from "./registry.ts";
import type { Tool } from "./tool.ts";

function toolOf(name: string): Tool {
  return defineTool({ name, description: "Runs.", handler: () => "" });
}

/** Many tools without compiling a schema for each. */
function manyTools(names: readonly string[]): Tool[] {
  const model = toolOf("model");
  return names.map((name) => ({
    ...model,
    name,
    definition: { ...model.definition, name },
  }));
}

function registryOf(names: readonly string[]): Registry {
  return createRegistry(manyTools(names), SILENT_LOG);
}

/** All pages, each as its names. */
function pagesOf(registry: Registry, max?: number): string[][] {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = registry.page(cursor, max);
    assert(page !== undefined);
    assert(pages.length < 1_000, "the pages do not end");
    pages.push(page.items.map(({ tool }) => tool.name));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

Deno.test("createRegistry() finds tools by their exact name", () => {
  const registry = registryOf(["b", "a"]);
  assertEquals(registry.size, 2);
  assertEquals(registry.find("a")?.name, "a");
  assertEquals(registry.entry("b")?.tool.name, "b");
  for (const name of ["A", "c", "", "toString", "__proto__"]) {
    assertEquals([registry.find(name), registry.entry(name)], [undefined, undefined]);
  }
});

Deno.test("createRegistry() orders tools by their names, whatever order they come in", () => {
  const names = ["b", "B", "a10", "a2", "_", "a", "a.b", "a-b", "0"];
  const sorted = names.toSorted((a, b) => (a < b ? -1 : 1));
  for (const order of [names, names.toReversed(), sorted]) {
    assertEquals(registryOf(order).all().map(({ tool }) => tool.name), sorted);
  }
});

Deno.test("createRegistry() leaves the list that it was given alone", () => {
  const tools = manyTools(["b", "a"]);
  createRegistry(tools, SILENT_LOG);
  assertEquals(tools.map(({ name }) => name), ["b", "a"]);
});

Deno.test("createRegistry() refuses two tools of one name, and names it", () => {
  const error = assertThrows(
    () => registryOf(["a", "b", "a"]),
    GomcpError,
    'Cannot serve two tools named "a"',
  );
  assertEquals(error.code, "invalid_request");
});

Deno.test("createRegistry() serves no tools at all", () => {
  assertEquals(registryOf([]).page(), { items: [], nextCursor: undefined });
});

Deno.test("createRegistry() serves tools up to its limit, and refuses more", () => {
  const [model] = manyTools(["model"]);
  const many: Tool[] = new Array(LIMITS.toolsMax + 1).fill(model);
  const error = assertThrows(() => createRegistry(many, SILENT_LOG), GomcpError, "at most 100000");
  assertEquals(error.code, "invalid_request");
  // At the limit it is the equal names that are refused.
  assertThrows(() => createRegistry(many.slice(1), SILENT_LOG), GomcpError, "two tools named");
});

for (const count of [99, 100, 101, 199, 200, 201]) {
  Deno.test(`page() gives ${count} tools in pages of ${LIMITS.toolsPageMax}, and no empty last one`, () => {
    const names = Array.from({ length: count }, (_, i) => `t${String(i).padStart(4, "0")}`);
    const pages = pagesOf(registryOf(names));
    assertEquals(pages.flat(), names);
    assertEquals(pages.length, Math.ceil(count / LIMITS.toolsPageMax));
    assertEquals(pages.slice(0, -1).every((page) => page.length === LIMITS.toolsPageMax), true);
  });
}

Deno.test("page() gives each of 10,000 tools once", () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `tool_${i}`);
  const pages = pagesOf(registryOf(names));
  assertEquals(pages.length, 100);
  assertEquals(pages.flat(), names.toSorted((a, b) => (a < b ? -1 : 1)));
});

const toolNames = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom(..."aAbB09_.-"), minLength: 1, maxLength: 4 }),
  { maxLength: 30 },
);

Deno.test("page() gives every tool once and in order, whatever the names and the page's size", () => {
  fc.assert(fc.property(toolNames, fc.integer({ min: 1, max: 35 }), (names, max) => {
    const pages = pagesOf(registryOf(names), max);
    assertEquals(pages.flat(), names.toSorted((a, b) => (a < b ? -1 : 1)));
    for (const page of pages) assert(page.length <= max);
  }));
});

Deno.test("page() goes on behind the last name when tools have come and gone since", () => {
  fc.assert(fc.property(toolNames, toolNames, fc.integer({ min: 1, max: 10 }), (old, now, max) => {
    const { items: entries, nextCursor } = registryOf(old).page(undefined, max)!;
    if (nextCursor === undefined) return;
    const last = entries.at(-1)!.tool.name;
    const rest = registryOf(now).page(nextCursor, 100)!.items.map(({ tool }) => tool.name);
    const sorted = now.toSorted((a, b) => (a < b ? -1 : 1));
    assertEquals(rest, sorted.filter((name) => name > last));
  }));
});

Deno.test("page() gives nothing for a cursor that this server never gave", () => {
  const registry = registryOf(["a", "b", "c"]);
  const foreign = ["", "a", "page-2", "t1:a", btoa("a"), btoa("t2:a"), "%%%", "ä", " ", "bnVsbA=="];
  for (const cursor of foreign) assertEquals(registry.page(cursor), undefined);
});

Deno.test("page() gives any text as a cursor a page or nothing, and never throws", () => {
  const registry = registryOf(["a", "b", "c"]);
  const cursor = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.string().map((text) => "dDE6" + text),
  );
  fc.assert(fc.property(cursor, (cursor) => {
    const page = registry.page(cursor);
    return page === undefined || page.items.length <= 3;
  }));
});

Deno.test("an entry shows modern clients the definition as it is", () => {
  const tool = defineTool({
    name: "t",
    title: "T",
    description: "Runs.",
    output: { type: "array" },
    handler: () => [],
  });
  const { json } = createRegistry([tool], SILENT_LOG).entry("t")!;
  assertEquals(JSON.parse(json.modern), JSON.parse(JSON.stringify(tool.definition)));
});

const OUTPUTS = [
  [undefined, true],
  [{ type: "object", properties: {} }, true],
  [z.object({ a: z.number() }), true],
  [{ type: "array", items: {} }, false],
  [{ type: "string" }, false],
  [{}, false],
  [{ anyOf: [{ type: "object" }] }, false],
  [z.array(z.number()), false],
] as const;

for (const [output, kept] of OUTPUTS) {
  const shown = output === undefined ? "no output schema" : JSON.stringify(output).slice(0, 40);
  Deno.test(`an entry shows legacy clients ${kept ? "all" : "all but the output"} of a tool with ${shown}`, () => {
    const tool = defineTool({
      name: "t",
      description: "Runs.",
      ...(output !== undefined && { output }),
      handler: (() => "") as never,
    });
    const { json: { legacy, modern } } = createRegistry([tool], SILENT_LOG).entry("t")!;
    const { outputSchema: _, ...rest } = JSON.parse(modern);
    assertEquals(JSON.parse(legacy), kept ? JSON.parse(modern) : rest);
  });
}
