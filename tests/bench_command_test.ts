/**
 * `gomcp bench` as its users run it: against layers, against servers of its own in other processes, and
 * against servers that it is told of. Never how fast anything is: that nothing is lost, that errors are
 * told by code, that reports have what they should, and how it exits.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { BenchReport } from "../src/bench/report/report.ts";
import { runCli } from "./support/cli_process.ts";

const SHORT = ["--duration=150ms", "--warmup=20ms"];

async function bench(args: readonly string[]) {
  return await runCli(["bench", ...SHORT, ...args]);
}

async function benchJson(args: readonly string[]) {
  const run = await bench([...args, "--json"]);
  assertEquals(run.stdout.trim().split("\n").length, 1, run.stderr);
  return { ...run, report: JSON.parse(run.stdout) as BenchReport & { failures: unknown[] } };
}

/** What every row has, whatever the machine. */
function checkRows(report: BenchReport, names: readonly string[], concurrency?: number) {
  assertEquals(report.rows.map(({ name }) => name), names);
  for (const { name, runs, argumentBytes, concurrency: open } of report.rows) {
    assert(argumentBytes > 0);
    if (concurrency !== undefined) assertEquals(open, concurrency);
    for (const run of runs) {
      assertEquals(run.errors, {}, name);
      assert(run.results > 0 && run.callsPerSec > 0, name);
      const { min, p50, p99, max } = run.latencyUs;
      assert(min > 0 && min <= p50 && p50 <= p99 && p99 <= max, JSON.stringify(run.latencyUs));
      assert(run.timeline.length > 0, name);
    }
  }
}

Deno.test("layers in process are measured, and conditions that hold are no failures", async () => {
  const layers = ["supervisor", "validate", "audit", "quota", "ratelimit", "batch"];
  const { code, report } = await benchJson([...layers, "--assert=errors=0,rps>1"]);
  checkRows(report, ["supervisor", "supervisor-async", ...layers.slice(1)], 1);
  assertEquals([code, report.failures], [0, []]);
  assertEquals(report.rows.at(-1)?.callsPerRequest, 50);
  assert(report.rows.every(({ runs }) => runs[0]?.generator === null));
});

Deno.test("protections can be switched off, and the report says so", async () => {
  const off = "validation,audit,quota,ratelimit";
  const { report } = await benchJson(["supervisor", "rest", `--without=${off}`]);
  checkRows(report, ["supervisor", "supervisor-async", "rest"]);
  assertEquals(report.plan.without.join(), off);
});

Deno.test("servers of our own are measured in processes of their own, in both eras", async () => {
  const { report, stderr } = await benchJson(["stdio", "http", "--concurrency=4"]);
  checkRows(report, ["stdio-modern", "stdio-legacy", "http-modern", "http-legacy"], 4);
  const [modern, legacy] = report.rows;
  assertStringIncludes(modern!.what, "2026-07-28");
  assertStringIncludes(legacy!.what, "2025-11-25");
  for (const { runs } of report.rows) {
    if (Deno.build.os === "linux") assert(runs[0]!.server!.rssBytesMax! > 1_000_000, stderr);
  }
});

Deno.test("REST and gRPC take large payloads, too", async () => {
  const { report } = await benchJson(["rest", "grpc", "--payload=200,200KiB", "--concurrency=2"]);
  checkRows(report, ["rest", "rest", "grpc", "grpc"], 2);
  const sizes = report.rows.map(({ argumentBytes }) => argumentBytes);
  assertEquals(sizes, [210, 204_810, 210, 204_810]);
});

Deno.test("an open loop asks for its rate and says how many calls it could not make", async () => {
  const args = ["ratelimit", "--rate=200", "--concurrency=2"];
  const { report } = await benchJson(args);
  assertEquals(report.plan.loop, "open");
  const [run] = report.rows[0]!.runs;
  // Thirty calls fall due: each is a result, or was still waiting for its turn at the end.
  assertEquals(run!.results + (run!.errors.unsent ?? 0), 30);
});

Deno.test("a report is saved, compared with itself, drawn and printed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [base, page] = [`${folder}/base.json`, `${folder}/page.html`];
    const first = await bench(["ratelimit", `--save=${base}`, `--html=${page}`]);
    assertEquals(first.code, 0, first.stderr);
    assertStringIncludes(first.stdout, "ratelimit 51 B");
    assertStringIncludes(await Deno.readTextFile(page), "<polyline ");
    const again = await bench(["ratelimit", `--compare=${base}`]);
    assertStringIncludes(again.stdout, "compared with the baseline");
    assertStringIncludes(again.stdout, "3 runs:");
    // A thousand times as fast is worse by any noise.
    const report = JSON.parse(await Deno.readTextFile(base)) as BenchReport;
    const runs = report.rows[0]!.runs.map((run) => ({
      ...run,
      callsPerSec: run.callsPerSec * 1e3,
    }));
    const fast = { ...report, rows: [{ ...report.rows[0]!, runs }] };
    await Deno.writeTextFile(base, JSON.stringify(fast));
    const worse = await bench(["ratelimit", `--compare=${base}`, "--repeat=1"]);
    assertEquals(worse.code, 1, worse.stdout);
    assertStringIncludes(worse.stderr, "something is worse");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A server of the old era over HTTP with sessions and streams; every fourth call is refused. */
function oldServer() {
  let calls = 0;
  const sessions = new Set<string>();
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { id, method, params } = await request.json();
    const session = request.headers.get("mcp-session-id") ?? crypto.randomUUID();
    const isKnown = sessions.has(session);
    const error = (code: number) => ({ jsonrpc: "2.0", id, error: { code, message: "no" } });
    const events = (value: unknown) =>
      new Response(`event: message\r\ndata: ${JSON.stringify(value)}\r\n\r\n`, {
        headers: { "content-type": "text/event-stream", "mcp-session-id": session },
      });
    if (id === undefined) return new Response(null, { status: 202 });
    if (method === "initialize") {
      sessions.add(session);
      const result = {
        protocolVersion: "2025-06-18",
        capabilities: { tools: {} },
        serverInfo: { name: "old", version: "3" },
      };
      return events({ jsonrpc: "2.0", id, result });
    }
    if (!isKnown) return Response.json(error(-32601), { status: 400 });
    if (method === "tools/list") {
      const inputSchema = {
        type: "object",
        properties: { words: { type: "string" } },
        required: ["words"],
      };
      return events({ jsonrpc: "2.0", id, result: { tools: [{ name: "say", inputSchema }] } });
    }
    if (++calls % 4 === 0) return events(error(-31429));
    const content = [{ type: "text", text: params.arguments.words }];
    return events({ jsonrpc: "2.0", id, result: { content } });
  });
}

Deno.test("a server of the old era is measured by its address, its refusals by their codes", async () => {
  await using server = oldServer();
  const url = `--url=http://127.0.0.1:${server.addr.port}/mcp`;
  const { code, report, stderr } = await benchJson([url, "--tool=say", "--assert=errors=0"]);
  const [row] = report.rows;
  assertStringIncludes(row!.what, '"say" of old 3');
  assertEquals(Object.keys(row!.runs[0]!.errors), ["rate_limited"]);
  assertEquals(row!.runs[0]!.server, null);
  assertStringIncludes(row!.usageUnknown!, "--pid");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "errors=0 does not hold");
  const none = await bench([url]);
  assertEquals(none.code, 2);
  assertStringIncludes(none.stderr, "expected --tool with one of say");
});

Deno.test("a program that serves over stdio is measured with its own CPU and memory", async () => {
  const server = `
    let rest = "";
    for await (const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + part).split("\\n"); rest = lines.pop();
      for (const { id, method, params } of lines.map((line) => JSON.parse(line))) {
        if (id === undefined) continue;
        const schema = { type: "object" };
        const answer = {
          initialize: { result: { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} } },
          "tools/list": { result: { tools: [{ name: "echo", inputSchema: schema }] } },
          "tools/call": { result: { content: [], isError: params.arguments?.bad === true } },
        }[method] ?? { error: { code: -32601, message: "no" } };
        console.log(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
      }
    }`;
  const file = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(file, server);
    const command = `--command=${Deno.execPath()} run --no-config ${file}`;
    const { report, stderr } = await benchJson([command, "--protocol=legacy", "--concurrency=8"]);
    checkRows(report, ["stdio-legacy"], 8);
    if (Deno.build.os === "linux") assert(report.rows[0]!.runs[0]!.server !== null, stderr);
    const bad = await bench([command, "--protocol=legacy", '--args={"bad":true}']);
    assertEquals(bad.code, 2);
    assertStringIncludes(bad.stderr, "the first call ended as tool_error");
  } finally {
    await Deno.remove(file);
  }
});

const REFUSED: readonly (readonly [args: string[], code: number, says: string])[] = [
  [[], 2, "nothing was named"],
  [["--url=http://127.0.0.1:1/mcp"], 4, "Connection refused"],
  [["--command=/no/such/program"], 4, "/no/such/program"],
  [["http", "--compare=/no/such/file"], 2, 'Cannot read --compare "/no/such/file"'],
];

Deno.test("what cannot be run is told, with the status that says why", async () => {
  const runs = await Promise.all(REFUSED.map(([args]) => runCli(["bench", ...args])));
  for (const [at, [args, code, says]] of REFUSED.entries()) {
    const { stderr, code: actual } = runs[at]!;
    assertStringIncludes(stderr, says);
    assertEquals(actual, code, `${args.join(" ")}: ${stderr}`);
  }
});
