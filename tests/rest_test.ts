/** The REST API as curl sees it: lists, single tools, calls, and the status of each mistake. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startServer } from "./support/server.ts";

const PROBLEM = "application/problem+json";

Deno.test("REST lists tools in pages", async () => {
  await using server = await startServer({ fixtures: ["many", "plain"] });
  const names: string[] = [];
  let cursor = "";
  for (let pages = 0; pages < 20; pages++) {
    const { status, json } = await server.request(`/v1/tools?limit=20${cursor}`);
    assertEquals(status, 200);
    assert(json.tools.length <= 20);
    names.push(...json.tools.map(({ name }: { name: string }) => name));
    if (json.nextCursor === undefined) break;
    cursor = `&cursor=${encodeURIComponent(json.nextCursor)}`;
  }
  assertEquals(names, [...new Set(names)].sort());
  assertEquals(names.filter((name) => name.startsWith("many_")).length, 150);
  assert((await server.request("/v1/tools")).json.nextCursor !== undefined);
  assertEquals((await server.request("/v1/tools?limit=1000")).json.nextCursor, undefined);
});

Deno.test("REST tells about one tool", async () => {
  await using server = await startServer({ fixtures: ["plain"] });
  const { status, json } = await server.request("/v1/tools/person");
  assertEquals([status, json.name], [200, "person"]);
  assertEquals(json.inputSchema.required, ["name"]);
  assertEquals(json.outputSchema.required, ["name", "age"]);
  assertEquals((await server.request("/v1/tools/%70erson")).json.name, "person");
  const unknown = await server.request("/v1/tools/nobody");
  assertEquals([unknown.status, unknown.json.code], [404, "unknown_tool"]);
});

Deno.test("REST calls tools and gives each kind of result", async () => {
  await using server = await startServer({ fixtures: ["plain", "hostile"] });
  const sum = await server.call("add", { a: 1, b: 2 });
  assertEquals([sum.status, sum.json], [200, { content: [{ type: "text", text: "3" }] }]);
  const person = await server.call("person", { name: "Ada" });
  assertEquals(person.json.structuredContent, { name: "Ada", age: 3 });
  const image = await server.call("picture");
  assertEquals(image.json.content[0].mimeType, "image/png");
  const failed = await server.call("thrower", { what: "error" });
  assertEquals([failed.status, failed.json.isError], [200, true]);
  const big = await server.call("big");
  assertEquals(big.json.content[0].text.length, 3_000_000);
});

Deno.test("REST does not demand a Content-Type", async () => {
  await using server = await startServer();
  const body = JSON.stringify({ tool: "echo", arguments: { msg: "hi" } });
  const types = [undefined, "text/plain", "application/x-www-form-urlencoded", "image/png"];
  for (const type of types) {
    const headers = type === undefined ? undefined : { "content-type": type };
    // A body of bytes gets no Content-Type of its own.
    const bytes = new TextEncoder().encode(body);
    const init = { method: "POST", body: bytes, ...(headers && { headers }) };
    const { status, json } = await server.request("/v1/tools/call", init);
    assertEquals([status, json.content[0].text], [200, "hi"], type);
  }
});

Deno.test("REST tells each mistake by its status, its code and a pointer", async (t) => {
  await using server = await startServer({ fixtures: ["plain"] });
  const rows: [string, string, number, string, string?][] = [
    ["bad JSON", "{oops", 400, "parse_error"],
    ["an empty body", "", 400, "parse_error"],
    ["an array", "[]", 400, "invalid_request", ""],
    ["null", "null", 400, "invalid_request", ""],
    ["no tool", "{}", 400, "invalid_request", "/tool"],
    ["a tool of 5", '{"tool":5}', 400, "invalid_request", "/tool"],
    ["an unknown tool", '{"tool":"nobody"}', 404, "unknown_tool"],
    ["an inherited name", '{"tool":"toString"}', 404, "unknown_tool"],
    ["a missing argument", '{"tool":"add","arguments":{"a":1}}', 422, "invalid_arguments", "/b"],
    [
      "a wrong argument",
      '{"tool":"add","arguments":{"a":1,"b":"2"}}',
      422,
      "invalid_arguments",
      "/b",
    ],
    ["no arguments", '{"tool":"add"}', 422, "invalid_arguments", "/a"],
    ["arguments of null", '{"tool":"add","arguments":null}', 422, "invalid_arguments", "/a"],
    ["arguments of an array", '{"tool":"add","arguments":[1,2]}', 422, "invalid_arguments", ""],
    [
      "an argument too many",
      '{"tool":"picture","arguments":{"a":1}}',
      422,
      "invalid_arguments",
      "/a",
    ],
  ];
  for (const [title, body, expected, code, pointer] of rows) {
    await t.step(`${expected}: ${title}`, async () => {
      const { status, headers, json } = await server.post("/v1/tools/call", body);
      assertEquals([status, json.status, json.code], [expected, expected, code], json.detail);
      assertEquals([headers.get("content-type"), json.type], [PROBLEM, "about:blank"]);
      assert(json.title.length > 0 && json.detail.length > 0);
      assertEquals(json.pointer, pointer);
    });
  }
  for (
    const query of [
      "limit=0",
      "limit=1001",
      "limit=x",
      "limit=1.5",
      "limit=",
      "cursor=x",
      "cursor=",
    ]
  ) {
    await t.step(`400: ?${query}`, async () => {
      const { status, json } = await server.request(`/v1/tools?${query}`);
      assertEquals([status, json.code], [400, "invalid_request"]);
    });
  }
});

Deno.test("REST knows its paths and their methods", async () => {
  await using server = await startServer({ fixtures: ["plain"] });
  const posts = ["/v1/tools/call", "/v1/tools/batch"];
  const gets = ["/v1/tools", "/v1/tools/add", "/openapi.json", "/healthz", "/readyz"];
  for (const path of [...posts, ...gets]) {
    const allow = posts.includes(path) ? "POST" : "GET";
    for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH"]) {
      if (method === allow) continue;
      const reply = await server.request(path, { method });
      assertEquals([reply.status, reply.json.status], [405, 405], `${method} ${path}`);
      assertMatch(reply.headers.get("allow") ?? "", new RegExp(allow));
      assertEquals(reply.headers.get("content-type"), PROBLEM);
    }
  }
  for (const path of ["/", "/v1", "/v1/tools/", "/v1/tools/a/b", "/v1/tools/%", "/mcp/", "/%00"]) {
    const reply = await server.request(path);
    assertEquals([reply.status, reply.headers.get("content-type")], [404, PROBLEM], path);
  }
});

Deno.test("HEAD has the headers of GET and no body", async () => {
  await using server = await startServer({ fixtures: ["many"] });
  for (const path of ["/v1/tools", "/v1/tools/echo", "/openapi.json", "/healthz", "/readyz"]) {
    const get = await server.request(path);
    const head = await server.request(path, { method: "HEAD" });
    assertEquals([head.status, head.text], [200, ""], path);
    assertEquals(head.headers.get("content-type"), get.headers.get("content-type"));
    assertEquals(head.headers.get("content-length"), get.headers.get("content-length"), path);
  }
});

Deno.test("a tool may be named like a path of the API", async () => {
  await using server = await startServer({ fixtures: ["named"] });
  for (const name of ["call", "batch"]) {
    assertEquals((await server.call(name)).status, 200);
    const { status, json } = await server.request(`/v1/tools/${name}`);
    assertEquals([status, json.name], [200, name]);
  }
});
