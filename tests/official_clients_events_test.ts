/** The official clients over HTTP: progress, logs, cancellation, subscriptions, pages. */
import { assertEquals } from "@std/assert";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { CLIENT_NAMES } from "./support/clients.ts";
import { runEventScenarios } from "./support/event_scenarios.ts";
import { startServer } from "./support/server.ts";

for (const name of CLIENT_NAMES.filter((each) => each.includes("HTTP"))) {
  Deno.test(
    `official client ${name} hears what happens and gives up when it wants to`,
    (t) => runEventScenarios(name, t),
  );
}

Deno.test("official client v2 HTTP modern sees that a server that stops ends its subscription", async () => {
  await using server = await startServer();
  const client = new Client({ name: "listening", version: "1" }, {
    versionNegotiation: { mode: "auto" },
  });
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`));
  // The transport's optional members are not those of exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  const { closed, honoredFilter } = await client.listen({ toolsListChanged: true });
  assertEquals(honoredFilter, { toolsListChanged: true });
  server.signal("SIGTERM");
  assertEquals(await closed, "graceful");
  assertEquals((await server.exit()).code, 0);
  await client.close();
});
