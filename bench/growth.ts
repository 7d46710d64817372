/**
 * How cost grows: the same call with 10 to 100,000 tools, 1 to 1,000,000 tenants and rate keys,
 * 200 B to 1 MB of payload, over 1 to 10,000 connections.
 *
 *     deno run -A bench/growth.ts [--tools-max=N] [--tenants-max=N] [--keys-max=N] [--payload-max=N]
 *       [--connections-max=N] [--duration=1s] [--repeat=3] [--svg=FILE] [--json]
 *
 * Each point is the best of `--repeat` runs of `--duration`; all of them take some five minutes. p99 is told beside that
 * of the smallest size, which is what grows or does not. `--svg` writes the picture.
 */
import { fileURLToPath } from "node:url";
import { measure } from "../cli/bench/measure.ts";
import type { Subject } from "../cli/bench/subject.ts";
import { systemClock } from "../src/base/clock.ts";
import { parseDuration } from "../src/base/duration.ts";
import { lineChart, powerTicks, type Series } from "../src/bench/report/line_chart.ts";
import type { BenchReport, Measurement } from "../src/bench/report/report.ts";
import { formatCount, formatUs } from "../src/bench/report/units.ts";
import { payloadText, toolCall } from "../src/bench/wire/tool_call.ts";
import { type Flag, readFlags } from "../src/config/flags.ts";
import { createRateLimiter } from "../src/ratelimit/limiter.ts";
import { memoryState } from "../src/stores/state/memory_state.ts";
import { createTenantManager } from "../src/tenants/manager.ts";
import { createValidator } from "../src/security/validator.ts";
import { defineTool } from "../src/tools/define_tool.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { closedLoop } from "./support.ts";

const FLAGS: readonly Flag[] = [
  ...[
    ["tools", "100000"],
    ["tenants", "1000000"],
    ["keys", "1000000"],
    ["payload", "1000000"],
    ["connections", "10000"],
  ].map(([name, most]): Flag => ({
    name: `${name}-max`,
    kind: "text",
    value: "N",
    default: most!,
    help: `the largest number of ${name}`,
  })),
  { name: "duration", kind: "text", value: "TIME", default: "1s", help: "of each run" },
  { name: "repeat", kind: "text", value: "N", default: "3", help: "runs; the best one is told" },
  { name: "svg", kind: "text", value: "FILE", help: "writes the picture there" },
  { name: "json", kind: "switch", help: "prints the points as JSON" },
];

/** Sizes are asked in an order that no cache can guess: it has no divisor in common with them. */
const STRIDE = 618_033;
const NEVER_MET = 1_000_000_000;
/** Calls a second over all connections: far below what the server can do, so that they do not queue. */
const CONNECTION_RATE = 500;

interface Point {
  readonly size: number;
  readonly p50: number;
  readonly p99: number;
  readonly callsPerSec: number;
  readonly rssBytes: number | null;
  readonly errors: Readonly<Record<string, number>>;
}

interface Dimension {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly runs: Runs;
}

function here(
  call: Subject["call"],
  close: () => Promise<unknown> = () => Promise.resolve(),
): Subject {
  return {
    what: "",
    call,
    argumentBytes: 0,
    server: { kind: "here" },
    close: async () => void await close(),
  };
}

function echoTool(name: string) {
  return defineTool({
    name,
    description: "Answers with the text that it was given.",
    input: { type: "object", properties: { msg: { type: "string" } }, required: ["msg"] },
    handler: ({ msg }) => msg as string,
  });
}

/** Calls go to ten of the tools, as nearly all do in life, or to all of them in turns. */
function openTools(count: number, called = count): Promise<Subject> {
  const all = Array.from({ length: count }, (_, at) => `tool_${at}`);
  const runtime = createRuntime({ tools: all.map(echoTool) });
  const names = Array.from({ length: called }, (_, at) => all[Math.floor(at * count / called)]!);
  const args = { msg: "hello" };
  const call = (number: number) => {
    const outcome = runtime.callTool(names[number * STRIDE % called]!, args);
    if (outcome instanceof Promise) throw new Error("a synchronous tool gave a promise");
    return outcome.kind === "result" ? undefined : outcome.problem.code;
  };
  return Promise.resolve(here(call, () => runtime.shutdown()));
}

async function openTenants(count: number): Promise<Subject> {
  const manager = createTenantManager(memoryState());
  const ids = Array.from({ length: count }, (_, at) => `tenant-${at}`);
  for (const id of ids) {
    await manager.createTenant(id, id, { maxToolCalls: NEVER_MET, period: "month" });
    await manager.checkQuota(id);
  }
  const call = (number: number) => {
    const decision = manager.checkQuota(ids[number * STRIDE % count]!);
    return decision instanceof Promise ? decision.then((each) => each?.code) : decision?.code;
  };
  return here(call, () => manager.close());
}

function openKeys(count: number): Promise<Subject> {
  const limit = { name: "client", count: 1_000_000, per: ["client"] as const };
  const limiter = createRateLimiter([limit], { clock: systemClock });
  const clients = Array.from({ length: count }, (_, at) => ({ name: `client-${at}` }));
  const check = (at: number) =>
    limiter.checkRate({ operation: "tool", name: "echo", tenant: "a", client: clients[at]! });
  for (let at = 0; at < count; at++) check(at);
  return Promise.resolve(here((number) => check(number * STRIDE % count)?.code));
}

function openPayload(bytes: number): Promise<Subject> {
  const validator = createValidator({ limits: { stringBytes: bytes + 1_024 } });
  const runtime = createRuntime({ tools: [echoTool("echo")], validator });
  const { argumentsOf } = toolCall("echo", { msg: "$payload" }, payloadText(bytes));
  const call = (number: number) => {
    const outcome = runtime.callTool("echo", argumentsOf(number));
    if (outcome instanceof Promise) throw new Error("a synchronous tool gave a promise");
    return outcome.kind === "result" ? undefined : outcome.problem.code;
  };
  return Promise.resolve(here(call, () => runtime.shutdown()));
}

/** A server in a process of its own, with all protections, as the command line measures it. */
async function runConnections(count: number, durationMs: number): Promise<Measurement> {
  // Every connection is made before it counts.
  const warmupMs = Math.max(durationMs, Math.ceil(count * 1_500 / CONNECTION_RATE));
  const flags = [`--concurrency=${count}`, `--rate=${CONNECTION_RATE}`, "--protocol=modern"];
  const times = [`--duration=${durationMs}ms`, `--warmup=${warmupMs}ms`];
  const main = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, "bench", "http", ...flags, ...times, "--json"],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const report: BenchReport = JSON.parse(new TextDecoder().decode(stdout));
  return report.rows[0]!.runs[0]!;
}

/** 1, 10, 100 …, and the largest one. */
function sizesTo(least: number, most: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = least; size < most; size *= 10) sizes.push(size);
  return [...sizes, most];
}

/** The best of some runs: what others do on the machine only makes it worse. */
async function runDimension(
  { sizes, runs }: Dimension,
  durationMs: number,
  repeat: number,
): Promise<readonly Point[]> {
  const points: Point[] = [];
  for (const size of sizes) {
    const all = await runs(size, durationMs, repeat);
    const run = all.toSorted((a, b) => a.latencyUs.p99 - b.latencyUs.p99)[0]!;
    const { p50, p99 } = run.latencyUs;
    const rssBytes = run.server?.rssBytesMax ?? null;
    points.push({ size, p50, p99, callsPerSec: run.callsPerSec, rssBytes, errors: run.errors });
  }
  return points;
}

type Runs = (size: number, durationMs: number, repeat: number) => Promise<readonly Measurement[]>;

/** Runs of what is opened in this process, once for all of them. */
function inProcess(open: (size: number) => Promise<Subject>): Runs {
  return async (size, durationMs, repeat) => {
    const subject = await open(size);
    const plan = closedLoop(durationMs);
    const { signal } = new AbortController();
    try {
      const all: Measurement[] = [];
      while (all.length < repeat) all.push(await measure(subject, plan, signal, () => {}));
      return all;
    } finally {
      await subject.close();
    }
  };
}

/** Runs of a program of its own, each with a server of its own. */
const overConnections: Runs = async (size, durationMs, repeat) => {
  const all: Measurement[] = [];
  while (all.length < repeat) all.push(await runConnections(size, durationMs));
  return all;
};

function table(name: string, points: readonly Point[]): string {
  const [first] = points;
  return points.map(({ size, p50, p99, callsPerSec, rssBytes, errors }) => {
    const ratio = `${(p99 / first!.p99).toFixed(2)}x`;
    const memory = rssBytes === null ? "?" : `${Math.round(rssBytes / 1_048_576)} MiB`;
    const wrong = Object.entries(errors).map((each) => each.join(" ")).join(", ");
    return `${name} ${formatCount(size).padStart(11)}: p50 ${formatUs(p50).padStart(7)}, p99 ${
      formatUs(p99).padStart(7)
    } (${ratio} of the smallest), ${formatCount(callsPerSec)} calls/s, ${memory}${
      wrong === "" ? "" : `, errors: ${wrong}`
    }`;
  }).join("\n");
}

function chart(all: Readonly<Record<string, readonly Point[]>>): string {
  const series: Series[] = Object.entries(all).map(([name, points]) => ({
    name,
    points: points.map(({ size, p99 }) => [size, p99] as const),
  }));
  const ticks = (member: 0 | 1) =>
    powerTicks(series.flatMap(({ points }) => points.map((point) => point[member])));
  return lineChart({
    title: "p99 of a call by how much there is",
    x: {
      label: "tools, tenants, rate keys, bytes of payload, connections",
      place: Math.log10,
      ticks: ticks(0),
      format: formatCount,
    },
    y: { label: "p99", place: Math.log10, ticks: ticks(1), format: formatUs },
    series,
    alone: true,
  }) + "\n";
}

async function run(): Promise<void> {
  const values = readFlags(FLAGS, Deno.args, () => undefined);
  const most = (name: string) => Number(values[`${name}-max`]);
  const durationMs = parseDuration(values.duration as string);
  const dimensions: readonly Dimension[] = [
    {
      name: "tools, ten called",
      sizes: sizesTo(10, most("tools")),
      runs: inProcess((count) => openTools(count, 10)),
    },
    {
      name: "tools, all called",
      sizes: sizesTo(10, most("tools")),
      runs: inProcess((count) => openTools(count)),
    },
    { name: "tenants", sizes: sizesTo(1, most("tenants")), runs: inProcess(openTenants) },
    { name: "rate keys", sizes: sizesTo(1, most("keys")), runs: inProcess(openKeys) },
    { name: "payload bytes", sizes: sizesTo(200, most("payload")), runs: inProcess(openPayload) },
    { name: "connections", sizes: sizesTo(1, most("connections")), runs: overConnections },
  ];
  const all: Record<string, readonly Point[]> = {};
  for (const dimension of dimensions) {
    const { name } = dimension;
    all[name] = await runDimension(dimension, durationMs, Number(values.repeat));
    if (values.json !== true) console.log(table(name, all[name]));
  }
  if (values.json === true) console.log(JSON.stringify(all));
  if (values.svg !== undefined) await Deno.writeTextFile(values.svg as string, chart(all));
}

await run();
