/** Trees on Linux: each directory is held open, and its entries are reached through the descriptor. */
import { constants } from "node:fs";
import { type FileHandle, open, readlink } from "node:fs/promises";
import { type Directory, isInside, SAFE_OPEN, type Tree } from "./directory.ts";
import { MOVED, refuse } from "./faults.ts";

/**
 * `/proc/self/fd/N/name` is what openat(2) does with descriptor N: whoever exchanges a directory
 * on the way for a symbolic link comes too late, since no name on the way is looked up again.
 */
export class HeldTree implements Tree {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async openRoot(): Promise<Directory> {
    const root = new HeldDirectory(await openDirectory(this.#root), this);
    return await checked(root);
  }

  async assertOpenedInside(handle: FileHandle): Promise<void> {
    const real = await readlink(descriptorPath(handle));
    if (!isInside(this.#root, real)) refuse("forbidden", MOVED);
  }
}

class HeldDirectory implements Directory {
  readonly self: string;
  readonly #handle: FileHandle;
  readonly #tree: HeldTree;

  constructor(handle: FileHandle, tree: HeldTree) {
    this.#handle = handle;
    this.#tree = tree;
    this.self = descriptorPath(handle);
  }

  at(name: string): string {
    return `${this.self}/${name}`;
  }

  async enter(name: string): Promise<Directory> {
    return await checked(new HeldDirectory(await openDirectory(this.at(name)), this.#tree));
  }

  assertInside(): Promise<void> {
    return this.#tree.assertOpenedInside(this.#handle);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

function openDirectory(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_DIRECTORY | SAFE_OPEN);
}

async function checked(directory: Directory): Promise<Directory> {
  try {
    await directory.assertInside();
    return directory;
  } catch (error) {
    await directory.close();
    throw error;
  }
}

function descriptorPath(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}
