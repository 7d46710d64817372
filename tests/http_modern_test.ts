/** /mcp in the modern era: headers that are tolerated, and the form of every result. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  MCP_HEADERS,
  MODERN,
  modern,
  modernCall,
  notification,
  SERVER_INFO_KEY,
} from "./support/mcp.ts";
import { eventMessages, postMcp, postModern } from "./support/mcp_http.ts";
import { type Reply, startServer } from "./support/server.ts";

const ECHO = modernCall(7, "echo", { msg: "hi" });

Deno.test("modern HTTP compares headers as the revision says", async (t) => {
  await using server = await startServer();
  const tolerated: Record<string, Record<string, string>> = {
    "blanks around a value": { "mcp-name": "  echo\t" },
    "a value in base64": { "mcp-name": `=?base64?${btoa("echo")}?=` },
    "a session id, which it ignores": { "mcp-session-id": "no-such-session" },
    "a Content-Type with a charset": { "content-type": "Application/JSON; charset=utf-8" },
    "an Accept of anything": { accept: "*/*" },
    "an Accept of JSON only": { accept: "application/json" },
  };
  for (const [title, headers] of Object.entries(tolerated)) {
    await t.step(title, async () => assertIsHi(await postModern(server, ECHO, headers)));
  }
  await t.step("an Accept of event streams only", async () => {
    const reply = await postModern(server, ECHO, { accept: "text/event-stream" });
    assertEquals(eventMessages(reply).at(-1)?.result.content[0].text, "hi");
  });
});

Deno.test("modern HTTP answers every result in the form of its era", async (t) => {
  await using server = await startServer({ fixtures: ["plain", "hostile", "many"] });
  const post = (...args: Parameters<typeof modern>) => postModern(server, modern(...args));
  await t.step("server/discover", async () => {
    const { status, json } = await post("d", "server/discover");
    const { supportedVersions, capabilities, resultType, ttlMs, cacheScope, _meta } = json.result;
    assertEquals([status, json.id, supportedVersions, resultType], [
      200,
      "d",
      [MODERN],
      "complete",
    ]);
    assert(typeof capabilities.tools === "object" && Number.isInteger(ttlMs) && ttlMs >= 0);
    assertMatch(cacheScope, /^(public|private)$/);
    assertEquals(_meta[SERVER_INFO_KEY].name, "gomcp");
  });
  await t.step("tools/list, page by page", async () => {
    const first = (await post(1, "tools/list")).json.result;
    const second = (await post(2, "tools/list", { cursor: first.nextCursor })).json.result;
    const names = [...first.tools, ...second.tools].map(({ name }: { name: string }) => name);
    assertEquals(names, [...new Set(names)].sort());
    assertEquals([first.tools.length, second.nextCursor], [100, undefined]);
    for (const { resultType, ttlMs, cacheScope } of [first, second]) {
      assertEquals([resultType, Number.isInteger(ttlMs), cacheScope], [
        "complete",
        true,
        "private",
      ]);
    }
  });
  await t.step("a cursor that was never given", async () => {
    for (const cursor of ["nonsense", "", 5, null]) {
      const { status, json } = await post(1, "tools/list", { cursor });
      assertEquals([status, json.error?.code], [200, -32602], JSON.stringify(cursor));
    }
  });
  await t.step("an unknown tool", async () => {
    const { status, json } = await postModern(server, modernCall(1, "nobody"));
    assertEquals([status, json.error.code], [200, -32602]);
  });
  await t.step("a name that is no string", async () => {
    const { status, json } = await post(1, "tools/call", { name: 5 });
    assertEquals([status, json.error.code], [200, -32602]);
  });
  await t.step("arguments that the schema refuses", async () => {
    const { status, json } = await postModern(server, modernCall(1, "add", { a: 1 }));
    const { isError, resultType, _meta } = json.result;
    assertEquals([status, isError, resultType], [200, true, "complete"]);
    assertEquals(_meta["gomcp/problem"], { code: "invalid_arguments", pointer: "/b" });
  });
  await t.step("structured content that is no object", async () => {
    const { json } = await postModern(server, modernCall(1, "mirror", { deep: [1, { a: null }] }));
    assertEquals(json.result.structuredContent, { deep: [1, { a: null }] });
  });
  await t.step("structured content against the tool's own schema", async () => {
    const { status, json } = await postModern(server, modernCall(1, "liar"));
    assertEquals([status, json.result.isError], [200, true]);
    assertMatch(json.result.content[0].text, /"liar" .*output schema/);
  });
});

Deno.test("modern HTTP takes notifications with 202 and no body, and other methods with 405", async () => {
  await using server = await startServer();
  const cancelled = notification("notifications/cancelled", { requestId: "gone" });
  for (const body of [cancelled, notification("notifications/nobody/knows")]) {
    const reply = await postMcp(server, body, { ...MCP_HEADERS, "mcp-protocol-version": MODERN });
    assertEquals([reply.status, reply.text], [202, ""]);
  }
  for (const method of ["GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"]) {
    const headers = { "mcp-protocol-version": MODERN, accept: "text/event-stream" };
    const reply = await server.request("/mcp", { method, headers });
    assertEquals([reply.status, reply.headers.get("allow")], [405, "POST"], method);
  }
  assertIsHi(await postModern(server, ECHO));
});

function assertIsHi(reply: Reply): void {
  assertEquals([reply.status, reply.json.result?.content[0].text], [200, "hi"], reply.text);
}
