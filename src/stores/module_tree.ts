/** What a module and the local modules that it imports are, and which npm packages they need. */
import { dirname, resolve } from "node:path";
import { LIMITS } from "../base/limits.ts";
import { readImports } from "./imports/read_imports.ts";

/** Every "npm:…" specifier that is really imported; what stands in comments and texts is none. */
export async function npmSpecifiers(entry: string): Promise<ReadonlySet<string>> {
  return (await moduleTree(entry)).npm;
}

/** A module with all that it imports, as far as that can be told without running it. */
export interface ModuleTree {
  /** Itself and the local modules that it imports, by absolute paths. */
  readonly files: ReadonlySet<string>;
  /** The "npm:…" specifiers among its imports. */
  readonly npm: ReadonlySet<string>;
}

/** Reads a module and those that it imports, without running any. */
export async function moduleTree(entry: string): Promise<ModuleTree> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const waiting = [resolve(entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file) || seen.size >= LIMITS.moduleFilesMax) continue;
    seen.add(file);
    // A file that cannot be read is reported by the import that needs it.
    const text = await Deno.readTextFile(file).catch(() => "");
    for (const specifier of readImports(text)) {
      if (specifier.startsWith("npm:")) found.add(specifier);
      else if (/^\.{1,2}\//.test(specifier)) waiting.push(resolve(dirname(file), specifier));
    }
  }
  return { files: seen, npm: found };
}
