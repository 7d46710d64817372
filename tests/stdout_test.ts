/** Stdout in stdio mode holds messages and nothing else, whatever a tool does to reach it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type CliOptions } from "./support/cli_process.ts";
import { initialize, legacyCall, modernCall } from "./support/mcp.ts";
import { startStdio, type StdioProcess } from "./support/stdio.ts";

// That nothing else stood on stdout is asserted for every stdio process, when it ends.

const LINUX = Deno.build.os === "linux";

async function assertPrintsToStderr(options: CliOptions): Promise<void> {
  await using server = await startStdio({ ...options, fixtures: ["printing"] });
  await server.request(initialize("init"));
  const { result } = await server.request(legacyCall(1, "prints"));
  assertEquals(result.content[0].text, "printed");
  const again = await server.request(modernCall(2, "prints"));
  assertEquals(again.result.content[0].text, "printed");
  await end(server);
  const ways = ["log", "info", "debug", "table", "dir", "group", "count", "time"];
  const printed = ["printed while loading", ...ways.map((way) => `console.${way}`)];
  for (const text of [...printed, "process.stdout", "writeSync", "Deno.stdout.write", "writable"]) {
    assertStringIncludes(server.stderr, text);
  }
}

async function end(server: StdioProcess): Promise<void> {
  await server.closeInput();
  assertEquals((await server.exit()).code, 0);
}

Deno.test("what a tool prints is on stderr, not on stdout", () => assertPrintsToStderr({}));

Deno.test("what a tool prints is on stderr also where the program may not call into libc", () =>
  assertPrintsToStderr({ denoFlags: ["--deny-ffi"] }));

Deno.test({
  name:
    "programs, workers and descriptor 1 write to stderr, and nobody reads the client's messages",
  ignore: !LINUX,
  async fn() {
    const env = { DENO_V8_FLAGS: "--stack-size=900" };
    await using server = await startStdio({ fixtures: ["reaching"], env });
    const { result } = await server.request(modernCall(1, "reaches"));
    assertEquals(result.structuredContent, {
      stolen: "",
      own: null,
      pid: server.pid,
      kept: null,
      v8: "--stack-size=900",
    });
    const next = await server.request(modernCall(2, "echo", { msg: "still here" }));
    assertEquals(next.result.content[0].text, "still here");
    await end(server);
    const ways = [
      "Deno.Command",
      "node:child_process",
      "a shell",
      "a worker",
      "node:fs",
      "/dev/",
    ];
    for (const way of ways) assertStringIncludes(server.stderr, `by ${way}`);
  },
});

Deno.test({
  name: "a program that a tool left running does not keep the client's stdout open",
  ignore: !LINUX,
  async fn() {
    await using server = await startStdio({ fixtures: ["reaching"] });
    const { result } = await server.request(modernCall(1, "leaves"));
    await server.closeInput();
    // It holds stderr, though, as a program may.
    await server.messages.ended();
    Deno.kill(Number(result.content[0].text), "SIGKILL");
    assertEquals((await server.exit()).code, 0);
  },
});

Deno.test("the log of stdio mode is on stderr", async () => {
  await using server = await startStdio({ args: ["--log-level=debug", "--log-format=text"] });
  await server.request(modernCall(1, "echo", { msg: "hi" }));
  await server.closeInput();
  await server.exit();
  assertStringIncludes(server.stderr, "serving stdio");
});
