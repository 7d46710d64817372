/**
 * What shared state costs, printed: `deno run -A bench/tenants_state.ts`. Two servers, one with a
 * SQLite file and one with a real redis-server, are called in turns over REST by a tenant that has a
 * quota; the ratio is what Redis loses. Needs redis-server.
 */
import { openState } from "../src/stores/state/open_state.ts";
import { createTenantManager } from "../src/tenants/manager.ts";
import { HAS_REDIS, RedisServer } from "../tests/support/redis.ts";
import { type ServerProcess, startServer } from "../tests/support/server.ts";
import { median, MESSAGE } from "./support.ts";

const ROUNDS = 9;
const CALLS = 2_000;
const OPEN = 32;

interface Served extends AsyncDisposable {
  /** Calls per second of one round. */
  round(): Promise<number>;
  /** CPU time of the server so far, in milliseconds. */
  cpuMs(): Promise<number>;
}

async function serve(url: string): Promise<Served> {
  const tenants = createTenantManager(await openState(url));
  const limits = { maxToolCalls: 1_000_000_000, period: "month" } as const;
  const { secret } = await tenants.createTenantWithKey("a", "A", limits);
  await tenants.close();
  const server = await startServer({ env: { GOMCP_STATE: url } });
  const body = JSON.stringify({ tool: "echo", arguments: { msg: MESSAGE } });
  const headers = { "content-type": "application/json", authorization: `Bearer ${secret}` };
  const caller = async (calls: number) => {
    for (let i = 0; i < calls; i++) {
      const reply = await fetch(`${server.url}/v1/tools/call`, { method: "POST", body, headers });
      const text = await reply.text();
      if (reply.status !== 200) throw new Error(text);
    }
  };
  return {
    async round() {
      const startedMs = performance.now();
      await Promise.all(Array.from({ length: OPEN }, () => caller(CALLS / OPEN)));
      return CALLS / (performance.now() - startedMs) * 1_000;
    },
    cpuMs: () => cpuMsOf(server),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** From Linux's table of processes: its clock ticks a hundred times a second. */
async function cpuMsOf({ pid }: ServerProcess): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function run(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-bench-" });
  await using server = await RedisServer.start();
  {
    await using sqlite = await serve(`sqlite:${folder}/state.db`);
    await using redis = await serve(server.url);
    const both = [sqlite, redis] as const;
    for (const served of both) for (let i = 0; i < 3; i++) await served.round();
    const before = await Promise.all(both.map((served) => served.cpuMs()));
    const rounds: (readonly [number, number])[] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push([await sqlite.round(), await redis.round()]);
    const after = await Promise.all(both.map((served) => served.cpuMs()));
    const rate = (at: 0 | 1) => (median(rounds.map((round) => round[at])) / 1_000).toFixed(1);
    const cpu = (at: 0 | 1) => ((after[at]! - before[at]!) / ROUNDS / CALLS * 1_000).toFixed(1);
    const lost = 1 - median(rounds.map(([bySqlite, byRedis]) => byRedis / bySqlite));
    console.log(`calls over REST, ${OPEN} open at once, medians of ${ROUNDS} rounds in turns`);
    console.log(`  SQLite: ${rate(0)} k/s, ${cpu(0)} µs of the server's CPU time a call`);
    console.log(`  Redis:  ${rate(1)} k/s, ${cpu(1)} µs`);
    console.log(`  Redis loses ${(lost * 100).toFixed(1)} % of the rate`);
  }
  await Deno.remove(folder, { recursive: true });
}

if (HAS_REDIS) await run();
