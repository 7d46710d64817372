/** The command line: flags, environment, help, and the exit status and one line for each mistake. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCli } from "./support/cli_process.ts";
import { parallelSteps } from "./support/parallel_steps.ts";
import { startServer } from "./support/server.ts";
import { startStdio } from "./support/stdio.ts";
import { modernCall } from "./support/mcp.ts";

/** Runs the command, which must fail with one line on stderr and nothing on stdout. */
async function fails(
  args: readonly string[],
  code: number,
  pattern: RegExp,
  env: Record<string, string> = {},
): Promise<void> {
  const run = await runCli(args, { env });
  assertEquals([run.code, run.stdout], [code, ""], run.stderr);
  assertMatch(run.stderr, /^gomcp: Cannot [^\n]*\n$/);
  assertMatch(run.stderr, pattern);
}

const BAD: readonly (readonly [string, RegExp])[] = [
  ["--mode=carrier-pigeon", /--mode: it is "carrier-pigeon", expected stdio, http/],
  ["--mode=", /--mode: it has no value/],
  ["--mode", /--mode: it has no value/],
  ["--max-worker=5", /--max-worker: .* did you mean --max-workers\?/],
  ["--nonsense", /--nonsense: there is no such flag/],
  ["-x", /x: there is no such flag/],
  ["extra", /"extra": expected flags only/],
  ["--max-workers=0", /--max-workers: it is "0", expected a number from 1 to/],
  ["--max-workers=many", /--max-workers: it is "many"/],
  ["--max-workers=100001", /--max-workers: .*100000/],
  ["--queue-max=-1", /--queue-max: it is "-1"/],
  ["--timeout=5", /--timeout: it is "5", expected a time/],
  ["--timeout=0s", /--timeout: it is "0s"/],
  ["--timeout=25h", /--timeout: it is "25h"/],
  ["--drain-timeout=soon", /--drain-timeout: it is "soon"/],
  ["--log-level=loud", /--log-level: it is "loud"/],
  ["--log-format=xml", /--log-format: it is "xml"/],
  ["--tools=", /--tools: it has no value/],
  ["--rate-limit=", /--rate-limit: it has no value/],
  ["--rate-limit=a=100", /--rate-limit "a=100": its rate is "100", expected COUNT\/PERIOD/],
  ["--rate-limit=a=1/s,per=ip", /--rate-limit "a=1\/s,per=ip": its per has "ip", expected some of/],
  ["--addr=8080", /--addr: it is "8080", expected HOST:PORT/],
  ["--addr=localhost:99999", /--addr: it is "localhost:99999"/],
  ["--addr=localhost:-1", /--addr: it is "localhost:-1"/],
  ["--addr=::1:80", /--addr: it is "::1:80"/],
  ["--root=/there/is/no/such/folder", /no\/such\/folder/],
];

Deno.test("each bad flag is refused in one line that names it, exit 1", async (t) => {
  const steps = BAD.map(([flag, pattern]) =>
    [flag, () => fails(["serve", "--mode=stdio", flag], 1, pattern)] as const
  );
  await parallelSteps(t, Object.fromEntries(steps));
});

Deno.test("a switch takes no nonsense: what is not true does not weaken safety", async () => {
  for (const value of ["no", "0", "off", "maybe"]) {
    await fails(
      ["serve", "--mode=stdio", `--allow-anonymous=${value}`],
      1,
      /--allow-anonymous/,
    );
  }
});

Deno.test("what stands behind -- is not dropped in silence", async () => {
  await fails(["serve", "--mode=stdio", "--", "--timeout=1s"], 1, /"?--(timeout=1s)?"?/);
});

Deno.test("a bad value from the environment is refused, and the variable is named", async () => {
  await fails(["serve"], 1, /GOMCP_MODE.*"nonsense"/, { GOMCP_MODE: "nonsense" });
});

Deno.test("an unknown command is refused", async () => {
  await fails(["nonsense"], 1, /"nonsense": there is no such command/);
});

Deno.test("help and version are on stdout, exit 0", async () => {
  for (const args of [[], ["help"], ["--help"], ["-h"], ["-help"]]) {
    const { code, stdout, stderr } = await runCli(args);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /Usage: gomcp COMMAND[^]*serve/);
  }
  const version = await runCli(["version", "--json"]);
  assertEquals([version.code, JSON.parse(version.stdout).mcp[0]], [0, "2026-07-28"]);
  assertMatch((await runCli(["--version"])).stdout, /^gomcp \d+\.\d+\.\d+ /);
});

Deno.test("the help of serve tells every flag, by each of its spellings", async () => {
  for (const flag of ["--help", "-help", "-h"]) {
    const { code, stdout, stderr } = await runCli(["serve", flag]);
    assertEquals([code, stderr], [0, ""]);
    for (const name of ["mode", "addr", "tools", "root", "timeout", "max-workers", "queue-max"]) {
      assert(stdout.includes(`--${name}=`), name);
    }
    assertMatch(stdout, /--allow-anonymous/);
  }
});

Deno.test("flags may be written with one dash, and with a blank instead of =", async () => {
  for (const mode of [["-mode=stdio"], ["-mode", "stdio"], ["--mode", "stdio"]]) {
    const { code, stderr } = await runCli(["serve", ...mode]);
    assertEquals(code, 0);
    assertMatch(stderr, /serving stdio/);
  }
});

Deno.test("the command line goes before the environment, and the last one counts", async () => {
  await using server = await startStdio({
    env: { GOMCP_MODE: "http", GOMCP_TIMEOUT: "200ms" },
    fixtures: ["slow"],
  });
  const late = await server.request(modernCall(1, "endless"));
  assertMatch(late.error!.message, /deadline of 200ms/);
  const { stderr } = await runCli(["serve", "--mode=http", "--mode=stdio"]);
  assertMatch(stderr, /serving stdio/);
});

Deno.test("the log is text or JSON, as loud as it is told to be, always on stderr", async () => {
  await using quiet = await startStdio({ args: ["--log-level=error"] });
  await quiet.request(modernCall(1, "echo", { msg: "hi" }));
  await quiet.closeInput();
  await quiet.exit();
  assertEquals(quiet.stderr, "");
  const { stderr } = await runCli(["serve", "--mode=stdio", "--log-format=text"]);
  assertMatch(stderr, /^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}serving stdio tools=1\n/);
  await using server = await startServer();
  for (const line of server.stderr.trimEnd().split("\n")) {
    assertEquals(typeof JSON.parse(line).time, "string");
  }
});
