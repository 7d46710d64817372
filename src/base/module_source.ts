/** Where the modules of users come from: a port, which `src/stores` implements with files. */
export interface ModuleSource {
  /**
   * The module files that a path names: itself, or those of a folder in the order of
   * their names. Throws when there is no such path.
   */
  find(path: string): Promise<{ readonly files: readonly string[]; readonly isFolder: boolean }>;
  /** Hears of all that will be loaded: what is done for many at once can be begun. */
  prepare?(files: readonly string[]): void;
  /** Evaluates a module and gives its exports. */
  load(file: string): Promise<Readonly<Record<string, unknown>>>;
}

/**
 * What a module, or what it imports from beside it, needs beside gomcp and what is built into the
 * runtime: nothing, packages by their names (such as "zod"), or packages by "npm:".
 */
export type ModulePackages = "none" | "named" | "npm";

/** A file, and what tells its contents from others. */
export interface HashedFile {
  readonly path: string;
  readonly hash: string;
}

/** Modules that are files. */
export interface ModuleFiles extends ModuleSource {
  /** A module and all that it imports from beside it, itself first; nothing of it is run. */
  tree(file: string): Promise<readonly HashedFile[]>;
}
