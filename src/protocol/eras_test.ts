/** Which era a message belongs to, and that each checks by rules of its own. */
import { assertEquals } from "@std/assert";
import { eraOf } from "./eras.ts";
import type { RpcMessage } from "./jsonrpc.ts";
import { LEGACY } from "./legacy.ts";
import { MODERN } from "./modern.ts";

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

const ERAS: readonly (readonly [RpcMessage, "modern" | "legacy"])[] = [
  [{ id: 1, method: "tools/list", params: { _meta: META } }, "modern"],
  [{ id: 1, method: "tools/list" }, "legacy"],
  [{ id: 1, method: "tools/list", params: { _meta: { progressToken: 1 } } }, "legacy"],
  [{ id: 1, method: "initialize" }, "legacy"],
  [{ id: 1, method: "initialize", params: { _meta: META } }, "modern"],
  [{ id: 1, method: "server/discover" }, "modern"],
  [{ id: 1, method: "unknown" }, "legacy"],
  [{ id: 1, method: "unknown", params: { _meta: META } }, "modern"],
];

for (const [message, era] of ERAS) {
  const meta = message.params?._meta === META ? " with metadata" : "";
  Deno.test(`eraOf() says ${era} of ${message.method}${meta}`, () => {
    assertEquals(eraOf(message).name, era);
  });
}

Deno.test("eraOf() takes the version header for a claim, unless it names a legacy revision", () => {
  const message = { id: 1, method: "tools/list" };
  assertEquals(eraOf(message, "2026-07-28").name, "modern");
  for (const version of ["2025-11-25", "1999-01-01", "", null]) {
    assertEquals(eraOf(message, version).name, "legacy");
  }
});

Deno.test("each era checks by rules of its own", () => {
  const message = { id: 1, method: "tools/list" };
  assertEquals(LEGACY.checkRequest(message), undefined);
  assertEquals(MODERN.checkRequest(message)?.code, -32602);
  const headers = { protocolVersion: "2026-07-28", mcpMethod: null, mcpName: null };
  const modern = { id: 1, method: "tools/list", params: { _meta: META } };
  assertEquals(MODERN.checkRequest(modern), undefined);
  assertEquals(MODERN.checkRequest(modern, headers)?.code, -32020);
});
