/** `gomcp top`: the calls of a running server, live in a terminal and as plain text elsewhere. */
import { askAdmin } from "../src/adapters/admin/admin_client.ts";
import { parseDuration } from "../src/base/duration.ts";
import { GomcpError } from "../src/base/errors.ts";
import type { Flag } from "../src/config/flags.ts";
import { adminHelp, runAdminCommand } from "./admin/command.ts";
import { findServer } from "./admin/find_server.ts";
import { renderTop } from "./admin/render_top.ts";
import { openScreen } from "./admin/screen.ts";
import { type Sample, topFrame } from "./admin/top_frame.ts";

const FLAGS: readonly Flag[] = [
  {
    name: "interval",
    kind: "text",
    value: "TIME",
    default: "1s",
    help: "what a table is about",
  },
  { name: "count", kind: "text", value: "N", help: "so many tables, then it ends" },
];

const PLAIN = { columns: 100, rows: Infinity };

export const help = adminHelp({
  usage: ["gomcp top [FLAGS]"],
  what: `Shows calls per second, latencies, what is open and what waits, by tool and tenant. In a
terminal until q or Ctrl-C; elsewhere one table of one interval (--count says how many).`,
  flags: FLAGS,
  examples: ["gomcp top", "gomcp top --count=3 --interval=5s"],
});

export function run(args: readonly string[]): Promise<number> {
  return runAdminCommand(help, args, work);
}

async function work(values: Readonly<Record<string, unknown>>, said: string | undefined) {
  const intervalMs = readInterval(String(values.interval));
  const count = readCount(values.count);
  const socket = await findServer(said);
  const isLive = Deno.stdout.isTerminal() && Deno.stdin.isTerminal() && count === undefined;
  const ask = (signal: AbortSignal) => sample(socket, signal);
  return isLive ? await live(ask, intervalMs) : await plain(ask, intervalMs, count ?? 1);
}

type Ask = (signal: AbortSignal) => Promise<Sample>;

async function sample(socket: string, signal: AbortSignal): Promise<Sample> {
  const answer = await askAdmin<Sample>(socket, { method: "GET", path: "/v1/stats", signal });
  return { ...answer, atMs: performance.now() };
}

async function plain(ask: Ask, intervalMs: number, count: number): Promise<number> {
  const { signal } = new AbortController();
  let before = await ask(signal);
  for (let i = 0; i < count; i++) {
    await pause(intervalMs, signal);
    const now = await ask(signal);
    if (i > 0) console.log("");
    console.log(renderTop(topFrame(before, now), PLAIN).join("\n"));
    before = now;
  }
  return 0;
}

/** The terminal is as it was before, whatever ends it. */
async function live(ask: Ask, intervalMs: number): Promise<number> {
  const screen = openScreen();
  try {
    let before = await ask(screen.signal);
    let frame = topFrame(before, before);
    screen.show((size) => renderTop(frame, size));
    while (!screen.signal.aborted) {
      await pause(intervalMs, screen.signal);
      if (screen.signal.aborted) break;
      const now = await ask(screen.signal);
      frame = topFrame(before, now);
      before = now;
      screen.show((size) => renderTop(frame, size));
    }
  } catch (error) {
    if (!screen.signal.aborted) throw error;
  } finally {
    await screen.close();
  }
  return 0;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => clearTimeout(timer));
}

function readInterval(text: string): number {
  const ms = parseDuration(text);
  if (ms >= 100 && ms <= 3_600_000) return ms;
  const what = `Cannot read --interval: it is "${text}", expected a time from 100ms to 1h`;
  throw new GomcpError("invalid_request", what);
}

function readCount(said: unknown): number | undefined {
  if (said === undefined) return undefined;
  const count = Number(said);
  if (Number.isInteger(count) && count >= 1) return count;
  const what = `Cannot read --count: it is "${said}", expected a number of at least 1`;
  throw new GomcpError("invalid_request", what);
}
