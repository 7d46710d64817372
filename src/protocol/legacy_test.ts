/** The era of the handshake: what is agreed on, and which methods it has. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { BATCH_VERSION, isLegacyOutputSchema, LEGACY, negotiate, readHandshake } from "./legacy.ts";

const NEGOTIATED: readonly (readonly [string, string])[] = [
  ["2024-11-05", "2024-11-05"],
  ["2025-03-26", "2025-03-26"],
  ["2025-06-18", "2025-06-18"],
  ["2025-11-25", "2025-11-25"],
  ["1999-01-01", "2025-11-25"],
  ["2026-07-28", "2025-11-25"],
  ["2099-01-01", "2025-11-25"],
  [" 2025-06-18", "2025-11-25"],
  ["", "2025-11-25"],
];

for (const [requested, agreed] of NEGOTIATED) {
  Deno.test(`negotiate() answers "${requested}" with ${agreed}`, () => {
    assertEquals(negotiate(requested) as string, agreed);
  });
}

Deno.test("readHandshake() takes the version and what the client says of itself", () => {
  const clientInfo = { name: "inspector", version: "1.2" };
  const handshake = readHandshake({ protocolVersion: "2025-06-18", clientInfo });
  assertEquals(handshake, { version: "2025-06-18", clientInfo, capabilities: {} });
});

Deno.test("readHandshake() does without a client's name, and takes nothing but an object for one", () => {
  for (const clientInfo of [undefined, null, "x", [], {}]) {
    const handshake = readHandshake({ protocolVersion: "2025-06-18", clientInfo });
    assertEquals(handshake, { version: "2025-06-18", clientInfo: {}, capabilities: {} });
  }
});

Deno.test("readHandshake() refuses an initialize without a version", () => {
  for (const params of [undefined, {}, { protocolVersion: 20250618 }, { protocolVersion: null }]) {
    const refusal = readHandshake(params);
    assertEquals("code" in refusal && refusal.code, -32602);
  }
});

Deno.test("LEGACY.checkRequest() lets the methods of the era pass", () => {
  for (const method of ["initialize", "ping", "logging/setLevel", "tools/list", "tools/call"]) {
    assertEquals(LEGACY.checkRequest({ id: 1, method }), undefined);
  }
});

Deno.test("LEGACY.checkRequest() refuses unknown methods with -32601", () => {
  for (const method of ["tools/Call", "resources/delete", "toString", ""]) {
    const error = LEGACY.checkRequest({ id: 1, method });
    assertEquals([error?.code, error?.httpStatus], [-32601, 404]);
    assertEquals(error?.message, `Method not found: "${method}"`);
  }
});

Deno.test("LEGACY.checkRequest() says of a modern method what it lacks", () => {
  const error = LEGACY.checkRequest({ id: 1, method: "server/discover" });
  assertEquals(error?.code, -32601);
  assertStringIncludes(error!.message, "2026-07-28");
});

Deno.test("LEGACY.resultMembers() has structured content when it is an object, and metadata", () => {
  const info = { name: "x", version: "1" };
  const of = (structuredContent: unknown) =>
    JSON.parse(`{${LEGACY.resultMembers({ content: [], structuredContent }, undefined, info)}}`);
  assertEquals(of({ a: 1 }), { content: [], structuredContent: { a: 1 } });
  for (const value of [null, [1], "x", 1, true]) assertEquals(of(value), { content: [] });
  const members = LEGACY.resultMembers({ content: [], _meta: { a: 1 } }, '"content":[]', info);
  assertEquals(members, '"content":[],"_meta":{"a":1}');
});

Deno.test("LEGACY.problemAnswer() says in results and codes of its own what newer clients get as errors", () => {
  const needed = { code: "capability_required", detail: "x" } as const;
  const result = { content: [{ type: "text", text: "x" }], isError: true };
  assertEquals(LEGACY.problemAnswer("tool", needed), { result } as unknown);
  assertEquals("error" in LEGACY.problemAnswer("prompt", needed), true);
  const missing = LEGACY.problemAnswer("resource", { code: "not_found", detail: "x", uri: "a:b" });
  assertEquals("error" in missing && missing.error.code, -32002);
});

Deno.test("isLegacyOutputSchema() wants an object at the root", () => {
  assertEquals(isLegacyOutputSchema({ type: "object" }), true);
  for (const type of ["array", "string", ["object", "null"], undefined]) {
    assertEquals(isLegacyOutputSchema({ type }), false);
  }
});

Deno.test("2025-03-26 is the revision of batches, and of a POST without a version header", () => {
  assertEquals(BATCH_VERSION, "2025-03-26");
});
