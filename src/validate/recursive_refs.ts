/** References of a schema by which it contains itself, through others or at once. */
import type { SchemaNode } from "./schema_nodes.ts";

export interface LocalRef {
  /** Where the schema with the reference stands. */
  readonly pointer: string;
  /** As it is written. */
  readonly ref: string;
  /** What it leads to. */
  readonly target: string;
}

/** Those that are part of a circle; `nodes` are a schema's, the outermost first. */
export function recursiveRefs(nodes: readonly SchemaNode[]): readonly LocalRef[] {
  const root = nodes[0]?.pointer ?? "";
  let refs: readonly LocalRef[] = nodes.flatMap(({ schema: { $ref: ref }, pointer }) =>
    typeof ref === "string" && /^#(?:$|\/)/.test(ref)
      ? [{ pointer, ref, target: root + ref.slice(1) }]
      : []
  );
  // What nothing leads to, or what leads nowhere further, is in no circle; then others are not.
  for (let before = -1; before !== refs.length;) {
    before = refs.length;
    const targets = new Set(refs.map(({ target }) => target));
    const within = new Set(refs.flatMap(({ pointer }) => around(pointer)));
    refs = refs.filter(({ pointer, target }) =>
      within.has(target) && around(pointer).some((outer) => targets.has(outer))
    );
  }
  return refs;
}

/** The pointer and all that it stands within. */
function around(pointer: string): string[] {
  const steps = pointer.split("/");
  return steps.map((_, at) => steps.slice(0, at + 1).join("/"));
}
