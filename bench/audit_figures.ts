/**
 * The figures of the audit log, printed: `deno run -A bench/audit_figures.ts [FOLDER]`. Rates are
 * medians of rounds; a round ends when all its records are in the file. FOLDER is where the file
 * is: a slow disk bounds what a fast log can do, so try one in memory (/dev/shm), too.
 */
import { createAuditLog } from "../src/audit/audit_log.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { openAuditFile } from "../src/stores/audit/file_sink.ts";
import { echoTool } from "../src/tools/builtin/echo.ts";
import { auditEntry } from "./audit_entry.ts";
import { benchRuntime, consume, MESSAGE } from "./support.ts";

const ROUNDS = 7;
const RECORDS = 400_000;
/** What a server that is busy does between two turns of its loop. */
const TURN = 1_000;

/** Nobody logs for long what a disk does not take: what waits has a bound. */
const FLUSH = 50_000;

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

async function rounds(work: () => Promise<void>): Promise<void> {
  await work();
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedMs = performance.now();
    await work();
    rates.push(RECORDS / (performance.now() - startedMs) * 1_000);
  }
  rates.sort((a, b) => a - b);
  const millions = (rate: number) => (rate / 1e6).toFixed(2);
  const [low, median, high] = [rates[0]!, rates[ROUNDS >> 1]!, rates.at(-1)!];
  console.log(`  ${millions(median)} M/s (${millions(low)} to ${millions(high)})`);
}

async function logFigures(folder: string): Promise<void> {
  const path = `${folder}/audit.jsonl`;
  const audit = createAuditLog({ sinks: [await openAuditFile({ path, keep: 1 })] });
  console.log("auditLog.log, chained, to a file, all of it written");
  await rounds(async () => {
    for (let i = 0; i < RECORDS; i++) {
      audit.log(auditEntry(i));
      if (i % TURN === 0) await turn();
      if (i % FLUSH === 0) await audit.flush();
    }
    await audit.flush();
  });
  const latencies = new Float64Array(RECORDS);
  for (let i = 0; i < RECORDS; i++) {
    const entry = auditEntry(i);
    const startedMs = performance.now();
    audit.log(entry);
    latencies[i] = performance.now() - startedMs;
    if (i % TURN === 0) await turn();
    if (i % FLUSH === 0) await audit.flush();
  }
  latencies.sort();
  const at = (part: number) => (latencies[Math.floor(RECORDS * part)]! * 1_000).toFixed(1);
  console.log(`  a call of it: p50 ${at(0.5)} µs, p99 ${at(0.99)} µs, p99.9 ${at(0.999)} µs`);
  await audit.close();
  const [{ dropped, failures } = { dropped: 0, failures: 0 }] = audit.stats().sinks;
  console.log(`  dropped ${dropped}, failures ${failures}`);
}

async function callFigures(folder: string): Promise<void> {
  const args = { msg: MESSAGE };
  const path = `${folder}/calls.jsonl`;
  const audit = createAuditLog({ sinks: [await openAuditFile({ path, keep: 1 })] });
  const runtimes = {
    "a call, synchronous tool, no audit": benchRuntime(),
    "a call, audited in memory": createRuntime({ tools: [echoTool()], audit: createAuditLog() }),
    "a call, audited to a chained file": createRuntime({ tools: [echoTool()], audit }),
  };
  for (const [name, runtime] of Object.entries(runtimes)) {
    console.log(name);
    await rounds(async () => {
      for (let i = 0; i < RECORDS; i++) {
        consume(runtime.callTool("echo", args));
        if (i % TURN === 0) await turn();
        if (i % FLUSH === 0) await runtime.audit?.flush();
      }
      await runtime.audit?.flush();
    });
  }
  await audit.close();
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
