/** Trees on systems that do not show what a descriptor has open: names, looked up again after each use. */
import { type FileHandle, lstat, realpath } from "node:fs/promises";
import { join } from "node:path";
import { type Directory, isInside, type Tree } from "./directory.ts";
import { MOVED, refuse } from "./faults.ts";

/**
 * What was opened is compared with what the real path inside the root names afterwards. Whoever
 * exchanges a directory and puts it back, twice and each time within microseconds, can slip
 * through between the two look-ups; nothing these systems offer to Deno closes that.
 */
export class NamedTree implements Tree {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async openRoot(): Promise<Directory> {
    return new NamedDirectory(await this.realInside(this.#root), this);
  }

  async assertOpenedInside(handle: FileHandle, path: string): Promise<void> {
    const opened = await handle.stat({ bigint: true });
    const named = await lstat(await this.realInside(path), { bigint: true });
    if (opened.dev !== named.dev || opened.ino !== named.ino) refuse("forbidden", MOVED);
  }

  async realInside(path: string): Promise<string> {
    const real = await realpath(path);
    if (!isInside(this.#root, real)) refuse("forbidden", MOVED);
    return real;
  }
}

class NamedDirectory implements Directory {
  readonly self: string;
  readonly #tree: NamedTree;

  constructor(path: string, tree: NamedTree) {
    this.self = path;
    this.#tree = tree;
  }

  at(name: string): string {
    return join(this.self, name);
  }

  async enter(name: string): Promise<Directory> {
    return new NamedDirectory(await this.#tree.realInside(this.at(name)), this.#tree);
  }

  async assertInside(): Promise<void> {
    await this.#tree.realInside(this.self);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
