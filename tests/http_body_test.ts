/** Request bodies that are too long, half, or strange; and what becomes of their connection. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { modernCall, modernHeaders } from "./support/mcp.ts";
import { postModern } from "./support/mcp_http.ts";
import { chunk, RawConnection, rawGet, rawPost } from "./support/raw_http.ts";
import { TempFolder } from "./support/fixtures.ts";
import { startServer } from "./support/server.ts";

const MAX = 4 * 1024 * 1024;
const CALL = modernCall(1, "echo", { msg: "hi" });
const HEADERS = modernHeaders(CALL);
const REST_CALL = '{"tool":"echo","arguments":{"msg":"hi"}}';
const TARGETS: [string, Record<string, string>][] = [
  ["/mcp", HEADERS],
  ["/v1/tools/call", {}],
  ["/v1/tools/batch", {}],
];

/** A REST call of exactly this many bytes. */
function callOf(bytes: number): string {
  const frame = '{"tool":"echo","arguments":{"msg":""}}';
  return frame.replace('""', `"${"x".repeat(bytes - frame.length)}"`);
}

Deno.test("a body of exactly the limit is taken, one byte more is refused with 413", async () => {
  await using folder = await TempFolder.of({ "policy.json": `{"limits":{"stringBytes":${MAX}}}` });
  const args = [`--validation-policy=${folder.path}/policy.json`];
  await using server = await startServer({ args });
  const fits = await server.post("/v1/tools/call", callOf(MAX));
  assertEquals([fits.status, fits.json.content[0].text.length], [200, MAX - 38]);
  const over = await server.post("/v1/tools/call", callOf(MAX + 1));
  assertEquals([over.status, over.json.code, over.json.limit], [413, "too_large", MAX]);
  assertEquals((await server.post("/v1/tools/call", callOf(MAX))).status, 200);
});

Deno.test("a body that is declared as too long is refused before it comes", async () => {
  await using server = await startServer();
  for (const [path, headers] of TARGETS) {
    using connection = await RawConnection.open(server.port);
    const declared = { ...headers, "content-length": String(100_000_000) };
    await connection.send(rawPost(path, "", declared));
    const response = await connection.response();
    assertEquals([response.status, response.headers.get("connection")], [413, "close"], path);
    assertMatch(response.body, /4MiB/);
    assertEquals(await connection.isClosed(), true);
  }
  assertEquals((await postModern(server, CALL)).status, 200);
});

Deno.test("a chunked body is refused as soon as it is too long", async () => {
  await using server = await startServer();
  const block = chunk("x".repeat(1024 * 1024));
  for (const [path, headers] of TARGETS) {
    using connection = await RawConnection.open(server.port);
    await connection.send(rawPost(path, "", { ...headers, "transfer-encoding": "chunked" }));
    const sending = (async () => {
      // 100 MB at most; the server ends the connection long before.
      for (let sent = 0; sent < 100; sent++) await connection.send(block);
    })().catch(() => {});
    const response = await connection.response();
    assertEquals([response.status, response.headers.get("connection")], [413, "close"], path);
    connection.close();
    await sending;
  }
  assertEquals((await postModern(server, CALL)).status, 200);
});

Deno.test("a client that writes all of a body that is too long still gets its 413", async () => {
  await using server = await startServer();
  for (let round = 0; round < 10; round++) {
    const reply = await server.post("/v1/tools/call", callOf(6_000_000));
    assertEquals(reply.status, 413);
  }
});

Deno.test("half a body and a closed connection leave the server in peace", async () => {
  await using server = await startServer();
  for (const [path, headers] of TARGETS) {
    using connection = await RawConnection.open(server.port);
    await connection.send(rawPost(path, '{"jsonrpc"', { ...headers, "content-length": "500" }));
    // Another request comes and goes: the half one is in the server's hands by then.
    assertEquals((await server.request("/healthz")).status, 200);
    connection.close();
  }
  for (const [path, headers] of TARGETS) {
    using connection = await RawConnection.open(server.port);
    await connection.send(rawPost(path, "", { ...headers, "transfer-encoding": "chunked" }));
    await connection.send(chunk('{"jsonrpc"'));
    assertEquals((await server.request("/healthz")).status, 200);
  }
  assertEquals((await postModern(server, CALL)).status, 200);
  server.signal("SIGTERM");
  assertEquals((await server.exit()).code, 0);
  const faults = server.log.items.filter(({ level }) => level === "error");
  assertEquals(faults, [], "a client that leaves is no internal error");
});

Deno.test("strange bodies are answered, and nothing is harmed", async (t) => {
  await using server = await startServer({ fixtures: ["plain"] });
  const deep = "[".repeat(500_000) + "]".repeat(500_000);
  const bodies: Record<string, [string, number[]]> = {
    "deeply nested arguments": [`{"tool":"mirror","arguments":{"a":${deep}}}`, [200, 400, 422]],
    "deeply nested instead of an object": [deep, [400]],
    "a key of __proto__": ['{"tool":"mirror","arguments":{"__proto__":{"a":1}}}', [422]],
    "a tool of __proto__": ['{"tool":"__proto__"}', [404]],
    "a name of 1 MB": [JSON.stringify({ tool: "n".repeat(1_000_000) }), [404]],
    "lone surrogates": ['{"tool":"echo","arguments":{"msg":"\\ud800"}}', [422]],
    "duplicate keys": ['{"tool":"nobody","tool":"echo","arguments":{"msg":"hi"}}', [200]],
    "100,000 arguments": [
      `{"tool":"mirror","arguments":{${
        Array.from({ length: 100_000 }, (_, i) => `"k${i}":${i}`).join()
      }}}`,
      [422],
    ],
  };
  for (const [title, [body, statuses]] of Object.entries(bodies)) {
    await t.step(title, async () => {
      const { status, text } = await server.post("/v1/tools/call", body);
      assert(statuses.includes(status), `${status}: ${text.slice(0, 300)}`);
      assert(text.length < 2 * body.length + 1_000, "the answer is much longer than the request");
    });
  }
  await t.step("bytes that are no UTF-8", async () => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode('{"tool":"'),
      0xff,
      0xfe,
      0x22,
      0x7d,
    ]);
    const reply = await server.request("/v1/tools/call", { method: "POST", body: bytes });
    assert([400, 404].includes(reply.status));
  });
  await t.step("a byte order mark", async () => {
    assertEquals((await server.post("/v1/tools/call", "\ufeff" + REST_CALL)).status, 200);
  });
  assertEquals((await postModern(server, CALL)).status, 200);
});

Deno.test("a connection stays usable after answers, errors and pipelining", async () => {
  await using server = await startServer();
  using connection = await RawConnection.open(server.port);
  const mcp = rawPost("/mcp", JSON.stringify(CALL), HEADERS);
  await connection.send(mcp + rawPost("/mcp", "{oops", HEADERS) + rawGet("/v1/tools/nobody") + mcp);
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await connection.response()).status);
  assertEquals(statuses, [200, 400, 404, 200]);
  // Long bodies make later versions of Deno close the connection.
  const long = rawPost("/v1/tools/call", callOf(64 * 1024));
  for (let i = 0; i < 10; i++) {
    await connection.send(long);
    assertEquals((await connection.response()).status, 200);
  }
  await connection.send(rawGet("/healthz"));
  assertEquals((await connection.response()).status, 200);
});

Deno.test("a body that does not come in time is refused with 408, and its connection closed", async () => {
  await using server = await startServer({ args: ["--request-timeout=500ms"] });
  for (const [path, headers] of TARGETS) {
    const heads = [
      rawPost(path, '{"jsonrpc"', { ...headers, "content-length": "500" }),
      rawPost(path, chunk("{"), { ...headers, "transfer-encoding": "chunked" }),
    ];
    for (const head of heads) {
      using connection = await RawConnection.open(server.port);
      await connection.send(head);
      const response = await connection.response();
      assertEquals([response.status, response.headers.get("connection")], [408, "close"], path);
      assertMatch(response.body, /it has not come within 500ms/);
      assertEquals(await connection.isClosed(), true);
    }
  }
  assertEquals((await postModern(server, CALL)).status, 200);
});

Deno.test("a request with a length and chunks is refused, or nothing follows it on its connection", async () => {
  await using server = await startServer();
  const orders = [["content-length", "transfer-encoding"], ["transfer-encoding", "content-length"]];
  const values: Record<string, string> = { "content-length": "5", "transfer-encoding": "chunked" };
  for (const order of orders) {
    using connection = await RawConnection.open(server.port);
    const lines = order.map((name) => `${name}: ${values[name]}\r\n`).join("");
    const smuggled = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    const body = chunk(REST_CALL) + chunk("");
    await connection.send(
      `POST /v1/tools/call HTTP/1.1\r\nhost: localhost\r\n${lines}\r\n${body}${smuggled}`,
    );
    const { status, headers } = await connection.response();
    assertEquals([status, headers.get("connection")], [
      order[0] === "content-length" ? 400 : 200,
      "close",
    ]);
    assertEquals(await connection.isClosed(), true);
    assertEquals(connection.unread, "");
  }
});
