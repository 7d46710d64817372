/** Upstreams over HTTP: what is sent to them, what is not, and what becomes of those that go away. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startHttpMcp } from "./support/http_mcp.ts";
import { ServedUpstreams } from "./support/served_upstreams.ts";
import { until } from "./support/wait.ts";

const TEXT = (text: string) => ({ content: [{ type: "text", text }] });

Deno.test("an upstream gets the operator's headers and nothing of the client's", async () => {
  await using upstream = startHttpMcp({ onCall: () => TEXT("done") });
  await using served = await ServedUpstreams.start([{
    name: "web",
    url: upstream.url,
    headers: { Authorization: "Bearer of-the-operator" },
  }]);
  assertEquals(await served.said("web__tool"), "done");
  const { headers } = upstream.requests.at(-1)!;
  assertEquals(headers.get("authorization"), "Bearer of-the-operator");
  assertEquals(headers.get("mcp-protocol-version"), "2026-07-28");
  assertEquals([headers.get("mcp-method"), headers.get("mcp-name")], ["tools/call", "tool"]);
});

Deno.test("a legacy upstream that forgets its session gets a new one", async () => {
  await using upstream = startHttpMcp({ era: "legacy", onCall: () => TEXT("done") });
  await using served = await ServedUpstreams.start([{ name: "web", url: upstream.url }]);
  assertEquals(await served.said("web__tool"), "done");
  upstream.forget();
  assertMatch(await served.said("web__tool"), /^upstream_failed: .*404|session/);
  await until(async () => (await served.said("web__tool")) === "done", "a new session");
});

Deno.test("an upstream of HTTP+SSE is found without being told", async () => {
  await using upstream = startHttpMcp({ era: "sse", onCall: () => TEXT("by SSE") });
  await using served = await ServedUpstreams.start([{ name: "old", url: upstream.url }]);
  assertEquals(served.status().state, "up", served.status().detail);
  assertEquals(await served.said("old__tool"), "by SSE");
});

Deno.test("link-local addresses and redirects elsewhere are refused", async (t) => {
  await using upstream = startHttpMcp({ onCall: () => TEXT("done") });
  const { port } = new URL(upstream.url);
  const refused: Readonly<Record<string, [string, RegExp]>> = {
    "a cloud's metadata": ["http://169.254.169.254/mcp", /169\.254\.169\.254 is link-local/],
    "the same, written in another way": ["http://[::ffff:a9fe:a9fe]/mcp", /is link-local/],
    "the same, as a number": ["http://2852039166/mcp", /169\.254\.169\.254 is link-local/],
    "its name": ["http://metadata.google.internal/mcp", /metadata\.google\.internal is link-local/],
    "a redirect to another host": [
      `http://127.0.0.1:${port}/elsewhere`,
      /redirects \(307\) to http:\/\/127\.0\.0\.2:1, which is not followed/,
    ],
  };
  for (const [what, [url, why]] of Object.entries(refused)) {
    await t.step(what, async () => {
      await using served = await ServedUpstreams.start([{ name: "web", url }]);
      assertEquals(served.status().state, "down");
      assertMatch(served.status().detail!, why);
    });
  }
  await t.step("a redirect on the same host is followed", async () => {
    const url = `http://127.0.0.1:${port}/moved`;
    await using served = await ServedUpstreams.start([{ name: "web", url }]);
    assertEquals(await served.said("web__tool"), "done");
  });
});

Deno.test("a call that is cancelled ends its request", async () => {
  const ended = Promise.withResolvers<void>();
  await using upstream = startHttpMcp({
    onCall: (_, signal) => {
      signal.addEventListener("abort", () => ended.resolve());
      return new Promise(() => {});
    },
  });
  await using served = await ServedUpstreams.start([{ name: "web", url: upstream.url }]);
  assertMatch(await served.said("web__tool", {}, 100), /^deadline_exceeded/);
  await ended.promise;
});

Deno.test("fifty upstreams are asked side by side", async () => {
  const stack = new AsyncDisposableStack();
  let open = 0, most = 0;
  const upstreams = Array.from({ length: 50 }, () =>
    stack.use(startHttpMcp({
      onCall: () => TEXT("done"),
      async onList() {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 200));
        open--;
      },
    })));
  await using _ = stack;
  await using served = await ServedUpstreams.start(
    upstreams.map(({ url }, at) => ({ name: `web${at}`, url })),
  );
  assertEquals(served.names().length, 50);
  assert(most > 10, `at most ${most} were asked at once`);
});
