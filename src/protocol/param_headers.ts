/** Arguments that HTTP requests repeat as `Mcp-Param-*` headers (2026-07-28, transports: x-mcp-header). */
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { subschemasOf } from "./subschemas.ts";
import type { RpcError } from "./jsonrpc.ts";
import { decodeHeaderValue, encodeHeaderValue, headerError } from "./header_values.ts";

const ANNOTATION = "x-mcp-header";
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A decimal number, "07" among them: `Number()` reads "0x3" and " 3" as well. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const TYPES: ReadonlySet<unknown> = new Set(["string", "integer", "boolean"]);

/** One annotated argument. */
export interface ParamHeader {
  /** The whole name of the header. */
  readonly header: string;
  /** The way to the argument through objects. */
  readonly path: readonly string[];
}

/**
 * Finds the annotations of an input schema.
 *
 * @throws {GomcpError} `invalid_request` for one that the revision does not allow.
 */
export function readParamHeaders(schema: Readonly<Record<string, unknown>>): ParamHeader[] {
  const found: ParamHeader[] = [];
  collect(schema, [], found);
  const names = found.map(({ header }) => header.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) reject(`two arguments have the header "${twice}"`);
  return found;
}

function collect(
  schema: Readonly<Record<string, unknown>>,
  path: readonly string[],
  found: ParamHeader[],
): void {
  for (const inner of subschemasOf(schema)) refuseAny(inner);
  if (path.length === 0) refuseOwn(schema);
  if (!isRecord(schema.properties)) return;
  for (const [key, property] of Object.entries(schema.properties)) {
    if (!isRecord(property)) continue;
    const name = property[ANNOTATION];
    const way = [...path, key];
    if (name !== undefined) {
      if (typeof name !== "string" || !TOKEN.test(name)) {
        reject(`${ANNOTATION} of "${way.join("/")}" is no header name`);
      }
      if (!TYPES.has(property.type)) {
        reject(`${ANNOTATION} of "${way.join("/")}" is not on a string, integer or boolean`);
      }
      found.push({ header: `Mcp-Param-${name}`, path: way });
    }
    collect(property, way, found);
  }
}

/** A header repeats one argument; behind a list, a choice or a reference there may be none or many. */
function refuseAny(schema: Readonly<Record<string, unknown>>): void {
  refuseOwn(schema);
  const properties = isRecord(schema.properties) ? Object.values(schema.properties) : [];
  for (const inner of [...properties.filter(isRecord), ...subschemasOf(schema)]) refuseAny(inner);
}

function refuseOwn(schema: Readonly<Record<string, unknown>>): void {
  const name = schema[ANNOTATION];
  if (name === undefined) return;
  reject(`${ANNOTATION} ${JSON.stringify(name)} stands where no chain of properties leads`);
}

function reject(what: string): never {
  throw new GomcpError("invalid_request", `its input schema: ${what}`);
}

/** Says which header does not repeat its argument; undefined when all do. */
export function checkParamHeaders(
  params: readonly ParamHeader[],
  args: unknown,
  headerOf: (name: string) => string | null,
): RpcError | undefined {
  for (const { header, path } of params) {
    const error = checkOne(header, valueAt(args, path), headerOf(header));
    if (error !== undefined) return error;
  }
  return undefined;
}

/** The headers that repeat these arguments, for a server that annotates them. */
export function encodeParamHeaders(
  params: readonly ParamHeader[],
  args: unknown,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const { header, path } of params) {
    const value = valueAt(args, path);
    if (value !== undefined && value !== null) headers[header] = encodeHeaderValue(String(value));
  }
  return headers;
}

function valueAt(args: unknown, path: readonly string[]): unknown {
  let value = args;
  for (const key of path) value = isRecord(value) ? value[key] : undefined;
  return value;
}

function checkOne(header: string, value: unknown, received: string | null): RpcError | undefined {
  if (value === undefined || value === null) {
    if (received === null) return undefined;
    return headerError(`header ${header} repeats an argument that is not there`, header);
  }
  if (received === null) return headerError(`header ${header} is missing`, header);
  const text = decodeHeaderValue(received.trim());
  if (text === undefined) return headerError(`header ${header} is no valid base64`, header);
  const same = typeof value === "number"
    ? NUMBER.test(text) && Number(text) === value
    : text === String(value);
  return same ? undefined : headerError(`header ${header} differs from its argument`, header);
}
