/**
 * What gomcp adds to a call of an upstream, in runs that take turns: the same server and the same
 * number of calls in flight, once spoken to directly, once through the runtime with all its layers.
 * `deno run -A bench/upstreams_figures.ts`
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { systemClock } from "../src/base/clock.ts";
import { SILENT_LOG } from "../src/base/log.ts";
import { upstreamConfig } from "../src/config/upstream_config.ts";
import { createRuntime } from "../src/runtime/runtime.ts";
import { createUpstreams, mergeUpstreams, waysTo } from "../src/runtime/upstreams.ts";
import { Conversation } from "../src/upstreams/conversation.ts";
import { modernMeta } from "../src/upstreams/handshake.ts";
import type { OpenTransport } from "../src/upstreams/transport.ts";

const SERVER = fileURLToPath(new URL("./upstreams_server.ts", import.meta.url));
const COMMAND = [Deno.execPath(), "run", "-A", "--no-config", SERVER];
const IN_FLIGHT = 32;
const ROUNDS = 5;
const CALLS = 4_000;
const INFO = { name: "bench", version: "1" };

type CallOnce = (msg: string) => Promise<unknown>;

/** Nothing but the messages: what anybody must do who speaks with the server. */
async function direct(open: OpenTransport): Promise<CallOnce> {
  const conversation = new Conversation(systemClock, {
    onNotification: () => {},
    onQuestion: () => Promise.reject(new Error("nobody is asked")),
    onBroken: (why) => console.error(why),
  });
  conversation.transport = await open(conversation, new AbortController().signal);
  conversation.transport.agree({ era: "modern", version: "2026-07-28" });
  const _meta = modernMeta(INFO, {});
  return async (msg) => {
    const params = { name: "echo", arguments: { msg }, _meta };
    const reply = await conversation.request("tools/call", params, { name: "echo" });
    if (reply.kind !== "result") throw new Error(JSON.stringify(reply));
  };
}

const waysOf = waysTo(systemClock, SILENT_LOG);
const upstreams = createUpstreams({
  clock: systemClock,
  log: SILENT_LOG,
  info: INFO,
  waysTo: waysOf,
});
const alive = setInterval(() => {}, 1_000);

async function through(names: readonly { name: string; url?: string; command?: string[] }[]) {
  await upstreams.set(names.map((entry) => upstreamConfig(entry)));
  upstreams.settle(true);
  return createRuntime(mergeUpstreams({ tools: [] }, upstreams.features()));
}

interface Measured {
  readonly p50Ms: number;
  readonly perSec: number;
  /** Of this process, for one call: what other work on the machine touches least. */
  readonly cpuUs: number;
}

async function measure(call: CallOnce): Promise<Measured> {
  const cpu = process.cpuUsage();
  const times: number[] = [];
  let left = CALLS;
  const begun = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (left-- > 0) {
      const start = performance.now();
      await call("hello");
      times.push(performance.now() - start);
    }
  }));
  const perSec = CALLS / (performance.now() - begun) * 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuUs = (user + system) / CALLS;
  return { p50Ms: times.sort((a, b) => a - b)[times.length >> 1]!, perSec, cpuUs };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

async function compare(title: string, bare: CallOnce, ours: CallOnce, barMs: number) {
  await measure(bare);
  await measure(ours);
  const [one, two]: Measured[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    one!.push(await measure(bare));
    two!.push(await measure(ours));
  }
  const added = median(two!.map(({ p50Ms }, round) => p50Ms - one![round]!.p50Ms));
  const least = (all: readonly Measured[]) => Math.min(...all.map(({ cpuUs }) => cpuUs));
  const best = (all: readonly Measured[]) => Math.round(Math.max(...all.map((m) => m.perSec)));
  const [cpu, bareCpu] = [least(two!), least(one!)];
  console.log(
    `${title}: adds ${added.toFixed(3)} ms p50 at ${IN_FLIGHT} in flight (bar ${barMs}); best ` +
      `${best(two!)} calls/s, directly ${best(one!)}; least CPU a call ${cpu.toFixed(1)} µs, ` +
      `directly ${bareCpu.toFixed(1)} µs: adds ${(cpu - bareCpu).toFixed(1)} µs ` +
      `(${(cpu / bareCpu).toFixed(2)}), which in ${IN_FLIGHT} in flight are ` +
      `${((cpu - bareCpu) * IN_FLIGHT / 1_000).toFixed(2)} ms`,
  );
}

/** Starts servers over HTTP and gives their addresses. */
async function startHttp(): Promise<{ url: string; child: Deno.ChildProcess }> {
  const child = new Deno.Command(COMMAND[0]!, {
    args: [...COMMAND.slice(1), "http"],
    stdout: "piped",
  })
    .spawn();
  const reader = child.stdout.getReader();
  const port = new TextDecoder().decode((await reader.read()).value).trim();
  return { url: `http://127.0.0.1:${port}/mcp`, child };
}

const web = await startHttp();
const runtime = await through([{ name: "stdio", command: COMMAND }, { name: "web", url: web.url }]);
const ours = (tool: string): CallOnce => async (msg) => {
  const outcome = await runtime.callTool(tool, { msg });
  if (outcome.kind !== "result") throw new Error(JSON.stringify(outcome));
};
const wayTo = (entry: { name: string; url?: string; command?: string[] }) =>
  waysOf(upstreamConfig(entry))[0]!;
await compare(
  "stdio",
  await direct(wayTo({ name: "a", command: COMMAND })),
  ours("stdio__echo"),
  0.3,
);
await compare("HTTP", await direct(wayTo({ name: "b", url: web.url })), ours("web__echo"), 1);
await runtime.shutdown();

/** Servers whose lists take so long, the slowest last. */
const slow = Array.from({ length: 50 }, (_, at) => 10 * (at + 1)).map((ms) => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { id, method } = await request.json();
      if (method === "tools/list") await new Promise((done) => setTimeout(done, ms));
      const result = method === "tools/list"
        ? { tools: [{ name: "echo", inputSchema: { type: "object" } }] }
        : {
          supportedVersions: ["2026-07-28"],
          capabilities: { tools: {} },
          resultType: "complete",
        };
      return Response.json({ jsonrpc: "2.0", id, result });
    },
  );
  return { server, url: `http://127.0.0.1:${server.addr.port}/mcp` };
});
const timed = async (entries: typeof slow) => {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  await through(entries.map(({ url }, at) => ({ name: `s${at}`, url })));
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - begun, cpuMs: (user + system) / 1_000 };
};
const [alone, together]: { ms: number; cpuMs: number }[][] = [[], []];
for (let round = 0; round < 3; round++) {
  alone!.push(await timed(slow.slice(-1)));
  await through([]);
  together!.push(await timed(slow));
  await through([]);
}
const least = (all: readonly { ms: number; cpuMs: number }[]) =>
  all.toSorted((x, y) => x.ms - y.ms)[0]!;
const [all, slowest] = [least(together!), least(alone!)];
console.log(
  `50 upstreams connect and list in ${Math.round(all.ms)} ms (${
    Math.round(all.cpuMs)
  } ms of CPU, ` +
    `their servers' in this process too), the slowest alone in ${Math.round(slowest.ms)} ms`,
);
await upstreams.stop();
web.child.kill();
clearInterval(alive);
Deno.exit(0);
