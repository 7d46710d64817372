/** What a handler returned, made into an outcome: checked against MCP's schema and the tool's own. */
import { describeThrown } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { type Outcome, resultMembers, toolFailure } from "../pipeline/outcome.ts";
import { blockFault, type ContentBlock, type ToolResult } from "../protocol/content.ts";
import type { Tool } from "./tool.ts";

const RESULT_KEYS = new Set(["content", "structuredContent", "isError", "_meta"]);

/** Makes an outcome of whatever a handler returned. Never throws. */
export function toOutcome(tool: Tool, returned: unknown): Outcome {
  if (typeof returned === "string" && tool.output === undefined) return textOutcome(tool, returned);
  try {
    return checkedOutcome(tool, toResult(tool, returned));
  } catch (thrown) {
    // Cycles, BigInt, hostile getters and toJSON: nothing that could go over the wire.
    return broken(tool, `that cannot be sent as JSON: ${describeThrown(thrown)}`);
  }
}

/** The tool threw: its message is for the model, as the field has it. */
export function thrownOutcome(tool: Tool, thrown: unknown): Outcome {
  return toolFailure(`Tool "${tool.name}" failed: ${describeThrown(thrown)}`);
}

function textOutcome(tool: Tool, text: string): Outcome {
  if (text.length > LIMITS.resultBytesMax) return tooLarge(tool, text.length);
  return {
    kind: "result",
    result: { content: [{ type: "text", text }] },
    members: undefined,
  };
}

function toResult(tool: Tool, returned: unknown): ToolResult | string {
  if (isFullResult(returned)) return returned;
  if (tool.output !== undefined) return structured(returned);
  if (Array.isArray(returned)) return { content: returned as ContentBlock[] };
  if (isRecord(returned)) return structured(returned);
  return `${kindOf(returned)}, expected a string, content blocks, an object or a result`;
}

function isFullResult(value: unknown): value is ToolResult {
  return isRecord(value) && Array.isArray(value.content) &&
    Object.keys(value).every((key) => RESULT_KEYS.has(key));
}

/** The text beside structured content is for clients that read only text (MCP, server/tools). */
function structured(value: unknown): ToolResult | string {
  const text = JSON.stringify(value);
  if (text === undefined) return `${kindOf(value)}, expected a JSON value`;
  return { content: [{ type: "text", text }], structuredContent: value };
}

function checkedOutcome(tool: Tool, result: ToolResult | string): Outcome {
  if (typeof result === "string") return broken(tool, result);
  const fault = contentFault(result) ?? outputFault(tool, result);
  if (fault !== undefined) return broken(tool, fault);
  if (result._meta !== undefined) JSON.stringify(result._meta);
  const members = resultMembers(result);
  if (members.length > LIMITS.resultBytesMax) return tooLarge(tool, members.length);
  return { kind: "result", result, members };
}

function contentFault(result: ToolResult): string | undefined {
  for (const [index, block] of result.content.entries()) {
    const fault = blockFault(block, `/content/${index}`);
    if (fault !== undefined) return `a result in which ${fault}`;
  }
  if (result.isError !== undefined && typeof result.isError !== "boolean") {
    return `a result in which /isError is ${kindOf(result.isError)}, expected boolean`;
  }
  if (result._meta !== undefined && !isRecord(result._meta)) {
    return `a result in which /_meta is ${kindOf(result._meta)}, expected object`;
  }
  return undefined;
}

/** Structured content must match the output schema (MCP, server/tools: output schema); errors need none. */
function outputFault(tool: Tool, result: ToolResult): string | undefined {
  if (tool.output === undefined || result.isError === true) return undefined;
  if (result.structuredContent === undefined) return "no structured content for its output schema";
  const check = tool.output.check(result.structuredContent);
  if (check.ok) return undefined;
  const where = check.pointer === "" ? "" : ` at "${check.pointer}"`;
  return `structured content that its output schema refuses${where}: ${check.detail}`;
}

function broken(tool: Tool, what: string): Outcome {
  return toolFailure(`Tool "${tool.name}" returned ${what}`);
}

function tooLarge(tool: Tool, chars: number): Outcome {
  return broken(
    tool,
    `a result of ${chars} characters, expected at most ${LIMITS.resultBytesMax}`,
  );
}
