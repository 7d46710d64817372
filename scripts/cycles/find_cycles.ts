/** Finds the cycles of a graph of imports. */

/** Each file with the files that it imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * For every file that stands in a cycle, a shortest cycle through it; each cycle once, beginning
 * with its alphabetically first file and not repeating it at the end. (All cycles would be
 * exponentially many, and most of them the same mistake.)
 */
export function findCycles(graph: Graph): string[][] {
  const cycles = new Map<string, string[]>();
  for (const file of [...graph.keys()].sort()) {
    const cycle = shortestCycle(graph, file);
    if (!cycle) continue;
    const first = cycle.indexOf(cycle.toSorted()[0]!);
    const rotated = [...cycle.slice(first), ...cycle.slice(0, first)];
    cycles.set(rotated.join("\n"), rotated);
  }
  return [...cycles.values()];
}

/** Breadth first from `start` until an import leads back to it. */
function shortestCycle(graph: Graph, start: string): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[start, undefined]]);
  for (const file of cameFrom.keys()) {
    for (const imported of graph.get(file) ?? []) {
      if (imported === start) return pathTo(file, cameFrom);
      if (!cameFrom.has(imported)) cameFrom.set(imported, file);
    }
  }
  return undefined;
}

function pathTo(file: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const path: string[] = [];
  for (let at: string | undefined = file; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
  return path;
}
