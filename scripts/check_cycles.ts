/**
 * Finds import cycles among the project's own files, those that concern types only included:
 * `deno run -A scripts/check_cycles.ts [folder]`. Exits 1 when there are any.
 */
import { findCycles } from "./cycles/find_cycles.ts";
import { readGraph } from "./cycles/import_graph.ts";

if (import.meta.main) {
  const graph = await readGraph(Deno.args[0] ?? ".");
  const cycles = findCycles(graph);
  for (const cycle of cycles) console.log([...cycle, cycle[0]].join(" -> "));
  if (cycles.length === 0) console.log(`no import cycles in ${graph.size} files`);
  else Deno.exit(1);
}
