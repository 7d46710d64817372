/** Faults of the real command: full disks, sinks that hang, kills. Verify tells what is lost, and no more is. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { LIMITS } from "../src/base/limits.ts";
import { readAudit, verifyAudit } from "./support/audit_log.ts";
import { runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { modernCall } from "./support/mcp.ts";
import { postModern } from "./support/mcp_http.ts";
import { type ServerProcess, startServer } from "./support/server.ts";
import { until } from "./support/wait.ts";

const isLinux = Deno.build.os === "linux";
const echo = (server: ServerProcess, msg = "hi") => server.call("echo", { msg });

async function codeOf(server: ServerProcess): Promise<string> {
  const { status, json } = await echo(server);
  return status === 200 ? "ok" : json.code;
}

/** Records of the log say when a sink fails and when it works again. */
async function told(server: ServerProcess, message: string): Promise<void> {
  await server.log.find((record) => record.message === message, message);
}

Deno.test({
  name: "a disk that is full: best_effort passes, required refuses, before the tool runs",
  ignore: !isLinux,
  async fn() {
    for (const [mode, expected] of [["best_effort", "ok"], ["required", "audit_unavailable"]]) {
      const args = ["--audit-file=/dev/full", `--audit-mode=${mode}`];
      await using server = await startServer({ args });
      assertEquals(await codeOf(server), expected);
      await told(server, "audit sink failed");
      assertEquals(await codeOf(server), expected);
    }
  },
});

Deno.test({
  name: "one of two sinks fails: calls pass, and the log, gomcp status and a metric say so",
  ignore: !isLinux,
  async fn() {
    await using folder = await TempFolder.of();
    const path = `${folder.path}/audit.jsonl`;
    const socket = `--admin-socket=${folder.path}/admin.sock`;
    const sinks = [`--audit-file=${path}`, "--audit-sink=file:/dev/full", "--audit-mode=strict"];
    await using server = await startServer({ args: [...sinks, socket, "--metrics=on"] });
    assertEquals(await codeOf(server), "ok");
    await told(server, "audit sink failed");
    assertEquals(await codeOf(server), "ok");
    const { stdout } = await runCli(["status", socket]);
    assertMatch(stdout, /^audit +4 records, 0 calls refused, strict$/m);
    assertMatch(stdout, /^audit sink +file \/dev\/full failed: \d records wait, 0 dropped$/m);
    assertEquals(stdout.match(/^audit sink/gm)?.length, 1);
    const { text } = await server.request("/metrics");
    assertMatch(text, /^gomcp_audit_sink_up\{sink="file \/dev\/full"\} 0$/m);
    assertEquals(text.match(/^gomcp_audit_sink_up\{.*\} 1$/gm)?.length, 1);
    server.signal("SIGTERM");
    await server.exit();
    const verdict = await verifyAudit(path);
    assertEquals([verdict.ok, verdict.records, verdict.unfinished], [true, 4, 0]);
  },
});

Deno.test({
  name: "an answer of audit_unavailable says when to come back, on REST and MCP",
  ignore: !isLinux,
  async fn() {
    const args = ["--audit-file=/dev/full", "--audit-mode=required"];
    await using server = await startServer({ args });
    const rest = await echo(server);
    assertEquals([rest.status, rest.json.code], [503, "audit_unavailable"]);
    assertEquals(rest.headers.get("retry-after"), "1");
    const mcp = await postModern(server, modernCall(1, "echo", { msg: "hi" }));
    assertEquals([mcp.status, mcp.json.error.code], [200, -31513]);
  },
});

Deno.test({
  name: "a file that may not grow: calls are refused, and what is there verifies",
  ignore: !isLinux,
  async fn() {
    await using folder = await TempFolder.of();
    const path = `${folder.path}/audit.jsonl`;
    const args = [`--audit-file=${path}`, "--audit-mode=strict"];
    // The signal that comes with the limit is ignored, so that the write fails, as on a full disk.
    const wrapper = ["sh", "-c", 'trap "" XFSZ; exec "$0" "$@"'];
    await using server = await startServer({ args, wrapper });
    const limit = ["--pid", String(server.pid), "--fsize=20000:20000"];
    const { success } = await new Deno.Command("prlimit", { args: limit }).output();
    assert(success);
    let passed = 0;
    while (await codeOf(server) === "ok") passed++;
    assert(passed > 5);
    server.signal("SIGKILL");
    await server.exit();
    const received = (await readAudit(path)).filter(({ stage }) => stage === "received");
    assertEquals(received.length, passed);
    const { findings } = await verifyAudit(path);
    assertEquals(findings.map(({ kind }: { kind: string }) => kind), ["truncated"]);
  },
});

Deno.test({
  name: "a pipe that nobody reads: a call waits for a bounded time, then all are refused",
  ignore: !isLinux,
  async fn() {
    await using folder = await TempFolder.of();
    const pipe = `${folder.path}/pipe`;
    assert((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success);
    const args = [`--audit-file=${pipe}`, "--audit-mode=required", "--audit-wait=300ms"];
    await using server = await startServer({ args });
    let passed = 0;
    // The pipe itself takes 64 KiB.
    while (await codeOf(server) === "ok") assert(++passed < 5_000);
    assert(passed > 5);
    await told(server, "audit sink stalled");
    assertEquals(await codeOf(server), "audit_unavailable");
    // It ends all the same.
    server.signal("SIGTERM");
    assertEquals((await server.exit()).code, 0);
  },
});

Deno.test("a collector that never answers: a call waits for a bounded time, then all are refused", async () => {
  const open = new Set<() => void>();
  const collector = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Promise<Response>((resolve) => open.add(() => resolve(Response.json({})))),
  );
  try {
    const url = `http://127.0.0.1:${collector.addr.port}/v1/logs`;
    const args = [`--audit-sink=otlp:${url}`, "--audit-mode=required", "--audit-wait=200ms"];
    await using server = await startServer({ args });
    assertEquals(await codeOf(server), "audit_unavailable");
    assertEquals(await codeOf(server), "audit_unavailable");
    assert(open.size > 0);
  } finally {
    for (const answer of open) answer();
    await collector.shutdown();
  }
});

Deno.test("a collector that is not there is one that comes back", async () => {
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  const probe = Deno.serve(options, () => Response.json({}));
  const { port } = probe.addr;
  await probe.shutdown();
  const args = [`--audit-sink=otlp:http://127.0.0.1:${port}/v1/logs`, "--audit-mode=required"];
  await using server = await startServer({ args });
  assertEquals(await codeOf(server), "audit_unavailable");
  let records = 0;
  const collector = Deno.serve({ ...options, port }, async (request) => {
    records += (await request.json()).resourceLogs[0].scopeLogs[0].logRecords.length;
    return Response.json({});
  });
  try {
    await told(server, "audit sink works again");
    assertEquals(await codeOf(server), "ok");
    // What was refused meanwhile is on record, too.
    await until(() => records >= 4, "the collector has all records");
  } finally {
    server.signal("SIGTERM");
    await server.exit();
    await collector.shutdown();
  }
});

/** Whole lines behind the last one that vouches for those before it. */
async function unchainedLines(path: string): Promise<number> {
  const lines = (await Deno.readTextFile(path)).split("\n").slice(0, -1);
  return lines.length - 1 - lines.findLastIndex((line) => /^\{"(chain|seal)":/.test(line));
}

for (const mode of ["best_effort", "strict"] as const) {
  Deno.test(`SIGKILL under load in ${mode}: verify tells where it ends, and the next start goes on`, async () => {
    await using folder = await TempFolder.of();
    const path = `${folder.path}/audit.jsonl`;
    const args = [`--audit-file=${path}`, `--audit-mode=${mode}`];
    let answered = 0;
    {
      await using server = await startServer({ args });
      const load = Array.from({ length: 8 }, async () => {
        while (server.isAlive) {
          const reply = await echo(server).catch(() => undefined);
          if (reply?.status !== 200) return;
          answered++;
        }
      });
      await until(() => answered > 300, "calls are answered");
      server.signal("SIGKILL");
      await Promise.all(load);
    }
    const { findings, unfinished } = await verifyAudit(path);
    const kinds: string[] = findings.map(({ kind }: { kind: string }) => kind);
    assert(kinds.includes("truncated"));
    assert(kinds.every((kind) => kind === "truncated" || kind === "unchained"), kinds.join());
    assert(
      await unchainedLines(path) <= LIMITS.auditBatchRecords,
      "more than a batch is unchained",
    );
    const records = await readAudit(path);
    const arrived = records.filter(({ stage }) => stage === "received").length;
    const ended = records.filter(({ stage }) => stage === "completed").length;
    if (mode === "strict") {
      assert(arrived >= answered, "a tool ran whose call is not on disk");
      assert(unfinished >= answered - ended);
    }
    // Numbers go on without a hole: what is lost is the end.
    assertEquals(records.map(({ seq }) => seq), records.map((_, i) => i + 1));
    await using server = await startServer({ args });
    await told(server, "audit log ended without a seal: sealed now");
    assertEquals(await codeOf(server), "ok");
    server.signal("SIGTERM");
    await server.exit();
    const after = await verifyAudit(path);
    assertEquals([after.ok, after.segments], [true, 2]);
  });
}

Deno.test("SIGKILL under load in strict: every call whose tool ran is on record, with its arguments", async () => {
  await using folder = await TempFolder.of({
    "policy.json": JSON.stringify({ rules: [{ level: "request" }] }),
  });
  const [path, file] = [`${folder.path}/audit.jsonl`, `${folder.path}/trace`];
  const policy = `--audit-policy=${folder.path}/policy.json`;
  const args = [`--audit-file=${path}`, "--audit-mode=strict", policy];
  await using server = await startServer({ fixtures: ["tracing"], args });
  let answered = 0;
  const load = Array.from({ length: 8 }, async (_, client) => {
    for (let i = 0; server.isAlive; i++) {
      const line = `${client}-${i}`;
      const reply = await server.call("trace", { file, line }).catch(() => undefined);
      if (reply?.status !== 200) return;
      answered++;
    }
  });
  await until(() => answered > 200, "calls are answered");
  server.signal("SIGKILL");
  await Promise.all(load);
  const ran = (await Deno.readTextFile(file)).trimEnd().split("\n");
  const received = (await readAudit(path)).filter(({ stage }) => stage === "received");
  const known = new Set(received.map(({ args }) => args.line));
  assert(ran.length >= answered);
  assertEquals(ran.filter((line) => !known.has(line)), []);
});

Deno.test("SIGUSR1 opens the file anew, and the chain goes on in it", async () => {
  await using folder = await TempFolder.of();
  const path = `${folder.path}/audit.jsonl`;
  await using server = await startServer({ args: [`--audit-file=${path}`] });
  await echo(server);
  await Deno.rename(path, `${path}.1`);
  server.signal("SIGUSR1");
  await told(server, "audit files opened anew");
  await echo(server);
  server.signal("SIGTERM");
  await server.exit();
  assertEquals((await readAudit(path)).map(({ seq }) => seq), [2]);
  const verdict = await verifyAudit(path, `${path}.1`);
  assertEquals([verdict.ok, verdict.records, verdict.segments], [true, 2, 2]);
});

Deno.test("SIGUSR1 that finds no place for the file says so, and goes on once there is one", async () => {
  await using folder = await TempFolder.of({ "log/kept": "" });
  const place = `${folder.path}/log`;
  const path = `${place}/audit.jsonl`;
  await using server = await startServer({ args: [`--audit-file=${path}`] });
  await echo(server);
  await Deno.rename(place, `${place}.old`);
  server.signal("SIGUSR1");
  await told(server, "audit sink failed");
  await echo(server);
  await Deno.mkdir(place);
  await told(server, "audit sink works again");
  server.signal("SIGTERM");
  await server.exit();
  assert(!server.stderr.includes("opened anew"), server.stderr);
  const verdict = await verifyAudit(path, `${place}.old/audit.jsonl`);
  assertEquals([verdict.ok, verdict.records, verdict.segments], [true, 2, 2]);
});

Deno.test("a second server is kept from the file of the first", async () => {
  await using folder = await TempFolder.of();
  const args = [`--audit-file=${folder.path}/audit.jsonl`];
  await using server = await startServer({ args });
  assert(server.isAlive);
  const second = await runCli(["serve", "--addr=127.0.0.1:0", ...args]);
  assertEquals(second.code, 1);
  assert(second.stderr.includes("another process writes it"), second.stderr);
});
