/** Stdout in stdio mode holds messages and nothing else, whatever a tool prints. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { initialize, legacyCall, modernCall } from "./support/mcp.ts";
import { startStdio } from "./support/stdio.ts";

// That nothing else stood on stdout is asserted for every stdio process, when it ends.

Deno.test("what a tool prints by console, process.stdout and Deno.stdout is on stderr, not on stdout", async () => {
  await using server = await startStdio({ fixtures: ["printing"] });
  await server.request(initialize("init"));
  const { result } = await server.request(legacyCall(1, "prints"));
  assertEquals(result.content[0].text, "printed");
  const again = await server.request(modernCall(2, "prints"));
  assertEquals(again.result.content[0].text, "printed");
  await server.closeInput();
  assertEquals((await server.exit()).code, 0);
  const ways = ["log", "info", "debug", "table", "dir", "group", "count", "time"];
  const printed = ["printed while loading", ...ways.map((way) => `console.${way}`)];
  for (const text of [...printed, "process.stdout", "writeSync", "Deno.stdout.write", "writable"]) {
    assertStringIncludes(server.stderr, text);
  }
});

Deno.test("the log of stdio mode is on stderr", async () => {
  await using server = await startStdio({ args: ["--log-level=debug", "--log-format=text"] });
  await server.request(modernCall(1, "echo", { msg: "hi" }));
  await server.closeInput();
  await server.exit();
  assertStringIncludes(server.stderr, "serving stdio");
});
