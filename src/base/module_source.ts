/** Where the modules of users come from: a port, which `src/stores` implements with files. */
export interface ModuleSource {
  /**
   * The module files that a path names: itself, or those of a folder in the order of
   * their names. Throws when there is no such path.
   */
  find(path: string): Promise<{ readonly files: readonly string[]; readonly isFolder: boolean }>;
  /** The files of a module, itself first, and of what it imports from beside it, with their hashes. */
  tree(file: string): Promise<readonly { readonly path: string; readonly hash: string }[]>;
  /** Evaluates a module and gives its exports. */
  load(file: string): Promise<Readonly<Record<string, unknown>>>;
}
