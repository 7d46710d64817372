/** Chooses how a tree is held, by what the system shows. */
import { constants } from "node:fs";
import { type FileHandle, open, readlink } from "node:fs/promises";
import { SAFE_OPEN, type Tree } from "./directory.ts";
import { HeldTree } from "./held_directory.ts";
import { NamedTree } from "./named_directory.ts";

/**
 * Holds a tree by open directories where the system shows what a file descriptor has open
 * (Linux with /proc, and the permission to read it), by names elsewhere.
 *
 * @param root a real path: absolute, without symbolic links.
 */
export async function holdTree(root: string): Promise<Tree> {
  return await canHold(root) ? new HeldTree(root) : new NamedTree(root);
}

async function canHold(root: string): Promise<boolean> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(root, constants.O_RDONLY | SAFE_OPEN);
    return await readlink(`/proc/self/fd/${handle.fd}`) === root;
  } catch {
    // Whatever keeps it from working, the other way does not need it.
    return false;
  } finally {
    await handle?.close();
  }
}
