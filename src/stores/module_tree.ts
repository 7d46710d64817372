/** A module and all local modules that it imports, found without running any of them. */
import { createHash } from "node:crypto";
import { dirname, resolve } from "node:path";
import { LIMITS } from "../base/limits.ts";
import type { ModulePackages } from "../base/module_source.ts";
import { readImports } from "./imports/read_imports.ts";

/** One file of a tree. */
export interface TreeFile {
  /** Absolute. */
  readonly path: string;
  /** SHA-256 of its text, in hex; empty for one that cannot be read. */
  readonly hash: string;
  /** What it imports, as it is written there. */
  readonly specifiers: readonly string[];
}

/**
 * The files of a module, itself first, at most `LIMITS.moduleFilesMax`. Packages are not followed.
 * A file that cannot be read is reported by the import that needs it.
 */
export async function readModuleTree(entry: string): Promise<readonly TreeFile[]> {
  const found = new Map<string, TreeFile>();
  const waiting = [resolve(entry)];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (found.has(path) || found.size >= LIMITS.moduleFilesMax) continue;
    const bytes = await Deno.readFile(path).catch(() => undefined);
    const specifiers = bytes === undefined ? [] : readImports(new TextDecoder().decode(bytes));
    found.set(path, {
      path,
      hash: bytes === undefined ? "" : createHash("sha256").update(bytes).digest("hex"),
      specifiers,
    });
    for (const specifier of specifiers) {
      if (/^\.{1,2}\//.test(specifier)) waiting.push(resolve(dirname(path), specifier));
    }
  }
  return [...found.values()];
}

/** Not a package: a file beside it, gomcp, what is built into the runtime. */
const OWN = /^(\.{1,2}\/|gomcp$|node:)/;

/** A module with all that it imports, as far as that can be told without running it. */
export interface ModuleTree {
  /** Itself and the local modules that it imports, by absolute paths. */
  readonly files: ReadonlySet<string>;
  /** The "npm:…" specifiers among its imports; what stands in comments and texts is none. */
  readonly npm: ReadonlySet<string>;
  /** What it needs beside its own files. */
  readonly packages: ModulePackages;
}

/** What a module needs. */
export async function moduleTree(entry: string): Promise<ModuleTree> {
  const tree = await readModuleTree(entry);
  const specifiers = tree.flatMap((file) => file.specifiers);
  const npm = new Set(specifiers.filter((specifier) => specifier.startsWith("npm:")));
  const isAlone = specifiers.every((specifier) => OWN.test(specifier));
  return {
    files: new Set(tree.map(({ path }) => path)),
    npm,
    packages: npm.size > 0 ? "npm" : isAlone ? "none" : "named",
  };
}
