/** Host and Origin: who may ask at all, on every path. */
import { assertEquals } from "@std/assert";
import { modernCall, modernHeaders } from "./support/mcp.ts";
import { RawConnection, rawGet, rawPost } from "./support/raw_http.ts";
import { type ServerProcess, startServer } from "./support/server.ts";

const PATHS = ["/mcp", "/v1/tools", "/v1/tools/echo", "/openapi.json", "/healthz", "/readyz"];

/** The status of a GET with these headers, on a connection of its own. */
async function statusOf(
  server: ServerProcess,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  using connection = await RawConnection.open(server.port);
  await connection.send(rawGet(path, headers));
  return (await connection.response()).status;
}

Deno.test("a Host that is not allowed is refused with 403 on every path", async () => {
  await using server = await startServer({ args: ["--allow-host=tools.example"] });
  const port = server.port;
  const allowed = ["127.0.0.1", `127.0.0.1:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`];
  for (const host of [...allowed, "tools.example", `Tools.Example:${port}`]) {
    assertEquals(await statusOf(server, "/healthz", { host }), 200, host);
  }
  const foreign = ["evil.example", `evil.example:${port}`, "localhost.evil.example", "10.0.0.1"];
  for (const host of [...foreign, "127.0.0.1.evil.example", "user@localhost", "[::1]evil"]) {
    for (const path of PATHS) {
      assertEquals(await statusOf(server, path, { host }), 403, `${host} ${path}`);
    }
  }
});

Deno.test("an Origin that is not allowed is refused with 403 on every path", async () => {
  await using server = await startServer({ args: ["--allow-origin=https://app.example"] });
  const allowed = [server.url, "http://localhost:3000", "https://127.0.0.1", "https://app.example"];
  for (const origin of allowed) {
    assertEquals(await statusOf(server, "/healthz", { origin }), 200, origin);
  }
  const foreign = ["https://evil.example", "null", "http://app.example", "https://app.example:81"];
  for (const origin of [...foreign, "https://app.example.evil.example", "file://", "nonsense"]) {
    for (const path of PATHS) {
      assertEquals(await statusOf(server, path, { origin }), 403, `${origin} ${path}`);
    }
  }
});

Deno.test("a foreign page cannot call a tool, and the refusal closes the connection", async () => {
  await using server = await startServer();
  const request = modernCall(1, "echo", { msg: "hi" });
  const attacks = [
    rawPost("/mcp", JSON.stringify(request), {
      ...modernHeaders(request),
      origin: "https://evil.example",
    }),
    rawPost("/v1/tools/call", '{"tool":"echo","arguments":{"msg":"hi"}}', {
      "content-type": "text/plain",
      "origin": "https://evil.example",
    }),
    rawPost("/v1/tools/batch", '{"requests":[{"tool":"echo"}]}', { host: "evil.example" }),
  ];
  for (const attack of attacks) {
    using connection = await RawConnection.open(server.port);
    await connection.send(attack);
    const { status, headers, body } = await connection.response();
    assertEquals([status, JSON.parse(body).code], [403, "forbidden"]);
    assertEquals(headers.get("connection"), "close");
    assertEquals(await connection.isClosed(), true);
  }
  assertEquals((await server.call("echo", { msg: "on" })).status, 200);
});

Deno.test("two Host headers, or a target that names another host, do not get past the check", async () => {
  await using server = await startServer();
  const twice = "GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: evil.example\r\n\r\n";
  const target = "GET http://127.0.0.1/healthz HTTP/1.1\r\nhost: evil.example\r\n\r\n";
  for (const request of [twice, target]) {
    using connection = await RawConnection.open(server.port);
    await connection.send(request);
    assertEquals((await connection.response()).status, 403, request);
  }
});

Deno.test("pages of an allowed origin may call from a browser: CORS lets them", async () => {
  await using server = await startServer({ args: ["--allow-origin=https://app.example"] });
  const origin = "https://app.example";
  const preflight = await server.request("/mcp", {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,mcp-method,mcp-name,mcp-protocol-version",
    },
  });
  assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [
    204,
    origin,
  ]);
  const answer = await server.request("/v1/tools", { headers: { origin } });
  assertEquals(answer.headers.get("access-control-allow-origin"), origin);
});
