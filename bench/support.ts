/** What the benches share: a runtime with `echo`, and the message that peers are measured with. */
import { echoTool } from "../src/tools/builtin/echo.ts";
import { createRuntime, type Runtime, type RuntimeOptions } from "../src/runtime/runtime.ts";
import { defineTool } from "../src/tools/define_tool.ts";
import type { Tool } from "../src/tools/tool.ts";

export const MESSAGE = "hello world, this is a perf probe 1000000";

/** `echo`, and `echo_async`, which does the same behind a promise. */
export function benchRuntime(
  more: readonly Tool[] = [],
  options: Omit<RuntimeOptions, "tools"> = {},
): Runtime {
  const echoAsync = defineTool({
    name: "echo_async",
    description: "Answers with the text that it was given, behind a promise.",
    input: { type: "object", properties: { msg: { type: "string" } }, required: ["msg"] },
    handler: ({ msg }) => Promise.resolve(msg as string),
  });
  return createRuntime({ ...options, tools: [echoTool(), echoAsync, ...more] });
}

/** The line or body of a `tools/call`, in one of the eras. */
export function callText(tool: string, modern: boolean): string {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const params = { name: tool, arguments: { msg: MESSAGE }, ...(modern && { _meta: meta }) };
  return JSON.stringify({ jsonrpc: "2.0", id: 1_000_000, method: "tools/call", params });
}

/** Keeps the compiler from throwing away what a bench computes. */
export function consume(value: unknown): void {
  if (value === Symbol.for("never")) throw new Error("never");
}

const ROUNDS = 9;

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/**
 * Nanoseconds of CPU time that each of `count` takes, for several kinds of work: medians of rounds in
 * turns, so that a busy machine says nearly the same of each.
 */
export async function costs(
  count: number,
  works: readonly (() => unknown)[],
): Promise<number[]> {
  for (const work of works) await cost(count, work);
  const rounds: number[][] = works.map(() => []);
  for (let i = 0; i < ROUNDS; i++) {
    for (const [at, work] of works.entries()) rounds[at]!.push(await cost(count, work));
  }
  return rounds.map(median);
}

/** What answers at once is not waited for. */
async function cost(count: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    const result = work();
    if (result instanceof Promise) await result;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count * 1_000;
}

/** One call after the other for so long, after as long a warm-up; for `measure` of cli/bench. */
export function closedLoop(durationMs: number) {
  return {
    concurrency: 1,
    ratePerSec: undefined,
    durationMs,
    warmupMs: durationMs,
    timeoutMs: 30_000,
  };
}
