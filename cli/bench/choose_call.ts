/** The tool that is called, and with what. */
import { GomcpError } from "../../src/base/errors.ts";
import { isRecord } from "../../src/base/json.ts";
import type { ListedTool } from "../../src/bench/wire/connect_mcp.ts";
import {
  payloadText,
  type ToolCall,
  toolCall,
  USUAL_TEXT,
} from "../../src/bench/wire/tool_call.ts";

/** What the user said of it. */
export interface CallChoice {
  /** Undefined for `echo`. */
  readonly tool: string | undefined;
  /** Of the arguments; undefined for one text. */
  readonly template: Readonly<Record<string, unknown>> | undefined;
  /** Of the text; undefined for the usual one. */
  readonly payloadBytes: number | undefined;
}

const NAMES_SHOWN = 10;

/**
 * The call, for a server with these tools; undefined where they are not known, and `echo` is ours.
 *
 * @throws {GomcpError} `invalid_request` for a tool that is not there, or needs arguments.
 */
export function chooseCall(
  { tool = "echo", template, payloadBytes }: CallChoice,
  tools: readonly ListedTool[] | undefined,
): ToolCall {
  const payload = payloadBytes === undefined ? USUAL_TEXT : payloadText(payloadBytes);
  const listed = tools?.find(({ name }) => name === tool);
  if (tools !== undefined && listed === undefined) throw noTool(tool, tools);
  return toolCall(tool, template ?? templateFor(tool, listed), payload);
}

function templateFor(tool: string, listed: ListedTool | undefined): Record<string, unknown> {
  if (listed === undefined) return { msg: "$payload" };
  const { properties, required = [] } = listed.inputSchema;
  const names = Array.isArray(required) ? required : [];
  if (names.length === 0) return {};
  const schema = isRecord(properties) ? properties[names[0]] : undefined;
  // One text is what a tool such as `echo` takes, whatever it is called.
  if (names.length === 1 && isRecord(schema) && schema.type === "string") {
    return { [names[0]]: "$payload" };
  }
  const text = `Cannot call "${tool}": it needs ${names.join(", ")}, expected --args with them`;
  throw new GomcpError("invalid_request", text);
}

function noTool(tool: string, tools: readonly ListedTool[]): GomcpError {
  const names = tools.slice(0, NAMES_SHOWN).map(({ name }) => name).join(", ");
  const more = tools.length > NAMES_SHOWN ? ", …" : "";
  const text = `Cannot call "${tool}": the server has no such tool, expected --tool with one of ` +
    `${names}${more}`;
  return new GomcpError("invalid_request", text);
}
