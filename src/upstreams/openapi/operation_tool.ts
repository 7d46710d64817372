/** An operation of an API as a tool: its definition, and how a request is made of its arguments. */
import { GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { listOf, type Operation, resolve, type Values } from "./document.ts";
import { SchemaWriter } from "./schema.ts";

/** One argument, and where it goes. */
export interface Placed {
  /** As callers name it. */
  readonly argument: string;
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly explode: boolean;
  readonly style: string;
}

export interface OperationTool {
  readonly definition: Values;
  readonly method: string;
  readonly path: string;
  readonly placed: readonly Placed[];
  /** The media type of the argument "body"; undefined where there is none. */
  readonly body: string | undefined;
}

const READ_ONLY = new Set(["GET", "HEAD", "OPTIONS"]);
const IDEMPOTENT = new Set(["PUT", "DELETE"]);
const FORM = "application/x-www-form-urlencoded";

/** `kept` are names of headers that callers have no say in. @throws {GomcpError} for what no tool can do. */
export function operationTool(
  document: Values,
  operation: Operation,
  kept: ReadonlySet<string>,
): OperationTool {
  const { method, path, definition } = operation;
  const writer = new SchemaWriter(document);
  const properties: Record<string, unknown> = {};
  const required: string[] = [];
  const placed = operation.parameters.flatMap((parameter): Placed[] => {
    const where = placeOf(parameter, properties);
    if (where === undefined || (where.in === "header" && kept.has(where.name.toLowerCase()))) {
      return [];
    }
    properties[where.argument] = describe(writer.write(schemaOf(parameter)), parameter);
    if (parameter.required === true || where.in === "path") required.push(where.argument);
    return [where];
  });
  const body = bodyOf(document, definition.requestBody);
  if (body !== undefined) {
    properties.body = writer.write(body.schema);
    if (body.isRequired) required.push("body");
  }
  return {
    method,
    path,
    placed,
    body: body?.type,
    definition: {
      name: nameOf(operation),
      ...(typeof definition.summary === "string" && { title: definition.summary }),
      description: descriptionOf(operation),
      inputSchema: {
        type: "object",
        properties,
        ...(required.length > 0 && { required }),
        additionalProperties: false,
        ...(writer.defs && { $defs: writer.defs }),
      },
      annotations: {
        readOnlyHint: READ_ONLY.has(method),
        destructiveHint: method === "DELETE",
        idempotentHint: READ_ONLY.has(method) || IDEMPOTENT.has(method),
        openWorldHint: true,
      },
    },
  };
}

/** An operation's id, or what it does: "get_pets_id". */
export function nameOf({ method, path, definition }: Operation): string {
  const said = typeof definition.operationId === "string"
    ? definition.operationId
    : `${method.toLowerCase()}${path}`;
  return said.replace(/[^A-Za-z0-9_.-]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 100);
}

function descriptionOf({ method, path, definition }: Operation): string {
  const { description, summary } = definition;
  const words = [description, summary].find((each) =>
    typeof each === "string" && each.trim() !== ""
  );
  return typeof words === "string" ? words : `${method} ${path}`;
}

function placeOf(parameter: Values, taken: Values): Placed | undefined {
  const { name, in: place, explode, style, required } = parameter;
  if (typeof name !== "string") throw unusable("a parameter has no name");
  if (place !== "path" && place !== "query" && place !== "header") {
    if (required !== true) return undefined;
    throw unusable(`its parameter "${name}" is in "${String(place)}", which is not sent`);
  }
  const usual = place === "query" ? "form" : "simple";
  const said = typeof style === "string" ? style : usual;
  const argument = Object.hasOwn(taken, name) || name === "body" ? `${place}_${name}` : name;
  return {
    argument,
    name,
    in: place,
    style: said,
    explode: typeof explode === "boolean" ? explode : said === "form",
  };
}

function schemaOf({ schema, content }: Values): unknown {
  if (schema !== undefined) return schema;
  const [media] = isRecord(content) ? Object.values(content) : [];
  return isRecord(media) ? media.schema ?? {} : {};
}

function describe(schema: unknown, { description }: Values): unknown {
  if (!isRecord(schema) || typeof description !== "string") return schema;
  return { description, ...schema };
}

function bodyOf(document: Values, raw: unknown) {
  const body = resolve(document, raw);
  if (!isRecord(body)) return undefined;
  const content = isRecord(body.content) ? body.content : {};
  const type = Object.keys(content).find((each) => /^application\/([\w.-]+\+)?json\b/.test(each)) ??
    Object.keys(content).find((each) => each.startsWith(FORM));
  if (type === undefined) {
    if (body.required !== true) return undefined;
    throw unusable(`its body is ${Object.keys(content).join(" or ")}, expected JSON or a form`);
  }
  const media = content[type];
  const schema = isRecord(media) ? media.schema ?? {} : {};
  return { type, schema, isRequired: body.required === true };
}

function unusable(what: string): GomcpError {
  return new GomcpError("invalid_request", what);
}

/** Whether an operation is one of those that are wanted; all are where nothing is said. */
export function isWanted(
  operation: Operation,
  { tags, operations }: {
    readonly tags: readonly string[];
    readonly operations: readonly string[];
  },
): boolean {
  if (tags.length + operations.length === 0) return true;
  const { definition } = operation;
  const own = listOf(definition.tags).map(String);
  return tags.some((tag) => own.includes(tag)) || operations.includes(nameOf(operation)) ||
    operations.includes(String(definition.operationId));
}
