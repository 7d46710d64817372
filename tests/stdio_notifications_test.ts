/** Progress and log messages over stdio: to whom they belong, how loud, and never after the answer. */
import { assert, assertEquals } from "@std/assert";
import {
  cancelled,
  initialize,
  legacy,
  LOG_LEVEL_KEY,
  type Message,
  modernCall,
} from "./support/mcp.ts";
import { startStdio, type StdioProcess } from "./support/stdio.ts";

function notifications({ messages }: StdioProcess, method: string): Message[] {
  return messages.items.filter((message) => message.method === `notifications/${method}`);
}

Deno.test("progress goes to those who gave a token, with their token", async () => {
  await using server = await startStdio({ fixtures: ["slow"] });
  await Promise.all([
    server.request(modernCall(1, "steps", { count: 3 }, { progressToken: "text" })),
    server.request(modernCall(2, "steps", { count: 2 }, { progressToken: 0 })),
    server.request(modernCall(3, "steps", { count: 2 })),
    server.request(modernCall(4, "steps", { count: 2 }, { progressToken: { odd: true } })),
    server.request(
      {
        ...legacy(5, "tools/call", { name: "steps", arguments: { count: 1 } }),
        params: { name: "steps", arguments: { count: 1 }, _meta: { progressToken: "legacy" } },
      } as Parameters<typeof server.request>[0],
    ),
  ]);
  const seen = notifications(server, "progress").map(({ params }) => params);
  const of = (token: unknown) => seen.filter(({ progressToken }) => progressToken === token);
  assertEquals(of("text").map(({ progress }) => progress), [1, 2, 3]);
  assertEquals(of("text")[1], {
    progressToken: "text",
    progress: 2,
    total: 3,
    message: "step 2",
  });
  assertEquals([of(0).length, of("legacy").length, seen.length], [2, 1, 6]);
});

Deno.test("progress comes before the answer, and never after a cancellation", async () => {
  await using server = await startStdio({ fixtures: ["slow"] });
  await server.request(modernCall(1, "steps", { count: 5 }, { progressToken: "p" }));
  assertEquals(server.messages.items.at(-1)?.id, 1);
  const gate = server.gate();
  const args = { count: 2, ...gate.arguments };
  await server.send(modernCall(2, "steps", args, { progressToken: "q" }));
  await server.messages.find(({ params }) => params?.progressToken === "q", "progress");
  await gate.reached();
  await server.send(cancelled(2));
  await gate.aborted();
  await server.request(legacy(3, "ping"));
  assertEquals(server.messages.items.at(-1)?.id, 3);
  assert(!server.messages.items.some(({ id }) => id === 2));
});

Deno.test("log messages go to modern calls that ask for them, as loud as they ask", async () => {
  await using server = await startStdio({ fixtures: ["slow"] });
  for (const [id, level] of [undefined, "warning", "info", "debug"].entries()) {
    const meta = level === undefined ? {} : { [LOG_LEVEL_KEY]: level };
    await server.request(modernCall(id, "steps", { count: 2 }, meta));
  }
  const seen = notifications(server, "message").map(({ params }) => params);
  assertEquals(seen.map(({ data }) => data), ["step 1", "step 2", "step 1", "step 2"]);
  assertEquals(seen[0].level, "info");
});

Deno.test("log messages go to a legacy client once it has set a level", async () => {
  await using server = await startStdio({ fixtures: ["slow"] });
  await server.request(initialize("init"));
  const steps = (id: number) =>
    server.request(legacy(id, "tools/call", { name: "steps", arguments: { count: 1 } }));
  await steps(1);
  assertEquals(notifications(server, "message"), []);
  assertEquals((await server.request(legacy(2, "logging/setLevel", { level: "info" }))).result, {});
  await steps(3);
  assertEquals(notifications(server, "message").length, 1);
  await server.request(legacy(4, "logging/setLevel", { level: "error" }));
  await steps(5);
  assertEquals(notifications(server, "message").length, 1);
  const refused = await server.request(legacy(6, "logging/setLevel", { level: "loud" }));
  assertEquals(refused.error?.code, -32602);
  // What the legacy client set is nothing to a modern call.
  await server.request(legacy(7, "logging/setLevel", { level: "debug" }));
  await server.request(modernCall(8, "steps", { count: 1 }));
  assertEquals(notifications(server, "message").length, 1);
});
