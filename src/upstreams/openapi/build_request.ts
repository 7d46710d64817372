/** A request of an API, made of a tool's arguments. */
import { GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import type { Values } from "./document.ts";
import type { OperationTool, Placed } from "./operation_tool.ts";

export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** @throws {GomcpError} `invalid_arguments` for what would be another path. */
export function buildRequest(server: string, tool: OperationTool, args: Values): ApiRequest {
  const query: string[] = [];
  const headers: Record<string, string> = {};
  let path = tool.path;
  for (const place of tool.placed) {
    const value = args[place.argument];
    if (value === undefined) continue;
    if (place.in === "path") path = path.replaceAll(`{${place.name}}`, segment(place, value));
    else if (place.in === "query") query.push(...queryOf(place, value));
    else headers[place.name] = texts(value).join(",");
  }
  const { body } = tool;
  if (body !== undefined && args.body !== undefined) headers["content-type"] = body;
  return {
    method: tool.method,
    url: server + path + (query.length === 0 ? "" : `?${query.join("&")}`),
    headers,
    body: body === undefined || args.body === undefined ? undefined : bodyText(body, args.body),
  };
}

/** A value is one step of the path, and stays one. */
function segment({ argument }: Placed, value: unknown): string {
  const text = texts(value).map(encodeURIComponent).join(",");
  if (text !== "" && text !== "." && text !== "..") return text;
  throw new GomcpError("invalid_arguments", `"/${argument}" is empty or a step of a path`);
}

function queryOf({ name, style, explode }: Placed, value: unknown): string[] {
  const pair = (key: string, each: unknown) =>
    `${encodeURIComponent(key)}=${encodeURIComponent(textOf(each))}`;
  if (isRecord(value)) {
    const entries = Object.entries(value);
    if (style === "deepObject") return entries.map(([key, each]) => pair(`${name}[${key}]`, each));
    return explode ? entries.map(([key, each]) => pair(key, each)) : [pair(name, entries.flat())];
  }
  if (!Array.isArray(value)) return [pair(name, value)];
  if (explode) return value.map((each) => pair(name, each));
  const between = { spaceDelimited: " ", pipeDelimited: "|" }[style] ?? ",";
  return [pair(name, texts(value).join(between))];
}

function bodyText(type: string, value: unknown): string {
  if (!type.startsWith("application/x-www-form-urlencoded") || !isRecord(value)) {
    return JSON.stringify(value);
  }
  const pairs = Object.entries(value).map(([key, each]) => [key, textOf(each)]);
  return new URLSearchParams(pairs).toString();
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(textOf) : [textOf(value)];
}

function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
