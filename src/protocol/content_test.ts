/** Content blocks: which are good, and what is said of those that are not. */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { annotationsFault } from "./annotations.ts";
import { blockFault } from "./content.ts";

const GOOD: readonly Record<string, unknown>[] = [
  { type: "text", text: "" },
  { type: "text", text: "x", annotations: { audience: ["user"], priority: 1 }, _meta: { a: 1 } },
  { type: "image", data: "AA==", mimeType: "image/png" },
  { type: "audio", data: "AA==", mimeType: "audio/wav" },
  { type: "resource", resource: { uri: "file:///a", text: "x" } },
  { type: "resource", resource: { uri: "file:///a", blob: "AA==", mimeType: "image/png" } },
  { type: "resource_link", uri: "file:///a", name: "a" },
  { type: "resource_link", uri: "file:///a", name: "a", title: "A", size: 3 },
];

for (const block of GOOD) {
  Deno.test(`blockFault() finds nothing wrong with ${JSON.stringify(block)}`, () => {
    assertEquals(blockFault(block, "/content/0"), undefined);
  });
}

const FAULTY: readonly (readonly [unknown, string])[] = [
  [null, "/c is null, expected a content block"],
  ["text", "/c is string, expected a content block"],
  [[], "/c is array, expected a content block"],
  [undefined, "/c is undefined, expected a content block"],
  [{ type: "text" }, "/c/text is undefined, expected string"],
  [{ type: "text", text: 1 }, "/c/text is number, expected string"],
  [{ type: "text", text: null }, "/c/text is null, expected string"],
  [{ type: "image", mimeType: "image/png" }, "/c/data is undefined, expected string"],
  [{ type: "image", data: new Uint8Array(1), mimeType: "x" }, "/c/data is object, expected string"],
  [{ type: "image", data: "AA==" }, "/c/mimeType is undefined, expected string"],
  [{ type: "audio", data: "AA==" }, "/c/mimeType is undefined, expected string"],
  [{ type: "audio", mimeType: "audio/wav" }, "/c/data is undefined, expected string"],
  [{ type: "resource" }, "/c/resource is undefined, expected object"],
  [{ type: "resource", resource: [] }, "/c/resource is array, expected object"],
  [{ type: "resource", resource: { text: "" } }, "/c/resource/uri is undefined, expected string"],
  [{ type: "resource", resource: { uri: "u" } }, "/c/resource/text is undefined, expected string"],
  [
    { type: "resource", resource: { uri: "u", blob: 1 } },
    "/c/resource/blob is number, expected string",
  ],
  [{ type: "resource_link", name: "a" }, "/c/uri is undefined, expected string"],
  [{ type: "resource_link", uri: "u" }, "/c/name is undefined, expected string"],
];

for (const [block, fault] of FAULTY) {
  Deno.test(`blockFault() says "${fault}"`, () => {
    assertEquals(blockFault(block, "/c"), fault);
  });
}

Deno.test("blockFault() names the types there are when a block has another", () => {
  const kinds = 'expected "text", "image", "audio", "resource" or "resource_link"';
  assertEquals(blockFault({ type: "video" }, "/c"), `/c/type is "video", ${kinds}`);
  assertEquals(blockFault({}, "/c"), `/c/type is undefined, ${kinds}`);
  assertEquals(blockFault({ type: null }, "/c"), `/c/type is null, ${kinds}`);
});

Deno.test("blockFault() finds a good block's fault once one of its strings is gone", () => {
  const damaged = fc.constantFrom(...GOOD).chain((block) => {
    const inner = block.resource === undefined ? block : block.resource as Record<string, unknown>;
    const needed = ["text", "data", "mimeType", "uri", "name", "blob"].filter((key) =>
      typeof inner[key] === "string" && !(key === "mimeType" && "uri" in inner)
    );
    return fc.tuple(fc.constant(block), fc.constantFrom(...needed), fc.constantFrom(1, null, {}));
  });
  fc.assert(fc.property(damaged, ([block, key, value]) => {
    const copy = structuredClone(block);
    const inner = copy.resource === undefined ? copy : copy.resource as Record<string, unknown>;
    inner[key] = value;
    return blockFault(copy, "/c")?.includes(`/${key} is `) === true;
  }));
});

const at = (lastModified: unknown) => ({ lastModified });
const ANNOTATIONS: readonly (readonly [unknown, string | undefined])[] = [
  [undefined, undefined],
  [{}, undefined],
  [{ mine: 7 }, undefined],
  [{ audience: [], priority: 0 }, undefined],
  [{ audience: ["user", "assistant"], priority: 1 }, undefined],
  [at("2025-01-12T15:00:58Z"), undefined],
  [at("2024-02-29T23:59:59.123+02:00"), undefined],
  [null, "/a is null, expected object"],
  [{ audience: "user" }, "/a/audience"],
  [{ audience: ["system"] }, "/a/audience"],
  [{ priority: -0.1 }, "/a/priority"],
  [{ priority: 1.01 }, "/a/priority"],
  [{ priority: NaN }, "/a/priority"],
  [{ priority: "1" }, "/a/priority"],
  [at(7), "/a/lastModified"],
  [at("2025-01-12"), "/a/lastModified"],
  [at("2025-01-12T15:00:58"), "/a/lastModified"],
  [at("2025-02-30T15:00:58Z"), "/a/lastModified"],
  [at("2025-01-12T24:00:00Z"), "/a/lastModified"],
];

for (const [annotations, fault] of ANNOTATIONS) {
  const says = fault === undefined ? "finds nothing wrong with" : "refuses";
  Deno.test(`annotationsFault() ${says} ${JSON.stringify(annotations)}`, () => {
    const found = annotationsFault(annotations, "/a");
    assertEquals(fault === undefined ? found : found?.startsWith(fault), fault && true);
  });
}

Deno.test("blockFault() looks at a block's annotations", () => {
  const block = { type: "text", text: "", annotations: { priority: 2 } };
  const fault = blockFault(block, "/content/0");
  assertEquals(fault, "/content/0/annotations/priority is not a number from 0 to 1");
});
