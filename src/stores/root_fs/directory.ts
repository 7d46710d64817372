/** What the operations need of a tree on disk: directories that stay what they are, and proof of what was opened. */
import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { sep } from "node:path";

/** A directory inside the root, in use by one operation. */
export interface Directory {
  /** The directory itself, as a path for the system. */
  readonly self: string;
  /** An entry of it, as a path for the system. */
  at(name: string): string;
  /** Goes down into a directory; never out of the root. */
  enter(name: string): Promise<Directory>;
  /** Throws `forbidden` unless the directory still lies inside the root. */
  assertInside(): Promise<void>;
  close(): Promise<void>;
}

export interface Tree {
  openRoot(): Promise<Directory>;
  /** Throws `forbidden` unless what `handle` has open lies inside the root. `path` is how it was opened. */
  assertOpenedInside(handle: FileHandle, path: string): Promise<void>;
}

/** Flags of every open: follow no link, wait for no FIFO, take no terminal. 0 where the system has none. */
export const SAFE_OPEN = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) |
  (constants.O_NOCTTY ?? 0);

/** Both are real paths: absolute, without symbolic links. */
export function isInside(root: string, real: string): boolean {
  return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
}
