/** Resources: definitions, which one has an address, and what reading gives. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { SILENT_LOG } from "../base/log.ts";
import { Call } from "../pipeline/call.ts";
import { defineResource } from "./define_resource.ts";
import { isResource } from "./resource.ts";
import { createResourceRegistry } from "./resource_registry.ts";

const read = () => "";

Deno.test("defineResource() shows what was written, and nothing that was not", () => {
  const about = {
    name: "n",
    title: "T",
    description: "D",
    mimeType: "text/plain",
    annotations: { audience: ["user"], priority: 1 } as const,
    icons: [{ src: "https://example.com/i.png" }],
  };
  const fixed = defineResource({ uri: "x://a", size: 7, read, ...about });
  assertEquals(fixed.definition, { uri: "x://a", size: 7, ...about });
  assertEquals([fixed.template, isResource(fixed), Object.isFrozen(fixed)], [
    undefined,
    true,
    true,
  ]);
  const many = defineResource({ uri: "x://{a}", size: 7, read, ...about, timeout: "2s" });
  assertEquals(many.definition, { uriTemplate: "x://{a}", ...about });
  assertEquals([many.template?.variables, many.timeoutMs], [["a"], 2_000]);
  assertEquals(defineResource({ uri: "x:", name: "n", read }).definition, { uri: "x:", name: "n" });
});

const WRONG: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ["no uri", { uri: undefined }, "without a uri: its uri is undefined"],
  ["a uri that is no text", { uri: 7 }, "its uri is number"],
  ["a uri without a scheme", { uri: "a/b" }, "expected a URI with a scheme"],
  ["a uri whose scheme is a variable", { uri: "{a}:b" }, "expected a URI with a scheme"],
  ["a wrong template", { uri: "x://{a" }, 'it has a "{" without a "}"'],
  ["a long uri", { uri: "x:" + "a".repeat(LIMITS.uriCharsMax) }, "longer than 8192"],
  ["no name", { name: "" }, "its name is missing"],
  ["no way to read it", { read: "text" }, "its read is string"],
  ["a timeout that is none", { timeout: "soon" }, "soon"],
  ["icons that are none", { icons: [{ src: "javascript:1" }] }, "an icon needs"],
  ["a completer for no variable", { complete: { b: () => [] } }, 'completes "b"'],
  ["a completer that is no function", { complete: { a: 7 } }, '"a"'],
  ["what is no JSON", { icons: [{ src: "data:,", more: 1n }] }, "BigInt"],
  ["an option that it does not know", { mimetype: "a/b" }, '"mimetype" is not a known option'],
  ["a title that is no text", { title: 7 }, "its title is number"],
  ["a description that is no text", { description: [] }, "its description is array"],
  ["a media type that is no text", { mimeType: 7 }, "its mimeType is number"],
  ["a size that is no number", { size: "7" }, "its size is not"],
  ["a negative size", { size: -1 }, "its size is not a whole number of bytes"],
  ["half a byte", { size: 0.5 }, "its size is not"],
  ["annotations that are none", { annotations: [] }, "annotations is array, expected object"],
  [
    "an annotation that there is not",
    { annotations: { importance: 1 } },
    '"importance" is not one',
  ],
  ["a priority that is too high", { annotations: { priority: 1.1 } }, "priority is not a number"],
  ["a wrong audience", { annotations: { audience: ["users"] } }, "audience is not a list of"],
  ["a time that is none", { annotations: { lastModified: "now" } }, "lastModified is not a time"],
];

for (const [what, more, text] of WRONG) {
  Deno.test(`defineResource() refuses ${what}`, () => {
    const options = { uri: "x://{a}", name: "n", read, ...more };
    const error = assertThrows(() => defineResource(options as never), GomcpError, text);
    assertEquals(error.code, "invalid_request");
    assertEquals(error.message.startsWith("Cannot define resource "), true);
  });
}

Deno.test("isResource() takes nothing else for a resource", () => {
  for (const other of [undefined, null, 7, "x://a", {}, [], { uri: "x://a" }]) {
    assertEquals(isResource(other), false);
  }
});

async function readFrom(uris: readonly string[], uri: string): Promise<unknown> {
  const resources = uris.map((each) =>
    defineResource({
      uri: each,
      name: "n",
      read: ({ variables }) => `${each} ${JSON.stringify(variables)}`,
    })
  );
  const target = createResourceRegistry(resources, SILENT_LOG).find(uri);
  if (target === undefined) return undefined;
  const call = new Call({ kind: "resource", tool: uri, args: {}, adapter: "stdio" });
  const outcome = await target.run(call);
  return outcome.kind === "answer" ? JSON.parse(`{${outcome.members}}`).contents[0].text : outcome;
}

const FOUND: readonly (readonly [string[], string, string | undefined])[] = [
  [["x://{a}", "x://b"], "x://b", "x://b {}"],
  [["x://b", "x://{a}"], "x://b", "x://b {}"],
  [["x://b", "x://{a}"], "x://c", 'x://{a} {"a":"c"}'],
  // Of two templates, the first in the order of the list.
  [["x://{b}", "x://{a}"], "x://c", 'x://{a} {"a":"c"}'],
  [["x://b{?q}", "x://{+a}"], "x://b?q=1", 'x://b{?q} {"q":"1"}'],
  [["x://{a}"], "x://{a}", 'x://{a} {"a":"{a}"}'],
  [["x://{a}"], "x://b/c", undefined],
  [["x://b"], "X://b", undefined],
  [[], "x://b", undefined],
  [["x://{a}"], "x://" + "a".repeat(LIMITS.uriCharsMax), undefined],
];

for (const [uris, uri, found] of FOUND) {
  Deno.test(`of ${uris.join(" and ") || "nothing"}, ${uri.slice(0, 20)} is ${found ?? "none"}`, async () => {
    assertEquals(await readFrom(uris, uri), found);
  });
}

Deno.test("createResourceRegistry() refuses two resources of one address, and too many", () => {
  const one = defineResource({ uri: "x://a", name: "n", read });
  const at = 'two resources at "x://a"';
  assertThrows(() => createResourceRegistry([one, one], SILENT_LOG), GomcpError, at);
  const many = new Array(LIMITS.resourcesMax + 1).fill(one);
  assertThrows(() => createResourceRegistry(many, SILENT_LOG), GomcpError, "at most 100000");
  assertEquals(createResourceRegistry([one], SILENT_LOG).size, 1);
});

/** What reading gives when `read` gives this. */
async function contentsOf(read: () => unknown, mimeType?: string) {
  const options = { uri: "x://a", name: "n", read, ...(mimeType !== undefined && { mimeType }) };
  const registry = createResourceRegistry([defineResource(options as never)], SILENT_LOG);
  const call = new Call({ kind: "resource", tool: "x://a", args: {}, adapter: "stdio" });
  const outcome = await registry.find("x://a")!.run(call);
  return outcome.kind === "answer" ? JSON.parse(`{${outcome.members}}`).contents : outcome;
}

const uri = "x://a";
const CONTENTS: readonly (readonly [string, unknown, unknown[]])[] = [
  ["text", "hi", [{ uri, text: "hi" }]],
  ["empty text", "", [{ uri, text: "" }]],
  ["bytes", Uint8Array.of(0, 255), [{ uri, blob: "AP8=" }]],
  ["no bytes", new Uint8Array(), [{ uri, blob: "" }]],
  ["contents", { text: "hi" }, [{ uri, text: "hi" }]],
  ["contents of another uri", { uri: "x://b", text: "hi" }, [{ uri: "x://b", text: "hi" }]],
  ["contents whose uri is undefined", { uri: undefined, text: "hi" }, [{ uri, text: "hi" }]],
  ["several", [{ text: "a" }, { blob: "AA==" }], [{ uri, text: "a" }, { uri, blob: "AA==" }]],
];

for (const [what, returned, contents] of CONTENTS) {
  Deno.test(`reading gives ${what}, whether it takes time or not`, async () => {
    assertEquals(await contentsOf(() => returned), contents);
    assertEquals(await contentsOf(() => Promise.resolve(returned)), contents);
  });
}

Deno.test("contents are of the resource's media type unless they say their own", async () => {
  const own = { text: "b", mimeType: "text/b" };
  assertEquals(await contentsOf(() => [{ text: "a" }, own], "text/a"), [
    { uri, mimeType: "text/a", text: "a" },
    { uri, mimeType: "text/b", text: "b" },
  ]);
});

const cycle: Record<string, unknown> = { text: "" };
cycle.cycle = cycle;
const BROKEN: readonly (readonly [string, unknown, string])[] = [
  ["nothing", undefined, "gave undefined"],
  ["null", null, "gave null"],
  ["a number", 7, "gave number"],
  ["an empty list", [], "gave no contents"],
  ["an object without contents", {}, "gave object"],
  ["a text that is none", { text: 7 }, "gave object"],
  ["a uri that is no text", { text: "", uri: 7 }, "gave "],
  ["a list with a text", ["a"], "gave string"],
  ["a list with null", [{ text: "" }, null], "gave null"],
  ["a list with nothing first", [undefined, { text: "" }], "gave undefined"],
  ["a list with nothing last", [{ text: "" }, undefined], "gave undefined"],
  ["a cycle", cycle, "cannot be sent as JSON"],
  ["too much", "a".repeat(LIMITS.resultBytesMax), "bytes"],
];

for (const [what, returned, text] of BROKEN) {
  Deno.test(`reading that gives ${what} is a problem that says so`, async () => {
    const { problem } = await contentsOf(() => returned);
    assertEquals(problem?.code, "tool_error");
    assertEquals(problem.detail.startsWith('Resource "x://a" gave '), true);
    assertEquals(problem.detail.includes(text), true, problem.detail);
  });
}

Deno.test("what reading throws is a problem; an error of gomcp's own keeps its code", async () => {
  const { problem } = await contentsOf(() => Promise.reject(new Error("no")));
  assertEquals(problem, { code: "tool_error", detail: 'Resource "x://a" failed: no' });
  const own = await contentsOf(() => {
    throw new GomcpError("not_found", "gone");
  });
  assertEquals(own.problem, { code: "not_found", detail: "gone", uri });
  const other = await contentsOf(() => {
    throw new GomcpError("not_found", "gone", { uri: "x://b" });
  });
  assertEquals(other.problem, { code: "not_found", detail: "gone", uri: "x://b" });
  const busy = await contentsOf(() => Promise.reject(new GomcpError("overloaded", "busy")));
  assertEquals(busy.problem, { code: "overloaded", detail: "busy" });
});
