/** The official clients over Streamable HTTP, in both eras. */
import { assertEquals } from "@std/assert";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { runScenarios } from "./support/client_scenarios.ts";
import { CLIENT_NAMES } from "./support/clients.ts";
import { MODERN } from "./support/mcp.ts";
import { startServer } from "./support/server.ts";

for (const name of CLIENT_NAMES.filter((each) => each.includes("HTTP"))) {
  Deno.test(`official client ${name} does what clients do`, (t) => runScenarios(name, t));
}

Deno.test("official client v2: a pinned revision needs no fallback", async () => {
  await using server = await startServer();
  const client = new Client({ name: "pinned", version: "1" }, {
    versionNegotiation: { mode: { pin: MODERN } },
  });
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`));
  // The transport's optional members are not those of exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  assertEquals(client.getProtocolEra(), "modern");
  assertEquals(client.getDiscoverResult()?.supportedVersions, [MODERN]);
  await client.close();
});
