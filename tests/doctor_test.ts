/** `gomcp doctor` and `gomcp health`: what they see, and with which status they end. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Authority } from "./support/certificates.ts";
import { cliEnv, CliProcess, denoArgs, runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { startServer } from "./support/server.ts";
import { until } from "./support/wait.ts";

interface Finding {
  readonly check: string;
  readonly level: "ok" | "warning" | "failed";
  readonly detail: string;
}

const LOCALHOST = { names: ["localhost"], altNames: [["DNS", "localhost"]] } as const;

async function doctor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await runCli(["doctor", "--json", ...args], { env });
  assertEquals(stderr, "");
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: readonly Finding[] };
  const of = (check: string) => findings.filter((each) => each.check === check);
  return { code, ok, findings, of };
}

const TOOL = `import { defineTool } from "gomcp";
export const hello = defineTool({ name: "hello", description: "x", handler: () => "hi" });\n`;

Deno.test("doctor finds nothing wrong where nothing is, and tells what it looked at", async () => {
  await using folder = await TempFolder.of({ "hello.ts": TOOL });
  const state = `--state=sqlite:${folder.path}/state.db`;
  const args = ["--addr=127.0.0.1:0", state, `--tools=${folder.path}/hello.ts`];
  const { code, ok, findings, of } = await doctor(args);
  assertEquals([code, ok], [0, true], JSON.stringify(findings));
  assertEquals(
    [...new Set(findings.map(({ check }) => check))],
    ["configuration", "clock", "port", "state", "keys", "permissions", "modules", "machine"],
  );
  assertMatch(of("modules")[0]!.detail, /^2 tools, /);
  const { stdout } = await runCli(["doctor", ...args]);
  assertMatch(stdout, /^ok {7}configuration {2}no file, \d+ settings\nok {7}clock /);
});

/** What is wrong, what is said of it, and by which check. */
const WRONG: readonly (readonly [args: readonly string[], check: string, said: RegExp])[] = [
  [["--mode=ftp"], "configuration", /it is "ftp", expected stdio/],
  [["--state=sqlite:/proc/nowhere/state.db"], "state", /\/proc\/nowhere/],
  [["--tools=/nowhere/tool.ts"], "modules", /\/nowhere\/tool\.ts/],
  [["--audit-file=/proc/nowhere/audit.jsonl"], "permissions", /\/proc\/nowhere cannot be written/],
  [["--root=/nowhere"], "permissions", /--root \/nowhere is no folder/],
  [["--require-key", "--state=memory:"], "state", /lets nobody in/],
];

for (const [args, check, said] of WRONG) {
  Deno.test(`doctor ${args.join(" ")} fails, and says why`, async () => {
    const { code, ok, of, findings } = await doctor(["--addr=127.0.0.1:0", ...args]);
    assertEquals([code, ok], [1, false]);
    const details = of(check).filter(({ level }) => level === "failed").map(({ detail }) => detail);
    assertMatch(details.join("\n"), said, JSON.stringify(findings));
  });
}

Deno.test("doctor tells a port that gomcp has from one that another program has", async () => {
  await using folder = await TempFolder.of();
  const env = { XDG_RUNTIME_DIR: folder.path, GOMCP_ADMIN_SOCKET: "auto" };
  await using server = await startServer({ env });
  const ours = await doctor([`--addr=127.0.0.1:${server.port}`], env);
  assertMatch(ours.of("port")[0]!.detail, /is taken by gomcp, which runs as \d+$/);
  assertEquals(ours.of("port")[0]!.level, "ok");
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const theirs = await doctor([`--addr=127.0.0.1:${other.addr.port}`], env);
  assertEquals([theirs.code, theirs.of("port")[0]!.level], [1, "failed"]);
});

Deno.test("doctor reads keys and certificates, and warns of what is open to others", async () => {
  const authority = await Authority.create();
  const { cert, key } = await authority.sign(LOCALHOST);
  const other = await authority.sign(LOCALHOST);
  await using folder = await TempFolder.of({ "tls.crt": cert, "tls.key": key, "2.key": other.key });
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.chmod(at("tls.key"), 0o644);
  const tls = (name: string) => [`--tls-cert=${at("tls.crt")}`, `--tls-key=${at(name)}`];
  const open = await doctor(["--addr=127.0.0.1:0", ...tls("tls.key")]);
  assertEquals(open.code, 0);
  assert(
    open.of("keys").some(({ level, detail }) =>
      level === "warning" && /is open to others \(mode 644\), expected 600/.test(detail)
    ),
  );
  const strict = await doctor(["--addr=127.0.0.1:0", "--strict", ...tls("tls.key")]);
  assertEquals(strict.code, 1);
  const wrong = await doctor(["--addr=127.0.0.1:0", ...tls("2.key")]);
  assertEquals(wrong.of("keys").map(({ level }) => level), ["failed"]);
});

Deno.test("doctor warns of keys that expire soon, and sees a clock that was put back", async () => {
  await using folder = await TempFolder.of();
  const url = `sqlite:${folder.path}/state.db`;
  const env = { GOMCP_STATE: url };
  await runCli(["tenant", "create", "acme"], { env });
  await runCli(["tenant", "key", "create", "acme", "--name=ci", "--expires=2d"], { env });
  const { of } = await doctor(["--addr=127.0.0.1:0"], env);
  assertMatch(of("state").at(-1)!.detail, /^key "ci" of tenant "acme" expires in 2 days$/);
  const future = new Date(Date.now() + 3_600_000);
  await Deno.utime(`${folder.path}/state.db`, future, future);
  const late = await doctor(["--addr=127.0.0.1:0"], env);
  assertMatch(late.of("clock")[0]!.detail, /state\.db was written 3\d{3} s in the future$/);
  assertEquals(late.code, 1);
});

Deno.test("health tells a server that lives from one that drains and one that is not there", async () => {
  await using folder = await TempFolder.of();
  const env = { XDG_RUNTIME_DIR: folder.path, GOMCP_ADMIN_SOCKET: "auto" };
  await using server = await startServer({ env, fixtures: ["slow"] });
  const health = (...args: readonly string[]) => runCli(["health", ...args]);
  const [live, ready] = [[`--url=${server.url}`], [`--url=${server.url}`, "--ready"]];
  assertMatch((await health(...live)).stdout, /^ok: http:\S+\/healthz answers 200 /);
  assertEquals((await health(...ready)).code, 0);
  // The server knows where it listens, and who shares its environment asks there.
  const byEnv = await runCli(["health"], { env: { GOMCP_ADDR: `:${server.port}` } });
  assertEquals(byEnv.code, 0, byEnv.stdout);
  const gate = server.gate();
  const open = server.call("gate", gate.arguments);
  await gate.reached();
  server.signal("SIGTERM");
  await until(async () => (await health(...ready)).code === 1, "the server is not ready");
  assertEquals(await health(...live, "--quiet"), { code: 0, stdout: "", stderr: "" });
  await gate.open();
  await open;
  await server.exit();
  const gone = await health(...live);
  assertEquals(gone.code, 4);
  assertMatch(gone.stdout, /does not answer/);
});

Deno.test("health of a server by TLS asks for its authority", async () => {
  const authority = await Authority.create();
  const { cert, key } = await authority.sign(LOCALHOST);
  await using folder = await TempFolder.of({
    "tls.crt": cert,
    "tls.key": key,
    "ca.crt": authority.cert,
  });
  const at = (name: string) => `${folder.path}/${name}`;
  const args = [`--tls-cert=${at("tls.crt")}`, `--tls-key=${at("tls.key")}`];
  await using server = await startServer({ args });
  const url = `--url=https://localhost:${server.port}`;
  assertEquals((await runCli(["health", url])).code, 4);
  assertEquals((await runCli(["health", url, `--tls-ca=${at("ca.crt")}`])).code, 0);
});

Deno.test("the first server on a terminal says where to go next, the second does not", async () => {
  if (Deno.build.os !== "linux") return; // script(1) of other systems takes other arguments
  await using folder = await TempFolder.of();
  const socket = `${folder.path}/admin.sock`;
  const serve = ["serve", "--addr=127.0.0.1:0", `--admin-socket=${socket}`];
  const said = async () => {
    const line = [Deno.execPath(), ...denoArgs(serve)].join(" ");
    await using terminal = new CliProcess(["-qec", line, "/dev/null"], "null", {
      executable: "/usr/bin/script",
      env: cliEnv({ XDG_STATE_HOME: folder.path, SHELL: "/bin/sh" }),
    });
    await until(() => /serving HTTP/.test(terminal.stdout), "the server listens");
    await until(async () => {
      const { code } = await runCli(["drain", `--admin-socket=${socket}`]);
      return code === 0;
    }, "the server is drained");
    assertEquals((await terminal.exit()).code, 0);
    return terminal.stdout;
  };
  assertMatch(await said(), /gomcp serves 1 tool at http:\S+\. Where to go next/);
  assert(!/Where to go next/.test(await said()));
});
