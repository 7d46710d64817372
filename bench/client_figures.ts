/**
 * The figures of the SDK and of batches, printed: `deno run -A bench/client_figures.ts`. The server
 * is a process of its own. Fetch and SDK are taken in turns; CPU time is this process's, and tells
 * more than a rate on a machine that others use, too. Batches are sent by wrk, where it is installed.
 */
import process from "node:process";
import { GoMCPClient } from "../client.ts";
import { startServer } from "../tests/support/server.ts";
import { MESSAGE } from "./support.ts";

const ROUNDS = 15;
const CALLS = 2_000;
/** Calls of one batch. */
const BATCH = 50;
const WRK_SECONDS = 5;

interface Cost {
  readonly cpuUs: number;
  readonly wallUs: number;
}

/** Microseconds a call. */
async function measure(call: () => Promise<unknown>): Promise<Cost> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  for (let i = 0; i < CALLS; i++) await call();
  const { user, system } = process.cpuUsage(before);
  return {
    cpuUs: (user + system) / CALLS,
    wallUs: (performance.now() - startedMs) / CALLS * 1e3,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function bareFetch(url: string): () => Promise<unknown> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  return async () => {
    const body = JSON.stringify({ tool: "echo", arguments: { msg: MESSAGE } });
    const response = await fetch(`${url}/v1/tools/call`, { method: "POST", headers, body });
    return JSON.parse(await response.text());
  };
}

async function compare(url: string): Promise<void> {
  const client = new GoMCPClient({ baseUrl: url });
  const kinds = { fetch: bareFetch(url), sdk: () => client.callTool("echo", { msg: MESSAGE }) };
  const costs: Record<keyof typeof kinds, Cost[]> = { fetch: [], sdk: [] };
  await measure(kinds.fetch);
  await measure(kinds.sdk);
  for (let round = 0; round < ROUNDS; round++) {
    costs.fetch.push(await measure(kinds.fetch));
    costs.sdk.push(await measure(kinds.sdk));
  }
  const of = (kind: keyof typeof kinds, what: keyof Cost) =>
    median(costs[kind].map((c) => c[what]));
  for (const what of ["cpuUs", "wallUs"] as const) {
    // Neighbours in time are compared: what others do to the machine is the same for both.
    const ratios = costs.sdk.map((cost, i) => cost[what] / costs.fetch[i]![what]);
    const added = (median(ratios) - 1) * 100;
    console.log(
      `${what.padEnd(7)} fetch ${of("fetch", what).toFixed(1)}, SDK ${of("sdk", what).toFixed(1)}` +
        `, the SDK adds ${added.toFixed(1)} % (median of ${ROUNDS} rounds)`,
    );
  }
}

/** CPU time of another process (proc(5), stat), in seconds. */
function cpuSeconds(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function loadByWrk(url: string, pid: number, parallel: boolean | number): Promise<void> {
  const requests = Array.from({ length: BATCH }, () => ({
    tool: "echo",
    arguments: { msg: MESSAGE },
  }));
  const body = JSON.stringify({ requests, parallel });
  const script = await Deno.makeTempFile({ suffix: ".lua" });
  await Deno.writeTextFile(
    script,
    `wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = [[${body}]]\n`,
  );
  const args = ["-t1", "-c16", `-d${WRK_SECONDS}s`, `-s${script}`, `${url}/v1/tools/batch`];
  try {
    const before = cpuSeconds(pid);
    const { stdout } = await new Deno.Command("wrk", { args }).output();
    const cpu = cpuSeconds(pid) - before;
    const text = new TextDecoder().decode(stdout);
    const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]) * BATCH;
    const total = Number(/(\d+) requests in/.exec(text)?.[1]) * BATCH;
    const failed = /Non-2xx.*|Socket errors.*/.exec(text)?.[0] ?? "no errors";
    console.log(
      `batches of ${BATCH}, parallel ${parallel}: ${Math.round(perSecond)} calls/s, ` +
        `${Math.round(total / cpu)} calls a second of the server's CPU time, ${failed}`,
    );
  } finally {
    await Deno.remove(script);
  }
}

if (import.meta.main) {
  await using server = await startServer();
  await compare(server.url);
  const hasWrk = await new Deno.Command("wrk", { args: ["-v"] }).output().then(
    () => true,
    () => false,
  );
  if (!hasWrk) console.log("batches: skipped, no wrk");
  else for (const parallel of [false, 10, true]) await loadByWrk(server.url, server.pid, parallel);
}
