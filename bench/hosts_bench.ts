/**
 * Tool hosts in figures, printed: `deno run -A bench/hosts_bench.ts`. Times of this process and of its
 * hosts are CPU times where the machine may be busy with other things; rates are wall-clock.
 */
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
const GRACE_MS = 200;
const ROUNDS = 5;

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
  await inFlight(runtime, 64, 20_000);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await inFlight(runtime, 64, 100_000));
  print("hosted echo, 64 in flight", `${spread(rates)} calls/s`, ">= 100000 calls/s");
  const serial: number[] = [];
  for (let call = 0; call < 20_000; call++) {
    const start = performance.now();
    consume(await runtime.callTool("hosted", { msg: MESSAGE }));
    serial.push(performance.now() - start);
  }
  serial.sort((a, b) => a - b);
  const at = (part: number) => serial[Math.floor(serial.length * part)]!.toFixed(3);
  print("hosted echo, serial", `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`, "p50 <= 0.15 ms");
  await runtime.shutdown();
}

/** Calls a second. */
async function inFlight(runtime: Runtime, lanes: number, calls: number): Promise<number> {
  const start = performance.now();
  let left = calls;
  const lane = async () => {
    while (left-- > 0) {
      const outcome = await runtime.callTool("hosted", { msg: MESSAGE });
      if (outcome.kind !== "result") throw new Error(outcome.problem.detail);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return calls / (performance.now() - start) * 1_000;
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

/** The same layers with the supervisor and with none, an inline tool, in turns. */
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
    for (let n = 0; n < 200_000; n++) {
      consume(handle(new Call({ tool: "echo", args, adapter: "library" })));
    }
    return performance.now() - start;
  };
  run(without);
  run(supervised);
  const ratios = Array.from({ length: 15 }, () => run(supervised) / run(without));
  const over = ratios.map((ratio) => (ratio - 1) * 100);
  print("the supervisor's part of an inline call", `${spread(over)} %`, "<= 5 %");
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

if (import.meta.main) await main();
