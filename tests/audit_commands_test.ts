/** `gomcp audit`: what its commands print, and with which status they end. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import { createAuditLog, openAuditFile } from "gomcp";
import { readAudit, verifyAudit } from "./support/audit_log.ts";
import { CliProcess, runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { startServer } from "./support/server.ts";
import { until } from "./support/wait.ts";

const TOOLS = `import { defineTool } from "gomcp";
const input = { type: "object" };
export const look = defineTool({ name: "look", description: "x", input,
  annotations: { readOnlyHint: true }, handler: ({ n }) => "saw " + n });
export const write = defineTool({ name: "write", description: "x", input,
  handler: () => "written" });
export const login = defineTool({ name: "login", description: "x", input,
  annotations: { idempotentHint: true }, handler: () => "hello" });
`;

/** A log of some calls, and the tools that were called. */
async function recorded(level = "full", more: readonly string[] = []): Promise<TempFolder> {
  const policy = JSON.stringify({ rules: [{ level }] });
  const folder = await TempFolder.of({ "tools.ts": TOOLS, "policy.json": policy });
  const file = `${folder.path}/audit.jsonl`;
  const audit = [`--audit-file=${file}`, `--audit-policy=${folder.path}/policy.json`];
  const args = [`--tools=${folder.path}/tools.ts`, ...audit, ...more];
  await using server = await startServer({ args });
  for (const n of [1, 2, 3]) await server.call("look", { n });
  await server.call("write", { n: 4 });
  await server.call("login", { password: "s3cret" });
  await server.call("nobody", {});
  server.signal("SIGTERM");
  await server.exit();
  return folder;
}

async function audit(...args: readonly string[]) {
  const { code, stdout, stderr } = await runCli(["audit", ...args]);
  return { code, stderr, stdout, lines: stdout.trimEnd().split("\n") };
}

Deno.test("audit commands read a log of whole calls", async (t) => {
  await using folder = await recorded();
  const file = `${folder.path}/audit.jsonl`;
  await t.step("audit query prints the records that fit, as text, JSON or columns", async () => {
    const all = await audit("query", file);
    assertEquals([all.code, all.lines.length, all.stderr], [0, 6, ""]);
    assertMatch(all.lines[0]!, /^\S+Z completed ok tenant=default #1 rest look .* args=\{"n":1\}/);
    const json = await audit("query", "--json", "--tool=look", file);
    assertEquals(json.lines.map((line) => JSON.parse(line).args.n), [1, 2, 3]);
    const refused = await audit("query", file, "--decision", "refused", "--fields=tool,code");
    assertEquals(refused.stdout, "nobody\tunknown_tool\n");
    const some = await audit(
      "query",
      file,
      "--tool=l*",
      "--limit=2",
      "--fields=seq,tool",
      "--json",
    );
    assertEquals(some.lines.map((line) => JSON.parse(line)), [
      { seq: 1, tool: "look" },
      { seq: 2, tool: "look" },
    ]);
    assertEquals((await audit("query", file, "--since=1h")).lines.length, 6);
    assertEquals((await audit("query", file, "--until=1h")).stdout, "");
    assertEquals((await audit("query", file, "--since=2100-01-01")).stdout, "");
  });
  await t.step("audit tail prints the last records that fit", async () => {
    const { lines } = await audit("tail", "--lines=2", "--json", file);
    assertEquals(lines.map((line) => JSON.parse(line).tool), ["login", "nobody"]);
    const looked = await audit("tail", "--lines=1", "--tool=look", "--json", file);
    assertEquals(looked.lines.map((line) => JSON.parse(line).seq), [3]);
  });
  await t.step(
    "audit hash tells what stands for a secret, from the command line or stdin",
    async () => {
      const login = (await readAudit(file)).find(({ tool }) => tool === "login");
      const key = `--key-file=${file}.key`;
      const { stdout, code } = await audit("hash", key, "s3cret");
      assertEquals([login?.args, code], [{ password: `hmac:${stdout.trim()}` }, 0]);
      const args = await audit("hash", key, "--args", '{"password": "s3cret"}');
      assertEquals(args.stdout.trim(), login?.argHash);
      const other = await audit("hash", key, "--tenant=other", "s3cret");
      assert(other.stdout !== stdout);
      assert(!(await Deno.readTextFile(file)).includes("s3cret"));
    },
  );
  await t.step("audit replay makes harmless calls again and finds them the same", async () => {
    const local = `--tools=${folder.path}/tools.ts`;
    const { code, stdout } = await audit("replay", file, local, "--speed=max", "--json");
    const facts = JSON.parse(stdout);
    assertEquals([code, facts.replayed, facts.same, facts.uncompared], [0, 4, 4, 0]);
    const gone = await audit("replay", file, "--url=http://127.0.0.1:1/mcp");
    assertEquals([gone.code, gone.stdout], [4, ""]);
    assertMatch(gone.stderr, /^gomcp: Cannot reach http:\/\/127\.0\.0\.1:1: .*\n$/);
    assertEquals(facts.skipped, {
      "neither read-only nor idempotent (see --force)": 1,
      "something was taken out of the arguments": 1,
    });
    const forced = await audit("replay", file, local, "--speed=max", "--json", "--force");
    assertEquals(JSON.parse(forced.stdout).replayed, 5);
    assertEquals(forced.stderr, "");
  });
  await t.step(
    "audit replay to a server finds what has changed, by REST and by MCP, and ends with 1",
    async () => {
      const changed = TOOLS.replace('"saw " + n', 'n === 2 ? "other" : "saw " + n');
      await using server = await startServer({
        args: [`--tools=${await folder.write("changed/tools.ts", changed)}`],
      });
      for (const path of ["", "/mcp"]) {
        const url = `--url=${server.url}${path}`;
        const { code, stdout } = await audit("replay", file, url, "--speed=10", "--json");
        const facts = JSON.parse(stdout);
        assertEquals([code, facts.replayed, facts.different], [1, 4, 1], stdout);
        const [{ tool, seq, what }] = facts.differences;
        assertEquals([tool, seq, what], ["look", 2, "result"]);
      }
      const text = await audit("replay", file, `--url=${server.url}`, "--speed=max", "--tool=look");
      assertEquals(text.code, 1);
      assertMatch(text.stdout, /look \(record 2 of tenant "default"\): result was \w+, is \w+/);
      assertMatch(text.stdout, /replayed 3 calls to http:\S+: 2 the same, 1 different\n$/);
    },
  );
});

Deno.test("audit stats counts by tool, tenant and code", async () => {
  await using folder = await recorded("metadata", ["--audit-mode=required"]);
  const file = `${folder.path}/audit.jsonl`;
  const { stdout } = await audit("stats", "--json", file);
  const { records, stages, tenants, tools } = JSON.parse(stdout);
  assertEquals([records, tenants], [12, { default: 6 }]);
  assertEquals(stages, { received: 6, completed: 5, refused: 1 });
  assertEquals([tools.look.calls, tools.look.codes, tools.nobody.codes], [
    3,
    { ok: 3 },
    { unknown_tool: 1 },
  ]);
  const text = await audit("stats", file);
  assert(text.lines.some((line) => /^look +3 .* ok 3$/.test(line)), text.stdout);
});

Deno.test("audit tail --follow sees every record, over rotations, in order", async () => {
  await using folder = await TempFolder.of();
  const file = `${folder.path}/audit.jsonl`;
  await using server = await startServer({
    args: [`--audit-file=${file}`, "--audit-rotate-size=2KiB"],
  });
  await server.call("echo", { msg: "first" });
  await until(() => Deno.statSync(file).size > 0, "the file has its first record");
  await using tail = new CliProcess(["audit", "tail", "--follow", "--json", file], "null", {});
  await until(() => tail.stdout.includes('"seq":1,'), "the first record is shown");
  const count = () => tail.stdout.split("\n").length - 1;
  for (let shown = 31; shown <= 121; shown += 30) {
    for (let i = 0; i < 30; i++) await server.call("echo", { msg: "x" });
    // What is shown is written; so the file is full when the next ones come.
    await until(() => count() >= shown, `${shown} records are shown`);
  }
  const seqs = tail.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).seq);
  assertEquals(seqs, Array.from({ length: 121 }, (_, i) => i + 1));
  tail.signal("SIGTERM");
  assertEquals((await tail.exit()).code, 0);
  server.signal("SIGTERM");
  await server.exit();
  const verdict = await verifyAudit("--rotated", file);
  assertEquals([verdict.ok, verdict.records], [true, 121]);
  assert(verdict.segments > 1);
});

Deno.test("audit verify names what is wrong and ends with 1", async () => {
  await using folder = await recorded("metadata");
  const file = `${folder.path}/audit.jsonl`;
  const good = await audit("verify", file);
  assertEquals(good.code, 0);
  assertMatch(good.stdout, /^ok: 6 records in 1 segment\nhead: [0-9a-f]{64}\n$/);
  const head = /head: (\w+)/.exec(good.stdout)![1]!;
  assertEquals((await audit("verify", "--head", head, file)).code, 0);
  assertEquals((await audit("verify", "--head", "0".repeat(64), file)).code, 1);
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace('"tool":"write"', '"tool":"wrote"'));
  const bad = await audit("verify", file);
  assertEquals(bad.code, 1);
  assert(bad.stdout.includes('record 4 of tenant "default" is not as it was written'), bad.stdout);
  assert(bad.stdout.includes("NOT OK"));
});

/** A log with some records, as a server leaves it. */
async function writeLog(path: string, segments = 1): Promise<void> {
  for (let segment = 0; segment < segments; segment++) {
    const log = createAuditLog({ sinks: [await openAuditFile({ path })] });
    const who = { tenant: "a", adapter: "rest", kind: "tool", tool: "look" } as const;
    const end = { stage: "completed", decision: "allowed", code: "ok" } as const;
    log.log({ time: Date.now(), ...who, ...end });
    await log.close();
  }
}

Deno.test("audit verify checks the logs of several processes one by one", async () => {
  await using folder = await TempFolder.of();
  const [first, second] = [1, 2].map((place) => `${folder.path}/audit.${place}.jsonl`);
  await writeLog(first!);
  await writeLog(second!, 2);
  const good = await audit("verify", second!, first!);
  assertEquals(good.code, 0, good.stdout);
  assertEquals(good.lines.filter((line) => /^(log|ok)/.test(line)), [
    `log ${first}`,
    "ok: 1 records in 1 segment",
    `log ${second}`,
    "ok: 2 records in 2 segments",
  ]);
  const text = await Deno.readTextFile(second!);
  await Deno.writeTextFile(second!, text.replace('"tool":"look"', '"tool":"lock"'));
  const bad = await audit("verify", "--json", first!, second!);
  const { ok, logs } = JSON.parse(bad.stdout);
  assertEquals([bad.code, ok], [1, false]);
  assertEquals(logs.map((each: { log: string; ok: boolean }) => [each.log, each.ok]), [
    [first, true],
    [second, false],
  ]);
  const both = await audit("verify", `--head=${"0".repeat(64)}`, first!, second!);
  assertMatch(both.stderr, /Cannot look for --head: the files are of 2 logs, expected one/);
});

Deno.test("audit verify takes files that somebody has numbered for one log, with the log itself", async () => {
  await using folder = await TempFolder.of();
  const path = `${folder.path}/audit.jsonl`;
  await writeLog(path);
  await Deno.rename(path, `${folder.path}/audit.1.jsonl`);
  await writeLog(path);
  const { code, lines } = await audit("verify", path, `${folder.path}/audit.1.jsonl`);
  assertEquals([code, lines[0]], [0, "ok: 2 records in 2 segments"]);
});

Deno.test("audit verify checks signatures against the key that it is given", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const other = generateKeyPairSync("ed25519").publicKey;
  const pem = { type: "spki", format: "pem" } as const;
  await using keys = await TempFolder.of({
    "private.pem": String(privateKey.export({ type: "pkcs8", format: "pem" })),
    "public.pem": String(publicKey.export(pem)),
    "other.pem": String(other.export(pem)),
  });
  await using folder = await recorded("metadata", [`--audit-sign-key=${keys.path}/private.pem`]);
  const file = `${folder.path}/audit.jsonl`;
  assertEquals((await audit("verify", file, `--public-key=${keys.path}/public.pem`)).code, 0);
  const bad = await audit("verify", file, `--public-key=${keys.path}/other.pem`);
  assertEquals(bad.code, 1);
  assertMatch(bad.stdout, /signature: .*the seal of segment 1 is signed by/);
});

Deno.test("audit replay compares results of full files with the key of their log, and says where it has none", async () => {
  // In this mode every call begins a batch: the second file holds the end of the first call.
  await using folder = await recorded("full", ["--audit-rotate-size=1", "--audit-mode=required"]);
  const local = `--tools=${folder.path}/tools.ts`;
  const changed = TOOLS.replace('"saw "', '"seen "');
  const other = `--tools=${await folder.write("changed/tools.ts", changed)}`;
  const full = `${folder.path}/audit.00000002.jsonl`;
  for (const files of [[full], [`${folder.path}/audit.jsonl`, "--rotated"]]) {
    const same = await audit("replay", ...files, local, "--speed=max", "--json");
    const { different, uncompared } = JSON.parse(same.stdout);
    assertEquals([same.code, different, uncompared], [0, 0, 0], same.stdout);
    assertEquals((await audit("replay", ...files, other, "--speed=max")).code, 1);
  }
  // A server of several processes has one key for the logs of all.
  await Deno.copyFile(full, `${folder.path}/audit.3.jsonl`);
  const third = await audit("replay", `${folder.path}/audit.3.jsonl`, local, "--speed=max");
  assertMatch(third.stdout, /: 1 the same, 0 different\n$/);
  await Deno.remove(`${folder.path}/audit.jsonl.key`);
  const { code, stdout } = await audit("replay", full, local, "--speed=max");
  assertEquals(code, 0);
  assertMatch(stdout, /: 0 the same, 0 different, 1 of which only the code was compared\n$/);
});

Deno.test({
  name: "audit replay draws its progress on a terminal, also while no call ends, and clears it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await recorded();
    const args = [`${folder.path}/audit.jsonl`, `--tools=${folder.path}/tools.ts`, "--tool=look"];
    // Of util-linux, as prlimit is: a terminal of the command's own.
    const wrapper = ["sh", "-c", 'exec script -qec "$*" /dev/null', "sh"];
    const { code, stdout } = await runCli(["audit", "replay", ...args], {
      wrapper,
      env: { TERM: "xterm" },
    });
    assertEquals(code, 0, stdout);
    const [before, after] = stdout.split("\r\x1b[K");
    const begin = `\r[${".".repeat(30)}] 0/3 calls, 0 different, 0.0s of `;
    assert(before!.startsWith(begin), before);
    assertMatch(after!, /^latency .*\r\n.*3 the same, 0 different\r\n$/);
  },
});

Deno.test("audit replay says 2 when there is nothing to replay", async () => {
  await using folder = await recorded("metadata");
  const args = [`${folder.path}/audit.jsonl`, "--speed=max", "--json"];
  const { code, stdout } = await audit("replay", ...args);
  assertEquals([code, JSON.parse(stdout).skipped], [2, { "recorded without arguments": 6 }]);
});

const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [["nonsense"], 'Cannot run "audit nonsense": there is no such command'],
  [["query"], "Cannot read audit log: expected a file"],
  [["verify", "/no/such"], "Cannot read audit log /no/such: there is no such file"],
  [["query", "--since=soon", "x"], 'Cannot read --since: it is "soon", expected a time'],
  [["query", "--since=5", "x"], 'Cannot read --since: it is "5", expected a time'],
  [["query", "--fields=tool,toll", "x"], 'Cannot read --fields: it has "toll", expected seq, time'],
  [
    ["tail", "--decision=denied", "x"],
    'Cannot read --decision: it is "denied", expected pending, allowed, refused',
  ],
  [["tail", "--lines=x", "y"], 'Cannot read --lines: it is "x", expected a number'],
  [["tail", "--follow", "a", "b"], "Cannot follow: expected one file"],
  [["verify", "--head=x", "y"], 'Cannot read --head: it is "x", expected 64 hex digits'],
  [["hash", "x"], "Cannot hash: there is no key"],
  [["hash"], "Cannot hash: expected one value"],
  [["replay", "x", "--speed=0"], 'Cannot read --speed: it is "0", expected a number of times'],
  [["replay", "x", "--parallel=0"], 'Cannot read --parallel: it is "0", expected a number from 1'],
  [["replay", "x", "--url=y"], 'Cannot replay to "y", expected an address'],
  [["stats", "--jsn", "x"], "Cannot read --jsn: there is no such flag; did you mean --json?"],
];

for (const [args, message] of REFUSED) {
  Deno.test(`audit ${args.join(" ")} is refused`, async () => {
    const { code, stdout, stderr } = await audit(...args);
    assertEquals([code, stdout], [1, ""]);
    assert(stderr.startsWith(`gomcp: ${message}`), stderr);
  });
}

Deno.test("every audit command tells its flags, and an example", async () => {
  for (const name of ["tail", "query", "stats", "verify", "hash", "replay"]) {
    const { code, stdout } = await audit(name, "--help");
    assertEquals(code, 0);
    assert(stdout.startsWith(`Usage: gomcp audit ${name}`));
    assert(stdout.includes(`\nExamples:\n  `) && stdout.includes(`  gomcp audit ${name} `));
  }
});
