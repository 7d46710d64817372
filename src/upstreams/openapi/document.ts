/** An OpenAPI document (3.0 and 3.1): its operations, and the schemas that they refer to. */
import { GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { clip } from "../../protocol/jsonrpc.ts";

export type Values = Readonly<Record<string, unknown>>;

/** One operation, with the parameters of its path. */
export interface Operation {
  readonly method: string;
  /** Such as "/pets/{id}". */
  readonly path: string;
  readonly definition: Values;
  readonly parameters: readonly Values[];
}

const METHODS = ["get", "put", "post", "delete", "patch", "head", "options"];
/** References that lead to references. */
const HOPS_MAX = 16;

/** @throws {GomcpError} `upstream_failed` for what is no such document. */
export function checkDocument(value: unknown): Values {
  if (!isRecord(value)) throw failed("it is no object");
  if (value.swagger !== undefined) {
    throw failed("it is of Swagger 2.0, expected OpenAPI 3.0 or 3.1");
  }
  if (!/^3\.[01]\./.test(String(value.openapi))) {
    throw failed(
      `its "openapi" is ${clip(JSON.stringify(value.openapi) ?? "missing")}, expected 3.0 or 3.1`,
    );
  }
  if (!isRecord(value.paths)) throw failed('it has no "paths"');
  return value;
}

export function operationsOf(document: Values): readonly Operation[] {
  return Object.entries(document.paths as Values).flatMap(([path, raw]) => {
    const item = resolve(document, raw);
    if (!isRecord(item)) return [];
    return METHODS.filter((method) => isRecord(item[method])).map((method): Operation => {
      const definition = item[method] as Values;
      return {
        method: method.toUpperCase(),
        path,
        definition,
        parameters: parametersOf(document, item.parameters, definition.parameters),
      };
    });
  });
}

/** Those of an operation go before those of its path. */
function parametersOf(document: Values, shared: unknown, own: unknown): readonly Values[] {
  const byName = new Map<string, Values>();
  for (const each of [...listOf(shared), ...listOf(own)]) {
    const parameter = resolve(document, each);
    if (isRecord(parameter)) byName.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  return [...byName.values()];
}

/** What a value refers to, within the document; nothing is fetched. */
export function resolve(document: Values, value: unknown): unknown {
  let at = value;
  for (let hops = 0; isRecord(at) && typeof at.$ref === "string"; hops++) {
    if (hops === HOPS_MAX || !at.$ref.startsWith("#/")) return undefined;
    at = at.$ref.slice(2).split("/").reduce<unknown>((node, step) => {
      const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
      return isRecord(node) && Object.hasOwn(node, key) ? node[key] : undefined;
    }, document);
  }
  return at;
}

/**
 * The address of the API: the one said, or the document's first server. A document that came from an
 * address speaks for that host only: what is sent has secrets in it, and comes from inside.
 *
 * @throws {GomcpError} `upstream_failed` for a server that is no address, or another host's.
 */
export function serverOf(document: Values, said: string | undefined, from: string): string {
  const [first] = listOf(document.servers);
  const variables = isRecord(first) && isRecord(first.variables) ? first.variables : {};
  const own = isRecord(first) && typeof first.url === "string" ? first.url : "/";
  const filled = own.replaceAll(/\{([^}]+)\}/g, (_, name) => {
    const variable = variables[name];
    return String(isRecord(variable) ? variable.default ?? "" : "");
  });
  const address = said ?? filled;
  const base = URL.canParse(from) ? from : undefined;
  if (URL.canParse(address, base) && /^https?:/.test(new URL(address, base).protocol)) {
    const server = new URL(address, base);
    if (said === undefined && base !== undefined && server.origin !== new URL(base).origin) {
      throw failed(`its server is ${server.origin}, another host than its own; say it as "server"`);
    }
    return server.href.replace(/\/$/, "");
  }
  throw failed(`its server is "${clip(address)}", expected an address; say it as "server"`);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function failed(what: string): GomcpError {
  return new GomcpError("upstream_failed", `its OpenAPI document cannot be used: ${what}`);
}
