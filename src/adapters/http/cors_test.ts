/** What browsers are told, once an origin was found good; a foreign one is told nothing. */
import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { isPreflight, preflight, withCors } from "./cors.ts";
import { createGuard } from "./guard.ts";
import { createRouter } from "./router.ts";

const ORIGIN = "https://app.example.com";

function setUp() {
  const runtime = createRuntime({ tools: [], clock: new FakeClock() });
  const guard = createGuard({ hostname: "127.0.0.1", allowOrigins: [ORIGIN] });
  const router = createRouter(runtime, guard);
  return async (method: string, path: string, headers: Record<string, string>) =>
    await router(new Request(`http://127.0.0.1:8080${path}`, { method, headers }), {});
}

const ASK = { origin: ORIGIN, "access-control-request-method": "POST" };

Deno.test("isPreflight() knows a browser's question from other requests", () => {
  const of = (method: string, headers: Record<string, string>) =>
    isPreflight(new Request("http://localhost/", { method, headers }));
  assertEquals(of("OPTIONS", ASK), true);
  assertEquals(of("OPTIONS", { origin: ORIGIN }), false);
  assertEquals(of("POST", ASK), false);
});

Deno.test("preflight() allows what MCP's clients send, and mirrored parameters that are asked for", () => {
  const allowedFor = (asked?: string) => {
    const headers = asked === undefined ? {} : { "access-control-request-headers": asked };
    const request = new Request("http://localhost/", { method: "OPTIONS", headers });
    return preflight(request, ORIGIN).headers.get("access-control-allow-headers")!.split(", ");
  };
  const always = allowedFor();
  for (const name of ["content-type", "mcp-session-id", "mcp-protocol-version", "mcp-method"]) {
    assert(always.includes(name), name);
  }
  assertEquals(allowedFor("Mcp-Param-Region,x-evil , mcp-param-a b,cookie"), [
    ...always,
    "mcp-param-region",
  ]);
});

for (const path of ["/mcp", "/v1/tools/call", "/healthz", "/unknown"]) {
  Deno.test(`a page of an allowed origin may ask for ${path}, and read the answer`, async () => {
    const ask = setUp();
    const allowed = await ask("OPTIONS", path, ASK);
    assertEquals([allowed.status, allowed.body], [204, null]);
    assertEquals(allowed.headers.get("access-control-allow-origin"), ORIGIN);
    assert(allowed.headers.get("access-control-allow-methods")!.includes("POST"));
    assert(allowed.headers.get("vary")!.includes("origin"));
    const answer = await ask("GET", path, { origin: ORIGIN });
    assertEquals(answer.headers.get("access-control-allow-origin"), ORIGIN);
    assert(answer.headers.get("access-control-expose-headers")!.includes("mcp-session-id"));
    assertEquals(answer.headers.get("vary"), "origin");
    await answer.body?.cancel();
  });
}

Deno.test("a page of a foreign origin is refused, and told nothing that a browser would take for a yes", async () => {
  const ask = setUp();
  for (const origin of ["https://evil.com", "null", "https://app.example.com.evil.com"]) {
    for (const method of ["OPTIONS", "GET"]) {
      const answer = await ask(method, "/healthz", { ...ASK, origin });
      assertEquals(answer.status, 403);
      assertEquals(answer.headers.get("access-control-allow-origin"), null);
      await answer.body?.cancel();
    }
  }
});

Deno.test("nobody is let in with cookies", async () => {
  const answer = await setUp()("OPTIONS", "/mcp", ASK);
  assertEquals(answer.headers.get("access-control-allow-credentials"), null);
});

Deno.test("an answer to who is no page says nothing of origins", async () => {
  const answer = await setUp()("GET", "/healthz", {});
  assertEquals(answer.headers.get("access-control-allow-origin"), null);
  await answer.body?.cancel();
});

Deno.test("withCors() marks answers that come at once and later", async () => {
  for (const answer of [new Response("x"), Promise.resolve(new Response("x"))]) {
    const marked = await withCors(answer, ORIGIN);
    assertEquals(marked.headers.get("access-control-allow-origin"), ORIGIN);
    await marked.body?.cancel();
  }
});
