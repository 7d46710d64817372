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
