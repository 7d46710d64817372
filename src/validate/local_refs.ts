/** Where the references of a schema lead to, within the schema itself. */
import { isRecord } from "../base/json.ts";
import type { Schema, SchemaNode } from "./schema_nodes.ts";

/** Why a reference cannot be followed; undefined for one that can. */
export function refFault(
  ref: string,
  root: Schema,
  nodes: readonly SchemaNode[],
): "remote" | "missing" | undefined {
  const [base = "", fragment = ""] = ref.split("#", 2);
  const within = base === "" ? root : nodes.find(({ schema }) => schema.$id === base)?.schema;
  if (within === undefined) return /^[a-z][a-z0-9+.-]*:|^\/\//i.test(base) ? "remote" : "missing";
  if (fragment === "") return undefined;
  if (!fragment.startsWith("/")) {
    const isThere = nodes.some(({ schema }) =>
      schema.$anchor === fragment || schema.$dynamicAnchor === fragment
    );
    return isThere ? undefined : "missing";
  }
  return resolve(within, fragment) === undefined ? "missing" : undefined;
}

/** What a fragment that is a JSON Pointer leads to; undefined when there is nothing. */
export function resolve(root: unknown, fragment: string): unknown {
  let at: unknown = root;
  for (const step of fragment.split("/").slice(1)) {
    const key = decode(step).replaceAll("~1", "/").replaceAll("~0", "~");
    const isInner = (isRecord(at) || Array.isArray(at)) && Object.hasOwn(at, key);
    if (!isInner) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
