/** Modules of this process: each is loaded once, and stays what it was whatever becomes of its file. */
import { GomcpError } from "../base/errors.ts";
import type { HashedFile, ModuleFiles, ModuleSource } from "../base/module_source.ts";

/** What a module was when it was loaded. */
interface Kept {
  readonly hash: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/**
 * Loads modules for one reload after the other. Deno never frees a module, so none is evaluated
 * twice: what is new is loaded, what is gone is left out, and what has changed stays as it was and
 * is named as waiting for a new process.
 */
export class KeptModules {
  readonly #source: ModuleFiles;
  readonly #modules = new Map<string, Kept>();
  /** By path: what a file was when something imported it first. */
  readonly #seen = new Map<string, string>();

  constructor(source: ModuleFiles) {
    this.#source = source;
  }

  /** A source for one reload; files that wait are added to `waiting`. */
  open(waiting: Set<string>): ModuleSource {
    return { find: this.#source.find, load: (file) => this.#load(file, waiting) };
  }

  async #load(file: string, waiting: Set<string>): Promise<Kept["exports"]> {
    const tree = await this.#source.tree(file);
    const hash = hashOf(tree);
    const kept = this.#modules.get(file);
    if (kept !== undefined) {
      if (kept.hash !== hash) waiting.add(file);
      return kept.exports;
    }
    const stale = tree.find(({ path, hash }) => (this.#seen.get(path) ?? hash) !== hash);
    if (stale !== undefined) {
      const text = `Cannot load ${file}: ${stale.path} has changed since this process loaded it, ` +
        "and a module cannot be loaded again; it needs a restart";
      throw new GomcpError("invalid_request", text);
    }
    for (const part of tree) this.#seen.set(part.path, part.hash);
    const exports = await this.#source.load(file);
    this.#modules.set(file, { hash, exports });
    return exports;
  }
}

/** Equal for trees of equal contents. */
export function hashOf(tree: readonly HashedFile[]): string {
  return tree.map(({ hash }) => hash).join(" ");
}
