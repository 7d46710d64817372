/** What is known of a client: what it says, and what its connection shows. */
import { assertEquals } from "@std/assert";
import { ClaimedClient } from "./client.ts";

Deno.test("ClaimedClient takes name and version from the claim, the address from the connection", () => {
  const claimed = { name: "inspector", version: "1.2", address: "forged" };
  const client = new ClaimedClient(claimed, { name: "x", address: "::1" });
  const expected = { name: "inspector", version: "1.2", address: "::1" };
  assertEquals({ name: client.name, version: client.version, address: client.address }, expected);
  assertEquals(JSON.parse(JSON.stringify(client)), expected);
});

Deno.test("ClaimedClient takes nothing but texts for a name, and keeps only their beginning", () => {
  for (const name of [1, null, {}, ["x"], undefined]) {
    assertEquals(new ClaimedClient({ name, version: name }, {}).name, undefined);
  }
  const long = new ClaimedClient({ name: "n".repeat(10_000), version: "v".repeat(10_000) }, {});
  assertEquals([long.name?.length, long.version?.length], [200, 200]);
});
