/** Which npm packages a module and the local modules that it imports need. */
import { readModuleTree } from "./module_tree.ts";

/** Every "npm:…" specifier that is really imported; what stands in comments and texts is none. */
export async function npmSpecifiers(entry: string): Promise<ReadonlySet<string>> {
  const tree = await readModuleTree(entry);
  const all = tree.flatMap(({ specifiers }) => specifiers);
  return new Set(all.filter((specifier) => specifier.startsWith("npm:")));
}
