/** The port `RootFs`: what the file tools need of a directory tree that they cannot leave. */

/** `other`: a FIFO, a socket or a device. `unknown`: it went away, or its name is no UTF-8. */
export type EntryType = "file" | "directory" | "symlink" | "other" | "unknown";

export interface FilePart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the whole file. */
  readonly sizeBytes: number;
}

export interface DirEntry {
  readonly name: string;
  readonly type: EntryType;
  /** Of files only. */
  readonly sizeBytes?: number;
}

export interface DirPage {
  /** In the order of their names' UTF-16 code units, which no locale changes. */
  readonly entries: readonly DirEntry[];
  /** How many entries the directory has. */
  readonly total: number;
}

export interface EntryInfo {
  /** What a symbolic link leads to; `symlink` when that is nothing, or outside the root. */
  readonly type: EntryType;
  readonly symlink: boolean;
  /** Of files only. */
  readonly sizeBytes?: number;
  readonly modifiedMs: number;
  /** Permission bits, where the system has them. */
  readonly mode?: number;
}

export interface WriteOptions {
  /** False: an existing file is refused, however late it appeared. */
  readonly overwrite: boolean;
  /** True: missing parent directories are made. */
  readonly createDirs: boolean;
  /** Aborted before the new contents are in place: nothing changes. */
  readonly signal?: AbortSignal;
}

/**
 * A directory tree. Every path is relative to its root, with "/" between names; "." is the root.
 * Whatever lies outside, or is reached through a symbolic link that leads outside, is refused.
 *
 * Every method throws `GomcpError`: `invalid_arguments` for what is no path in a root, `forbidden`
 * for what leads outside, `tool_error` for the rest. The messages name the path as it was given,
 * never where the root is.
 */
export interface RootFs {
  /** At most `length` bytes of a regular file, from `offset`; fewer only at its end. */
  read(
    path: string,
    part: { readonly offset: number; readonly length: number },
  ): Promise<FilePart>;
  /** At most `limit` entries of a directory, from the `offset`th. */
  list(
    path: string,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<DirPage>;
  info(path: string): Promise<EntryInfo>;
  /** Puts a whole file in place at once: whoever reads sees the old contents or the new ones. */
  write(
    path: string,
    bytes: Uint8Array,
    options: WriteOptions,
  ): Promise<{ readonly created: boolean }>;
  /** Deletes a file, a symbolic link (never its target) or an empty directory. */
  delete(path: string): Promise<{ readonly type: EntryType }>;
}
