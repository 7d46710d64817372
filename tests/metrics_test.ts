/** What Prometheus reads of a server: its numbers are those of what has happened. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AdminServer, toolModule } from "./support/admin.ts";
import { runCli } from "./support/cli_process.ts";
import { FAMILIES } from "../src/adapters/metrics/render_metrics.ts";
import { Metrics } from "./support/metrics.ts";
import { RawConnection } from "./support/raw_http.ts";
import { until } from "./support/wait.ts";

const isLinux = Deno.build.os === "linux";
const OWN = "--metrics=127.0.0.1:0";

const MODULES = {
  "tools.ts": `import { defineTool } from "gomcp";
import { z } from "zod";
const input = z.object({ n: z.number() });
const common = { description: "A tool.", input, isolation: "inline" };
export const fine = defineTool({ ...common, name: "fine", handler: ({ n }) => String(n) });
export const fails = defineTool({ ...common, name: "fails", handler() { throw new Error("no"); } });
`,
  "hosted.ts": `import { defineTool } from "gomcp";
export default defineTool({ name: "ends", description: "A tool.", handler: () => Deno.exit(1) });
`,
};

async function metricsUrl({ server }: AdminServer): Promise<string> {
  const { url } = await server.log.find(({ message }) => message === "serving metrics", "metrics");
  return String(url);
}

Deno.test({
  name: "metrics count calls by tool, tenant and code, hosts that were lost, and the audit log",
  ignore: !isLinux,
  async fn() {
    await using admin = await AdminServer.start(MODULES, [OWN, "--audit-file=audit.jsonl"]);
    const { server } = admin;
    for (let n = 0; n < 3; n++) await server.call("fine", { n });
    await server.call("fine", { n: "no number" });
    await server.call("fails", { n: 1 });
    await server.call("missing");
    await server.call("ends");
    const metrics = await Metrics.from(await metricsUrl(admin));
    const calls = (tool: string) =>
      ["ok", "failed", "refused"].map((outcome) =>
        metrics.value("gomcp_calls_total", { tool, outcome })
      );
    assertEquals(calls("fine"), [3, 0, 1]);
    assertEquals(calls("fails"), [0, 1, 0]);
    assertEquals(calls("(unknown)"), [0, 0, 1]);
    assertEquals(metrics.value("gomcp_tenant_calls_total", { tenant: "default" }), 7);
    for (const code of ["invalid_arguments", "tool_error", "unknown_tool", "worker_lost"]) {
      assertEquals(metrics.value("gomcp_problems_total", { code }), 1, code);
    }
    const fine = { tool: "fine" };
    assertEquals(metrics.value("gomcp_call_duration_seconds_count", fine), 4);
    assertEquals(metrics.value("gomcp_call_duration_seconds_bucket", { ...fine, le: "+Inf" }), 4);
    assert(metrics.value("gomcp_call_duration_seconds_sum", fine)! > 0);
    const module = metrics.samples.find(({ name }) => name === "gomcp_tool_hosts_lost_total")!;
    assertEquals([module.value, module.labels.module!.endsWith("hosted.ts")], [1, true]);
    assertEquals(metrics.value("gomcp_audit_records_total"), 7);
    await until(async () => {
      const now = await Metrics.from(await metricsUrl(admin));
      return now.value("gomcp_audit_sink_written_total") === 7;
    }, "the sink has all records");
    assertEquals([metrics.value("gomcp_ready"), metrics.value("gomcp_state_ready")], [1, 1]);
    assert(metrics.value("process_resident_memory_bytes")! > 1e7);
  },
});

Deno.test({
  name: "each of several processes has series of its own, from one address",
  ignore: !isLinux,
  async fn() {
    const message = "serving HTTP with several processes";
    const modules = { "a.ts": toolModule("a", "a", "inline") };
    const args = ["--processes=2", OWN];
    await using admin = await AdminServer.start(modules, args, { message });
    for (let i = 0; i < 8; i++) await admin.server.call("a");
    const metrics = await Metrics.from(await metricsUrl(admin));
    const ready = metrics.samples.filter(({ name }) => name === "gomcp_ready");
    assertEquals(ready.map(({ value }) => value), [1, 1]);
    assertEquals(new Set(ready.map(({ labels }) => labels.process)).size, 2);
    assertEquals(metrics.value("gomcp_calls_total", { tool: "a", outcome: "ok" }), 8);
  },
});

Deno.test({
  name: "metrics where HTTP is served need no key, and are not there unless they are wanted",
  async fn() {
    const modules = { "a.ts": toolModule("a", "a", "inline") };
    await using admin = await AdminServer.start(modules, ["--metrics=on", "--require-key"]);
    const { server } = admin;
    assertEquals((await server.call("a")).status, 401);
    const metrics = await Metrics.from(`${server.url}/metrics`);
    assertEquals(metrics.value("gomcp_tools"), 2);
    assertEquals((await server.post("/metrics", "")).status, 405);
    await using without = await AdminServer.start(modules);
    assertEquals((await without.server.request("/metrics")).status, 404);
  },
});

Deno.test({
  name: "an address of metrics serves nothing else, and no web page by a name of its own",
  async fn() {
    await using admin = await AdminServer.start({ "a.ts": toolModule("a", "a", "inline") }, [OWN]);
    const url = new URL(await metricsUrl(admin));
    const status = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(new URL(path, url), init);
      await response.body?.cancel();
      return response.status;
    };
    assertEquals(await status("/v1/tools"), 404);
    assertEquals(await status("/metrics", { method: "DELETE" }), 405);
    assertEquals(await status("/metrics", { headers: { origin: "https://evil.example" } }), 403);
    const head = "GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    using connection = await RawConnection.open(Number(url.port));
    await connection.send(head);
    assertEquals((await connection.response()).status, 403);
  },
});

Deno.test("metrics are refused where callers from elsewhere would read them", async () => {
  const refusals = [
    [["--addr=0.0.0.0:0", "--require-key"], /since metrics name tools and tenants/],
    [["--processes=2"], /since each of --processes knows only its own/],
    [["--mode=stdio"], /since HTTP is not served/],
  ] as const;
  for (const [args, why] of refusals) {
    const { code, stderr } = await runCli(["serve", "--metrics=on", ...args]);
    assertEquals(code, 1);
    assertMatch(stderr, why);
  }
  const { stderr } = await runCli(["serve", "--metrics=yes"]);
  assertMatch(stderr, /Cannot read --metrics: it is "yes", expected HOST:PORT/);
});

Deno.test("docs/metrics.md has every metric there is, and no other", async () => {
  const text = await Deno.readTextFile(new URL("../docs/metrics.md", import.meta.url));
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  const told = rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
  const wanted = FAMILIES.map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(", "),
    help,
  ]);
  assertEquals(told, wanted);
});

const READ = `import json, sys
from prometheus_client.parser import text_string_to_metric_families
print(json.dumps([[s.name, s.labels, s.value] for f in text_string_to_metric_families(sys.stdin.read())
                  for s in f.samples]))`;

/** Python's client reads metrics by its own parser; "" where it is not installed. */
async function readByPython(text: string): Promise<string> {
  const command = new Deno.Command("/usr/bin/python3", {
    args: ["-c", READ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  });
  const python = command.spawn();
  const writer = python.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text)).catch(() => {});
  await writer.close().catch(() => {});
  return new TextDecoder().decode((await python.output()).stdout);
}

const hasPython = isLinux &&
  await readByPython("").then((answer) => answer !== "", () => false);
if (!hasPython) {
  console.log("skipped: no prometheus_client for python3 (python3-prometheus-client)");
}

Deno.test({
  name: "Prometheus' own parser reads the same numbers",
  ignore: !hasPython,
  async fn() {
    await using admin = await AdminServer.start(MODULES, [OWN]);
    await admin.server.call("fine", { n: 1 });
    const metrics = await Metrics.from(await metricsUrl(admin));
    const read = JSON.parse(await readByPython(metrics.text)) as [string, unknown, number][];
    const own = metrics.samples.map(({ name, labels, value }): [string, unknown, number] => [
      name,
      labels,
      value,
    ]);
    assertEquals(read, own);
  },
});
