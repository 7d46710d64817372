/** What an entry is: its type, its description, and the refusal of what is no file. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { EntryInfo, EntryType } from "../../tools/builtin/files/root_fs.ts";
import { SAFE_OPEN } from "./directory.ts";
import { MISSING, refuse } from "./faults.ts";
import type { Place, Root } from "./walk.ts";

const PERMISSION_BITS = 0o7777;

export function typeOf(stats: Stats): EntryType {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "symlink" : "other";
}

export function describeEntry(stats: Stats, root: Root): Omit<EntryInfo, "symlink"> {
  return {
    type: typeOf(stats),
    ...(stats.isFile() && { sizeBytes: stats.size }),
    modifiedMs: stats.mtimeMs,
    ...(!root.windows && { mode: stats.mode & PERMISSION_BITS }),
  };
}

/** A place where something is. */
export function assertThere(place: Place): asserts place is Place & { readonly stats: Stats } {
  if (place.stats === undefined) refuse("tool_error", MISSING);
}

/**
 * Opens a regular file that the walk has found, and proves that it is that: what stood there
 * during the walk may since have become a FIFO (which must not block the open), a device or a
 * link. Nothing is read, cut off or written before.
 */
export async function openRegularFile(
  root: Root,
  place: Place,
  access: number = constants.O_RDONLY,
): Promise<FileHandle> {
  assertThere(place);
  assertRegular(place.stats);
  await root.pause("open");
  const path = place.dir.at(place.name!);
  const handle = await open(path, access | SAFE_OPEN);
  try {
    await root.pause("verify");
    assertRegular(await handle.stat());
    await root.tree.assertOpenedInside(handle, path);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function assertRegular(stats: Stats): void {
  if (!stats.isFile()) refuse("tool_error", `it is ${kindOf(stats)}, expected a regular file`);
}

export function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a directory";
  if (stats.isSymbolicLink()) return "a symbolic link";
  if (stats.isFIFO()) return "a FIFO";
  if (stats.isSocket()) return "a socket";
  return "a device";
}
