/** Where HTTP listens: loopback by default, and nothing beyond it that was not asked for aloud. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCli } from "./support/cli_process.ts";
import { RawConnection, rawGet } from "./support/raw_http.ts";
import { startServer } from "./support/server.ts";

async function statusOf(port: number, host: string): Promise<number> {
  using connection = await RawConnection.open(port);
  await connection.send(rawGet("/healthz", { host }));
  return (await connection.response()).status;
}

Deno.test("an address beyond loopback needs --allow-anonymous, exit 3 without it", async () => {
  for (const addr of [":0", "0.0.0.0:0", "[::]:0", "10.1.2.3:0", "example.com:0"]) {
    const { code, stdout, stderr } = await runCli(["serve", `--addr=${addr}`]);
    assertEquals([code, stdout], [3, ""], stderr);
    assertMatch(stderr, /^gomcp: Cannot listen on [^\n]* --allow-anonymous\n$/);
  }
});

Deno.test("--allow-anonymous is taken from the command line only", async () => {
  const env = { GOMCP_ALLOW_ANONYMOUS: "true", GOMCP_ADDR: ":0" };
  const { code, stderr } = await runCli(["serve"], { env });
  assertEquals(code, 3);
  assertMatch(stderr, /--allow-anonymous/);
});

Deno.test("with --allow-anonymous :0 is served, with a warning, under addresses but not names", async () => {
  await using server = await startServer({ args: ["--addr=:0", "--allow-anonymous"] });
  const warning = await server.log.find(({ level }) => level === "warn", "the warning");
  assertMatch(warning.message, /anybody/);
  assertEquals(await statusOf(server.port, `127.0.0.1:${server.port}`), 200);
  assertEquals(await statusOf(server.port, "192.0.2.7"), 200);
  assertEquals(await statusOf(server.port, "rebound.example"), 403);
});

Deno.test("loopback is served in each of its forms", async () => {
  for (const addr of ["127.0.0.1:0", "localhost:0"]) {
    await using server = await startServer({ args: [`--addr=${addr}`] });
    assert(server.url.startsWith(`http://${addr.slice(0, -1)}`), server.url);
    assertEquals((await server.request("/healthz")).status, 200, addr);
  }
});

Deno.test("a loopback address that is served may also be asked for", {
  ignore: Deno.build.os !== "linux", // elsewhere 127.0.0.1 is the only one
}, async () => {
  await using server = await startServer({ args: ["--addr=127.0.0.2:0"] });
  assertEquals((await server.request("/healthz")).status, 200);
});

Deno.test("an address that is in use is told in one line, exit 1", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  for (const mode of ["http", "all"]) {
    const args = ["serve", `--mode=${mode}`, `--addr=127.0.0.1:${port}`];
    const { code, stdout, stderr } = await runCli(args);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, new RegExp(`^gomcp: Cannot listen on 127.0.0.1:${port}: .*in use.*\\n$`));
  }
});

Deno.test("a host that cannot be found is told in one line, exit 1", async () => {
  const args = ["serve", "--addr=nowhere.invalid:0", "--allow-anonymous"];
  const { code, stderr } = await runCli(args);
  assertEquals(code, 1);
  assertMatch(stderr, /^gomcp: Cannot listen on nowhere\.invalid:0: [^\n]*\n$/);
});
