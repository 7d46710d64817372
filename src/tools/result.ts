/** What a handler returned, made into an outcome: checked against MCP's schema and the tool's own. */
import { describeThrown } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { utf8Length } from "../base/utf8_length.ts";
import { type Outcome, toolFailure } from "../pipeline/outcome.ts";
import {
  blockFault,
  type ContentBlock,
  resultMembers,
  type ToolResult,
} from "../protocol/content.ts";
import type { Tool } from "./tool.ts";

/** However its characters are escaped and encoded, such a text is within the bound. */
const SURELY_SMALL_CHARS = LIMITS.resultBytesMax / 6;
const RESULT_KEYS = new Set(["content", "structuredContent", "isError", "_meta"]);

/** Makes an outcome of whatever a handler returned. Never throws. */
export function toOutcome(tool: Tool, returned: unknown): Outcome {
  if (typeof returned === "string" && tool.output === undefined) return textOutcome(tool, returned);
  try {
    return checkedOutcome(tool, toResult(tool, returned));
  } catch (thrown) {
    // Cycles, BigInt, hostile getters and toJSON: nothing that could go over the wire.
    return broken(tool, `what cannot be sent as JSON: ${describeThrown(thrown)}`);
  }
}

/** The tool threw: its message is for the model, as the field has it. */
export function thrownOutcome(tool: Tool, thrown: unknown): Outcome {
  const text = `Tool "${tool.name}" failed: ${describeThrown(thrown)}`;
  const bytes = textBytes(text);
  const max = LIMITS.resultBytesMax;
  if (bytes <= max) return toolFailure(text);
  return toolFailure(
    `Tool "${tool.name}" failed with a message of ${bytes} bytes, expected at most ${max}`,
  );
}

function textOutcome(tool: Tool, text: string): Outcome {
  const bytes = textBytes(text);
  if (bytes > LIMITS.resultBytesMax) return tooLarge(tool, bytes);
  return {
    kind: "result",
    result: { content: [{ type: "text", text }] },
    members: undefined,
  };
}

/** Bytes of a text in JSON; 0 for one that is surely within the bound. */
function textBytes(text: string): number {
  return text.length <= SURELY_SMALL_CHARS ? 0 : utf8Length(JSON.stringify(text)) - 2;
}

function toResult(tool: Tool, returned: unknown): ToolResult | string {
  if (isFullResult(returned)) return checkOutput(tool, returned);
  if (tool.output !== undefined) return checkOutput(tool, { structuredContent: returned });
  if (Array.isArray(returned)) return { content: returned as ContentBlock[] };
  if (isRecord(returned)) return structured({ structuredContent: returned });
  return `${kindOf(returned)}, expected a string, content blocks, an object or a result`;
}

function isFullResult(value: unknown): value is ToolResult {
  return isRecord(value) && Array.isArray(value.content) &&
    Object.keys(value).every((key) => RESULT_KEYS.has(key));
}

/** A result whose text is still to be made of its structured content. */
type Draft = Omit<ToolResult, "content"> & Partial<Pick<ToolResult, "content">>;

/**
 * Structured content must match the output schema (MCP, server/tools: output schema); errors
 * need none. What goes out is what the schema makes of it: defaults filled in, and no keys
 * that clients were not told of.
 */
function checkOutput(tool: Tool, draft: Draft): ToolResult | string {
  if (tool.output === undefined || draft.isError === true) return structured(draft);
  if (draft.structuredContent === undefined) return "no structured content for its output schema";
  const check = tool.output.check(draft.structuredContent);
  if (check.ok) return structured({ ...draft, structuredContent: check.value });
  const where = check.pointer === "" ? "" : ` at "${check.pointer}"`;
  return `structured content that its output schema refuses${where}: ${check.detail}`;
}

/** Structured content as it goes over the wire, with a text beside it for clients that read only text. */
function structured(draft: Draft): ToolResult | string {
  const { content, structuredContent } = draft;
  if (structuredContent === undefined) return { ...draft, content: content ?? [] };
  const text = JSON.stringify(structuredContent);
  if (text === undefined) return `${kindOf(structuredContent)}, expected a JSON value`;
  // Dates and what else has a toJSON are objects here and strings there.
  const plain = JSON.parse(text);
  return { ...draft, content: content ?? [{ type: "text", text }], structuredContent: plain };
}

function checkedOutcome(tool: Tool, result: ToolResult | string): Outcome {
  if (typeof result === "string") return broken(tool, result);
  const fault = contentFault(result);
  if (fault !== undefined) return broken(tool, fault);
  const members = resultMembers(result);
  const metaBytes = result._meta === undefined ? 0 : utf8Length(JSON.stringify(result._meta));
  const bytes = utf8Bytes(members) + metaBytes;
  if (bytes > LIMITS.resultBytesMax) return tooLarge(tool, bytes);
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

function broken(tool: Tool, what: string): Outcome {
  return toolFailure(`Tool "${tool.name}" returned ${what}`);
}

function tooLarge(tool: Tool, bytes: number): Outcome {
  return broken(tool, `a result of ${bytes} bytes, expected at most ${LIMITS.resultBytesMax}`);
}

/** Encoding is not free, so it is asked only where the answer is not plain. */
function utf8Bytes(text: string): number {
  return text.length <= SURELY_SMALL_CHARS ? text.length : utf8Length(text);
}
