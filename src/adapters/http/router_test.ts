/** Paths and methods: what is served where. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import { createGuard } from "./guard.ts";
import { createRouter } from "./router.ts";

const tool = defineTool({ name: "t.v1", description: "Runs.", handler: () => "hi" });

function setUp() {
  const runtime = createRuntime({ tools: [tool], clock: new FakeClock() });
  const router = createRouter(runtime, createGuard({ hostname: "127.0.0.1" }));
  const ask = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const body = method === "POST" ? "{}" : null;
    const url = `http://127.0.0.1:8080${path}`;
    return await router(new Request(url, { method, headers, body }), { address: "::1" });
  };
  return { runtime, ask };
}

const ROUTES: readonly (readonly [string, string, number])[] = [
  ["GET", "/healthz", 200],
  ["HEAD", "/healthz", 200],
  ["GET", "/readyz", 200],
  ["GET", "/readyz?verbose", 200],
  ["GET", "/openapi.json", 200],
  ["GET", "/v1/tools", 200],
  ["GET", "/v1/tools?limit=1", 200],
  ["HEAD", "/v1/tools", 200],
  ["GET", "/v1/tools/t.v1", 200],
  ["GET", "/v1/tools/t%2Ev1", 200],
  ["GET", "/v1/tools/unknown", 404],
  ["POST", "/v1/tools/call", 400],
  ["POST", "/v1/tools/batch", 400],
  ["GET", "/mcp", 405],
  ["DELETE", "/mcp", 405],
  ["PUT", "/mcp", 405],
  ["POST", "/mcp", 415],
  ["POST", "/healthz", 405],
  ["POST", "/readyz", 405],
  ["DELETE", "/openapi.json", 405],
  ["POST", "/v1/tools", 405],
  ["POST", "/v1/tools/t.v1", 405],
  ["GET", "/v1/tools/call", 405],
  ["GET", "/v1/tools/batch", 405],
  ["GET", "/", 404],
  ["GET", "/mcp/", 404],
  ["GET", "/MCP", 404],
  ["GET", "/v1", 404],
  ["GET", "/v1/tools/", 404],
  ["GET", "/v1/tools/a/b", 404],
  ["GET", "/v1/tools/a%2Fb", 404],
  ["GET", "/v1/tools/%E0%A4%A", 404],
  ["GET", "/etc/passwd", 404],
  ["GET", "//healthz", 404],
];

for (const [method, path, status] of ROUTES) {
  Deno.test(`${method} ${path} is answered with ${status}`, async () => {
    const response = await setUp().ask(method, path);
    assertEquals(response.status, status);
    if (status === 405) assertEquals(response.headers.get("allow") === null, false);
    const kind = path === "/mcp" || status === 200
      ? "application/json"
      : "application/problem+json";
    assertEquals(response.headers.get("content-type"), kind);
    await response.body?.cancel();
  });
}

Deno.test("a method that a path does not take is refused with the one that it takes", async () => {
  const { ask } = setUp();
  const allowed = async (method: string, path: string) => {
    const response = await ask(method, path);
    await response.body?.cancel();
    return response.headers.get("allow");
  };
  assertEquals(await allowed("GET", "/v1/tools/call"), "POST");
  assertEquals(await allowed("POST", "/v1/tools"), "GET, HEAD");
  assertEquals(await allowed("GET", "/mcp"), "POST, GET, DELETE");
});

Deno.test("/readyz says no once the server shuts down, while /healthz says yes", async () => {
  const { runtime, ask } = setUp();
  await runtime.shutdown();
  const ready = await ask("GET", "/readyz");
  assertEquals([ready.status, ready.headers.get("retry-after")], [503, "1"]);
  assertEquals((await ready.json()).code, "overloaded");
  const health = await ask("GET", "/healthz");
  assertEquals([health.status, await health.text()], [200, '{"status":"ok"}']);
});

for (const path of ["/mcp", "/v1/tools", "/healthz", "/unknown"]) {
  Deno.test(`${path} is refused with 403 to foreign hosts and pages`, async () => {
    const { ask } = setUp();
    for (
      const headers of [{ host: "evil.com" }, { origin: "http://evil.com" }, { origin: "null" }]
    ) {
      const response = await ask("GET", path, headers as unknown as Record<string, string>);
      assertEquals(response.status, 403);
      assertEquals((await response.json()).code, "forbidden");
    }
  });
}

Deno.test("a page of the server's own host is no foreign one", async () => {
  const response = await setUp().ask("GET", "/healthz", { origin: "http://127.0.0.1:8080" });
  assertEquals(response.status, 200);
  await response.text();
});

Deno.test("without a Host header, which HTTP/2 has not, the URL says the host", async () => {
  const runtime = createRuntime({ tools: [], clock: new FakeClock() });
  const router = createRouter(runtime, createGuard({ hostname: "127.0.0.1" }));
  const statusOf = async (url: string) => {
    const response = await router(new Request(url), {});
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await statusOf("http://localhost:8080/healthz"), 200);
  assertEquals(await statusOf("http://evil.com/healthz"), 403);
});
