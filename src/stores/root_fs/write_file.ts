/** Puts a file's contents in place at once: written beside it under another name, then renamed. */
import { constants } from "node:fs";
import { type FileHandle, link, open, rename, unlink } from "node:fs/promises";
import type { WriteOptions } from "../../tools/builtin/files/root_fs.ts";
import { SAFE_OPEN } from "./directory.ts";
import { openRegularFile } from "./entry.ts";
import { refuse } from "./faults.ts";
import type { Place, Root } from "./walk.ts";

const { O_WRONLY, O_CREAT, O_EXCL } = constants;

/** For new files, before the process's umask. */
const NEW_FILE_MODE = 0o666;
/** Set-user-id and the like do not pass to contents that a client chose. */
const KEPT_MODE_BITS = 0o777;

export async function writeFile(
  root: Root,
  place: Place,
  bytes: Uint8Array,
  options: WriteOptions,
): Promise<{ created: boolean }> {
  const { dir, name, stats } = place;
  if (name === undefined) refuse("tool_error", "it is a directory, expected a regular file");
  if (stats && !options.overwrite) {
    refuse("tool_error", "it exists already, and overwrite is false");
  }
  const mode = stats && await existingMode(root, place);
  await dir.assertInside();
  await root.pause("create");
  const temporary = dir.at(`.gomcp-${crypto.randomUUID()}.tmp`);
  try {
    await writeTemporary(root, temporary, bytes, mode);
    await root.pause("commit");
    await dir.assertInside();
    if (options.signal?.aborted) refuse("cancelled", "the call was cancelled");
    await moveIntoPlace(temporary, dir.at(name), options.overwrite);
  } catch (error) {
    // The first error is the one to report; often there is nothing left to take away.
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  return { created: stats === undefined };
}

/** Asks for the right to write the file itself: a rename alone would replace a read-only one. */
async function existingMode(root: Root, place: Place): Promise<number> {
  const handle = await openRegularFile(root, place, O_WRONLY);
  try {
    return (await handle.stat()).mode & KEPT_MODE_BITS;
  } finally {
    await handle.close();
  }
}

async function writeTemporary(
  root: Root,
  path: string,
  bytes: Uint8Array,
  mode: number | undefined,
): Promise<void> {
  const handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | SAFE_OPEN, mode ?? NEW_FILE_MODE);
  try {
    await root.tree.assertOpenedInside(handle, path);
    await writeAll(handle, bytes);
    // The umask may have taken bits that the old file had.
    if (mode !== undefined && !root.windows) await handle.chmod(mode);
    // On disk before the rename is, so that a power cut leaves no empty file.
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, done);
    done += bytesWritten;
  }
}

/** A link fails where a file has appeared meanwhile; a rename would replace it. */
async function moveIntoPlace(temporary: string, path: string, overwrite: boolean): Promise<void> {
  if (overwrite) return await rename(temporary, path);
  await link(temporary, path);
  await unlink(temporary);
}
