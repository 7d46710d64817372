/** `RootFs` on a disk: one directory tree, and nothing outside it, whatever changes meanwhile. */
import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { GomcpError } from "../base/errors.ts";
import type {
  DirPage,
  EntryInfo,
  EntryType,
  FilePart,
  RootFs,
  WriteOptions,
} from "../tools/builtin/files/root_fs.ts";
import { deleteEntry } from "./root_fs/delete_entry.ts";
import type { Tree } from "./root_fs/directory.ts";
import { assertThere, describeEntry, openRegularFile } from "./root_fs/entry.ts";
import { explained, systemCode } from "./root_fs/faults.ts";
import { holdTree } from "./root_fs/hold_tree.ts";
import { listEntries } from "./root_fs/list_entries.ts";
import { readPart } from "./root_fs/read_part.ts";
import { parseRelativePath } from "./root_fs/relative_path.ts";
import { type Place, type Root, type WalkOptions, withPlace } from "./root_fs/walk.ts";
import { writeFile } from "./root_fs/write_file.ts";

/** @internal For tests: how the tree is held, and what happens between a check and a use. */
export interface RootFsSeams {
  readonly holdTree?: (root: string) => Tree | Promise<Tree>;
  readonly pause?: Root["pause"];
}

/**
 * Opens a directory as the root of the file tools. A symbolic link is resolved once, here.
 *
 * Where Linux shows what a descriptor has open, no exchange of files can lead outside. Elsewhere
 * what was opened is looked up again before it is used, and a gap of microseconds remains.
 * On no system are hard links and mounts inside the root told from other files, and a directory
 * that is moved out of the root after the last look at it is still the one that was meant.
 *
 * @throws {GomcpError} `invalid_request` when it is missing or no directory.
 */
export async function openRootFs(dir: string, seams: RootFsSeams = {}): Promise<RootFs> {
  const real = await realDirectory(dir);
  return new DiskRootFs({
    tree: await (seams.holdTree ?? holdTree)(real),
    prefixes: [real, resolve(dir)],
    windows: Deno.build.os === "windows",
    pause: seams.pause ?? (() => undefined),
  });
}

class DiskRootFs implements RootFs {
  readonly #root: Root;

  constructor(root: Root) {
    this.#root = root;
  }

  read(path: string, part: { offset: number; length: number }): Promise<FilePart> {
    return this.#at("read", path, { followLast: true }, async (place) => {
      const handle = await openRegularFile(this.#root, place);
      try {
        return await readPart(handle, part);
      } finally {
        await handle.close();
      }
    });
  }

  list(path: string, page: { offset: number; limit: number }): Promise<DirPage> {
    return this.#at("list", path, { followLast: true }, (place) => {
      return listEntries(this.#root, place, page);
    });
  }

  async info(path: string): Promise<EntryInfo> {
    const own = await this.#describe(path, false);
    if (own.type !== "symlink") return own;
    try {
      return { ...await this.#describe(path, true), symlink: true };
    } catch (error) {
      // It leads nowhere, or outside: what it leads to is nobody's business, that it is there may be said.
      if (error instanceof GomcpError) return own;
      throw error;
    }
  }

  write(path: string, bytes: Uint8Array, options: WriteOptions): Promise<{ created: boolean }> {
    const { createDirs } = options;
    return this.#at("write", path, { followLast: true, createDirs }, (place) => {
      return writeFile(this.#root, place, bytes, options);
    });
  }

  delete(path: string): Promise<{ type: EntryType }> {
    return this.#at("delete", path, { followLast: false }, (place) => {
      return deleteEntry(this.#root, place);
    });
  }

  #describe(path: string, followLast: boolean): Promise<EntryInfo> {
    return this.#at("look at", path, { followLast }, async (place) => {
      assertThere(place);
      await place.dir.assertInside();
      const described = describeEntry(place.stats, this.#root);
      return { ...described, symlink: described.type === "symlink" };
    });
  }

  #at<T>(
    action: string,
    path: string,
    options: WalkOptions,
    use: (place: Place) => Promise<T>,
  ): Promise<T> {
    return explained(action, path, async () => {
      const names = parseRelativePath(path, this.#root);
      return await withPlace(this.#root, names, options, use);
    });
  }
}

async function realDirectory(dir: string): Promise<string> {
  const fail = (reason: string, cause?: unknown): never => {
    const detail = `Cannot use ${JSON.stringify(dir)} as the root of the file tools: ${reason}`;
    throw new GomcpError("invalid_request", detail, { cause });
  };
  try {
    const real = await realpath(dir);
    if ((await stat(real)).isDirectory()) return real;
  } catch (cause) {
    const missing = systemCode(cause) === "ENOENT";
    return fail(missing ? "it does not exist" : "the server cannot look at it", cause);
  }
  return fail("it is not a directory");
}
