/**
 * The figures of the audit log, printed: `deno run -A bench/audit_figures.ts [FOLDER]`. A round
 * ends when all its records are in the file. Times are medians of rounds, the kinds of calls
 * taken in turns; CPU time is that of all threads, and tells more than a rate on a machine that
 * others use, too. FOLDER is where the file is: a slow disk bounds what a fast log can do, so try
 * one in memory (/dev/shm), too.
 */
import process from "node:process";
import { type AuditLog, createAuditLog } from "../src/audit/audit_log.ts";
import type { RateLimit } from "../src/base/rate_limit.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { openAuditFile } from "../src/stores/audit/file_sink.ts";
import { memoryState } from "../src/stores/state/memory_state.ts";
import { createTenantManager, type TenantManager } from "../src/tenants/manager.ts";
import { auditEntry } from "./audit_entry.ts";
import { benchRuntime, consume, MESSAGE } from "./support.ts";

const ROUNDS = 9;
const RECORDS = 400_000;
const CALLS = 200_000;
/** What a server that is busy does between two turns of its loop. */
const TURN = 1_000;
/** Nobody logs for long what a disk does not take: what waits has a bound. */
const FLUSH = 50_000;
/** A quota that every call is held against, and none meets; so is the rate limit. */
const NEVER_MET = 1_000_000_000;

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Nanoseconds of one round, for each of what it does. */
interface Cost {
  readonly cpuNs: number;
  readonly wallNs: number;
}

async function measure(
  count: number,
  audit: AuditLog | undefined,
  work: (i: number) => unknown,
): Promise<Cost> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    consume(work(i));
    if (i % TURN === 0) await turn();
    if (i % FLUSH === 0) await audit?.flush();
  }
  await audit?.flush();
  const { user, system } = process.cpuUsage(before);
  const wallMs = performance.now() - startedMs;
  return { cpuNs: (user + system) / count * 1e3, wallNs: wallMs / count * 1e6 };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** The median, and the best: what the machine does when nobody else uses it. */
function describe(costs: readonly Cost[]): string {
  const cpuNs = costs.map((cost) => cost.cpuNs);
  const wallNs = costs.map((cost) => cost.wallNs);
  const rate = (ns: number) => (1e3 / ns).toFixed(2);
  return `${median(cpuNs).toFixed(0)} ns of CPU (best ${Math.min(...cpuNs).toFixed(0)}), ` +
    `${rate(median(wallNs))} M/s (best ${rate(Math.min(...wallNs))})`;
}

async function openLog(path: string): Promise<AuditLog> {
  return createAuditLog({ sinks: [await openAuditFile({ path, keep: 1 })] });
}

async function logFigures(folder: string): Promise<void> {
  const audit = await openLog(`${folder}/audit.jsonl`);
  const costs: Cost[] = [];
  // The first round is for the compiler.
  for (let round = 0; round <= ROUNDS; round++) {
    const cost = await measure(RECORDS, audit, (i) => audit.log(auditEntry(i)));
    if (round > 0) costs.push(cost);
  }
  console.log(`auditLog.log, chained, to a file, all of it written: ${describe(costs)}`);
  const latencies = new Float64Array(RECORDS);
  await measure(RECORDS, audit, (i) => {
    const entry = auditEntry(i);
    const startedMs = performance.now();
    audit.log(entry);
    latencies[i] = performance.now() - startedMs;
  });
  latencies.sort();
  const at = (part: number) => (latencies[Math.floor(RECORDS * part)]! * 1_000).toFixed(1);
  console.log(`  a call of it: p50 ${at(0.5)} µs, p99 ${at(0.99)} µs, p99.9 ${at(0.999)} µs`);
  await audit.close();
  const [{ dropped, failures } = { dropped: 0, failures: 0 }] = audit.stats().sinks;
  console.log(`  dropped ${dropped}, failures ${failures}`);
}

async function meteredTenants(): Promise<TenantManager> {
  const tenants = createTenantManager(memoryState());
  await tenants.createTenant("a", "A", { maxToolCalls: NEVER_MET, period: "month" });
  await tenants.checkQuota("a");
  return tenants;
}

async function callFigures(folder: string): Promise<void> {
  const tenants = await meteredTenants();
  const rateLimits: RateLimit[] = [
    { name: "tools", count: 1_000_000, periodMs: 1_000, per: ["tenant", "tool"] },
  ];
  const runtimes: Readonly<Record<string, Runtime>> = {
    "no audit": benchRuntime(),
    "audited in memory": benchRuntime([], { audit: createAuditLog() }),
    "audited to a file": benchRuntime([], { audit: await openLog(`${folder}/calls.jsonl`) }),
    "with rate limit, audited in memory": benchRuntime([], {
      rateLimits,
      audit: createAuditLog(),
    }),
    "with rate limit and quota": benchRuntime([], { rateLimits, tenants }),
    "with rate limit, quota and a file": benchRuntime([], {
      rateLimits,
      tenants,
      audit: await openLog(`${folder}/all.jsonl`),
    }),
  };
  const costs = new Map<string, Cost[]>(Object.keys(runtimes).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, runtime] of Object.entries(runtimes)) {
      const cost = await measure(
        CALLS,
        runtime.audit,
        () => runtime.callTool("echo", { msg: MESSAGE }, { tenant: "a" }),
      );
      if (round > 0) costs.get(name)!.push(cost);
    }
  }
  console.log("a call of a synchronous tool, validated");
  for (const [name, each] of costs) console.log(`  ${name}: ${describe(each)}`);
  for (const runtime of Object.values(runtimes)) {
    await runtime.shutdown();
    await runtime.audit?.close();
  }
  await tenants.close();
}

const folder = await Deno.makeTempDir({
  prefix: "gomcp-bench-",
  ...(Deno.args[0] !== undefined && { dir: Deno.args[0] }),
});
try {
  await logFigures(folder);
  await callFigures(folder);
} finally {
  await Deno.remove(folder, { recursive: true });
}
