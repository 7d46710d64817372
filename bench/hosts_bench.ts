/**
 * Tool hosts in figures, printed: `deno run -A bench/hosts_bench.ts`. Rates are wall-clock, beside those
 * of the bare channel in the same run; what CPU time a call takes is told apart.
 */
import process from "node:process";
import { hostProgram } from "../cli/host_program.ts";
import { OWN_FLAGS } from "../cli/restart.ts";
import { HostProcess } from "../src/supervisor/hosts/host_process.ts";
import { openModules } from "../cli/open_modules.ts";
import { SILENT_LOG } from "../src/base/log.ts";
import { createRuntime, type Runtime } from "../src/runtime/runtime.ts";
import { loadModules, type Tool } from "../src/runtime/tools.ts";
import { echoTool } from "../src/tools/builtin/echo.ts";
import { buildPipeline } from "../src/runtime/layers.ts";
import { admissionLayer } from "../src/pipeline/admission.ts";
import { Call } from "../src/pipeline/call.ts";
import { faultLayer } from "../src/pipeline/fault.ts";
import { validationLayer } from "../src/security/validation.ts";
import { createCatalog } from "../src/runtime/catalog.ts";
import { createSupervisor } from "../src/supervisor/supervisor.ts";
import { consume, MESSAGE } from "./support.ts";

const MODULE = `import { defineTool } from "gomcp";
const input = { type: "object", properties: { msg: { type: "string" } }, required: ["msg"] };
const annotations = { idempotentHint: true };
export const hosted = defineTool({ name: "hosted", description: "d", input, annotations,
  handler: ({ msg }) => msg });
export const loop = defineTool({ name: "loop", description: "d", timeout: "200ms",
  handler: () => { while (true); } });
`;
const AS_SERVER = "as-server";
const GRACE_MS = 200;
const ROUNDS = 5;
const IN_FLIGHT = 64;
/** Calls of a run that takes about a millisecond. */
const SHORT = 2_000;

async function main(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/bench.ts`;
    await Deno.writeTextFile(file, MODULE);
    await benchStart(file);
    await benchCalls(file);
    await benchKill(file);
    benchOverhead();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function serve(file: string, instances: number) {
  const { loads, hosts } = openModules(
    { isolation: "process", grants: [], instances, callsPerHost: 64, graceMs: GRACE_MS },
    SILENT_LOG,
    30_000,
  );
  const { source } = await loads.begin();
  const { tools } = await loadModules([file], source);
  const all = [echoTool(), ...tools.map(({ item }): Tool => item)];
  return createRuntime({ tools: all, hosts, maxWorkers: 1_000 });
}

/** From nothing to a host that has described its module. */
async function benchStart(file: string): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const start = performance.now();
    const runtime = await serve(file, 1);
    times.push(performance.now() - start);
    await runtime.shutdown();
  }
  print("a host is ready after", `${spread(times)} ms`, "<= 100 ms");
}

async function benchCalls(file: string): Promise<void> {
  const runtime = await serve(file, 1);
  const bare = await bareChannel();
  const hosted = (calls: number) => inFlight(IN_FLIGHT, calls, () => callHosted(runtime));
  const echoed = (calls: number) => inFlight(IN_FLIGHT, calls, bare.call);
  await echoed(20_000);
  await hosted(20_000);
  const rounds: Record<"bare" | "hosted", Load>[] = [];
  // In turns: what else the machine does is the same for both.
  for (let round = 0; round < 4 * ROUNDS; round++) {
    rounds.push({ bare: await echoed(25_000), hosted: await hosted(25_000) });
  }
  const of = (which: "bare" | "hosted", what: keyof Load) => rounds.map((r) => r[which][what]);
  const leastOf = (which: "bare" | "hosted") => Math.min(...of(which, "cpuUs"));
  print("bare channel, 64 in flight", `${spread(of("bare", "rate"))} lines/s`, "");
  print(
    "hosted echo, 64 in flight",
    `${spread(of("hosted", "rate"))} calls/s`,
    ">= 100000 calls/s",
  );
  const percents = rounds.map(({ bare, hosted }) => hosted.rate / bare.rate * 100);
  print("  of the bare channel's", `${spread(percents)} %`, ">= 48 % (100,000 of 210,000)");
  const [least, leastBare] = [leastOf("hosted"), leastOf("bare")].map((us) => us.toFixed(1));
  print("  the server's CPU time, least", `${least} us a call, bare ${leastBare}`, "<= 10 us");
  const serial: number[] = [];
  for (let call = 0; call < 20_000; call++) {
    const start = performance.now();
    await callHosted(runtime);
    serial.push(performance.now() - start);
  }
  serial.sort((a, b) => a - b);
  const at = (part: number) => serial[Math.floor(serial.length * part)]!.toFixed(3);
  print("hosted echo, serial", `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`, "p50 <= 0.15 ms");
  bare.close();
  await runtime.shutdown();
}

async function callHosted(runtime: Runtime): Promise<void> {
  const outcome = await runtime.callTool("hosted", { msg: MESSAGE });
  if (outcome.kind !== "result") throw new Error(outcome.problem.detail);
}

/** The channel of a tool host, with nothing on either side but an answer to each line. */
async function bareChannel() {
  const waiting: (() => void)[] = [];
  const main = new URL("./channel_echo.ts", import.meta.url).pathname;
  const child = await HostProcess.start(
    {
      program: { ...hostProgram(), main, args: [] },
      packages: "none",
      permissions: [],
      args: [],
      env: {},
      heapBytesMax: 256 * 1024 * 1024,
      lineCharsMax: 1_000_000,
      output: { write: () => 0, end: () => {} },
    },
    { onLine: () => waiting.shift()!(), onClose: () => {} },
  );
  // As long as the frame of a call.
  const line = JSON.stringify({ t: "call", id: 100_000, args: MESSAGE, rest: "x".repeat(130) });
  const call = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      child.channel.send(line);
    });
  return { call, close: () => child.kill() };
}

/** What some calls took. */
interface Load {
  /** Calls a second. */
  readonly rate: number;
  /** CPU time of this process, in microseconds a call. */
  readonly cpuUs: number;
}

async function inFlight(lanes: number, calls: number, call: () => Promise<void>): Promise<Load> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let left = calls;
  const lane = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const rate = calls / (performance.now() - start) * 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { rate, cpuUs: (user + system) / calls };
}

/** From the end of the grace until the process is gone, with the timer wheel's tick in it. */
async function benchKill(file: string): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { loads, hosts } = openModules(
      { isolation: "process", grants: [], instances: 1, graceMs: GRACE_MS },
      SILENT_LOG,
      30_000,
    );
    const { source } = await loads.begin();
    const { tools } = await loadModules([file], source);
    const runtime = createRuntime({ tools: tools.map(({ item }) => item), hosts });
    const [host] = hosts!.status()[0]!.hosts;
    const start = performance.now();
    await runtime.callTool("loop", {});
    while (isAlive(host!.pid)) await new Promise((resolve) => setTimeout(resolve, 1));
    times.push(performance.now() - start - 200 - GRACE_MS);
    await runtime.shutdown();
  }
  print("a busy loop is dead after its grace", `${spread(times)} ms`, "<= 100 ms");
}

function isAlive(pid: number): boolean {
  try {
    // A process that has ended and is not waited for yet is no longer alive either.
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** The same layers with the supervisor and with none, an inline tool, in turns: the least of each. */
function benchOverhead(): void {
  const catalog = createCatalog({ tools: [echoTool()] }, SILENT_LOG);
  const layers = {
    fault: faultLayer(SILENT_LOG),
    admission: admissionLayer(catalog.find),
    validation: validationLayer(),
  };
  const without = buildPipeline(layers, (call) => call.target!.run(call));
  const supervised = buildPipeline(layers, createSupervisor().callTool);
  const args = { msg: MESSAGE };
  const run = (handle: typeof without) => {
    const start = performance.now();
    for (let n = 0; n < SHORT; n++) {
      consume(handle(new Call({ tool: "echo", args, adapter: "library" })));
    }
    return performance.now() - start;
  };
  for (let n = 0; n < 100; n++) run(n % 2 === 0 ? without : supervised);
  // Runs of a millisecond, of which some are not disturbed, however busy the machine is.
  const least = { without: Infinity, supervised: Infinity };
  for (let n = 0; n < 2_000; n++) {
    if (n % 2 === 0) least.supervised = Math.min(least.supervised, run(supervised));
    least.without = Math.min(least.without, run(without));
    if (n % 2 === 1) least.supervised = Math.min(least.supervised, run(supervised));
  }
  const over = (least.supervised / least.without - 1) * 100;
  const [with_, bare] = [least.supervised, least.without].map((ms) => Math.round(ms / SHORT * 1e6));
  const text = `${over.toFixed(1)} % (${with_} ns, ${bare} without)`;
  print("the supervisor's part of an inline call", text, "<= 5 %");
}

/** The median, and the least and the most. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const show = (value: number) => value >= 1_000 ? Math.round(value) : Number(value.toFixed(1));
  const middle = sorted[Math.floor(sorted.length / 2)]!;
  return `${show(middle)} (${show(sorted[0]!)}…${show(sorted.at(-1)!)})`;
}

function print(what: string, value: string, goal: string): void {
  console.log(`${what.padEnd(42)}${value.padEnd(40)}goal ${goal}`);
}

/** V8 is told what it is told in a server. */
async function asServer(): Promise<void> {
  const args = ["run", "-A", `--v8-flags=${OWN_FLAGS}`, import.meta.filename!, AS_SERVER];
  const { code } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  Deno.exit(code);
}

if (import.meta.main) await (Deno.args[0] === AS_SERVER ? main() : asServer());
