/**
 * What gRPC costs: a call by ToolService, and by a session of McpService, each beside a bare echo of
 * grpc-js, in turns against one process. Run it by `deno run -A bench/grpc_bench.ts`.
 *
 * The bars: a call costs the server's processor at most a tenth more than the bare echo; a session
 * carries 30,000 calls a second.
 */
import { Client, credentials } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { gomcp } from "../src/protocol/gen/gomcp_v1.js";
import { modernCall } from "../tests/support/mcp.ts";

const ROUNDS = 41;
const CALLS = 1_000;
const IN_FLIGHT = 64;
const SESSION_CALLS = 60_000;
/** Calls that are open at once on a stream; 64 go into it without a rest. */
const WINDOW = 1_024;
const { CallToolRequest, Frame } = gomcp.v1;

const same = (bytes: Buffer) => bytes;
const REQUEST = Buffer.from(
  CallToolRequest.encode({
    tool: "echo",
    argumentsJson: new TextEncoder().encode('{"msg":"hello, world"}'),
  }).finish(),
);

function call(client: Client, path: string, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest(path, same, same, request, (error, answer) => {
      if (error) reject(error);
      else resolve(answer!);
    })
  );
}

interface Ends {
  readonly bare: Client;
  readonly gomcp: Client;
}

/** Microseconds of the server's processor, and of the clock, for one call. */
interface Cost {
  readonly cpuUs: number;
  readonly wallUs: number;
}

async function measure({ bare }: Ends, count: number, run: () => Promise<void>): Promise<Cost> {
  const cpu = async () => Number(await call(bare, "/bench/Cpu", Buffer.alloc(0)));
  const [cpu0, start] = [await cpu(), performance.now()];
  await run();
  const wallMs = performance.now() - start;
  return { cpuUs: (await cpu() - cpu0) / count, wallUs: wallMs * 1_000 / count };
}

async function unary(client: Client, path: string): Promise<void> {
  let left = CALLS;
  const lane = async () => {
    while (left-- > 0) await call(client, path, REQUEST);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

/** The messages of a stream that is measured, and what they carry. */
interface Carried {
  readonly path: string;
  /** What is sent as the calls from `first` on, a message of gRPC. */
  readonly message: (first: number) => Buffer;
  /** How many calls a message that comes back has answers to. */
  readonly answers: (bytes: Buffer) => number;
}

/** Calls of MCP, `perFrame` of them in each frame. */
function framesOf(perFrame: number): Carried {
  const texts = Array.from(
    { length: WINDOW },
    (_, id) => Buffer.from(JSON.stringify(modernCall(id, "echo", { msg: "hello, world" }))),
  );
  return {
    path: "/gomcp.v1.McpService/Session",
    message: (first) => {
      // An id is free again when the window has moved past it.
      const messages = Array.from({ length: perFrame }, (_, n) => texts[(first + n) % WINDOW]!);
      return Buffer.from(Frame.encode({ messages }).finish());
    },
    answers: (bytes) => Frame.decode(bytes).messages.length,
  };
}

/** The same messages, which come back as they are. */
function echoesOf(perFrame: number): Carried {
  return { ...framesOf(perFrame), path: "/bench/Stream" };
}

/** Calls on one stream, a window of them open at once. */
function stream(client: Client, { path, message, answers }: Carried, perFrame: number) {
  const call = client.makeBidiStreamRequest(path, same, same);
  let sent = 0;
  let answered = 0;
  return new Promise<void>((resolve, reject) => {
    const send = () => {
      while (sent < SESSION_CALLS && sent + perFrame - answered <= WINDOW) {
        call.write(message(sent));
        sent += perFrame;
      }
    };
    call.on("data", (bytes: Buffer) => {
      answered += answers(bytes);
      if (answered >= SESSION_CALLS) call.end();
      else send();
    });
    call.on("error", reject);
    call.on("end", resolve);
    send();
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function spread(values: readonly number[]): string {
  const round = (value: number) => value.toFixed(2);
  return `${round(Math.min(...values))} to ${round(Math.max(...values))}`;
}

async function compareUnary(ends: Ends): Promise<void> {
  const paths = { bare: "/bench/Echo", gomcp: "/gomcp.v1.ToolService/CallTool" };
  const costs: { readonly bare: Cost; readonly gomcp: Cost }[] = [];
  for (let round = -8; round < ROUNDS; round++) {
    const bare = await measure(ends, CALLS, () => unary(ends.bare, paths.bare));
    const own = await measure(ends, CALLS, () => unary(ends.gomcp, paths.gomcp));
    if (round >= 0) costs.push({ bare, gomcp: own });
  }
  for (const [name, unit] of [["cpuUs", "µs of the server's CPU"], ["wallUs", "µs"]] as const) {
    const ratios = costs.map((cost) => cost.gomcp[name] / cost.bare[name]);
    const [bare, own] = [costs.map((c) => c.bare[name]), costs.map((c) => c.gomcp[name])];
    console.log(
      `unary, ${IN_FLIGHT} in flight: bare ${median(bare).toFixed(1)}, ToolService ` +
        `${median(own).toFixed(1)} ${unit} a call; ratio ${median(ratios).toFixed(3)} ` +
        `(${spread(ratios)}), bar 1.10`,
    );
  }
}

async function compareSessions(ends: Ends): Promise<void> {
  for (const perFrame of [1, 16, 64]) {
    const [bare, own]: Cost[][] = [[], []];
    for (let round = -1; round < 5; round++) {
      const run = (client: Client, carried: Carried) =>
        measure(ends, SESSION_CALLS, () => stream(client, carried, perFrame));
      const [echo, session] = [
        await run(ends.bare, echoesOf(perFrame)),
        await run(ends.gomcp, framesOf(perFrame)),
      ];
      if (round < 0) continue;
      bare!.push(echo);
      own!.push(session);
    }
    for (const [name, of] of [["cpuUs", "by the server's CPU"], ["wallUs", ""]] as const) {
      const rate = (costs: readonly Cost[]) => Math.round(1e6 / median(costs.map((c) => c[name])));
      const ratio = median(own!.map((cost, round) => bare![round]![name] / cost[name]));
      console.log(
        `session, ${perFrame} calls a frame, ${WINDOW} in flight: bare ${
          rate(bare!)
        }, McpService ` +
          `${rate(own!)} calls/s ${of}; ${ratio.toFixed(2)} of bare; bar 30000`,
      );
    }
  }
}

async function main(): Promise<void> {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("grpc_server.ts", import.meta.url).href],
    stdout: "piped",
    env: { DENO_V8_FLAGS: "--no-allocation-site-pretenuring" },
  }).spawn();
  try {
    const reader = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const ports = JSON.parse((await reader.read()).value!);
    const connect = (port: number) => new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const ends = { bare: connect(ports.bare), gomcp: connect(ports.gomcp) };
    await compareUnary(ends);
    await compareSessions(ends);
    ends.bare.close();
    ends.gomcp.close();
    await reader.cancel();
  } finally {
    server.kill("SIGKILL");
    await server.status;
  }
}

if (import.meta.main) await main();
