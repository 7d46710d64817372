/** The full files of an audit log: their names, and how many stay. */
import { basename, dirname, join } from "node:path";
import { segmentOfName } from "./file_names.ts";

/** The full files of `path`, oldest first. */
export async function rotatedFiles(path: string): Promise<{ path: string; segment: number }[]> {
  const folder = dirname(path);
  const found: { path: string; segment: number }[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const segment = isFile ? segmentOfName(basename(path), name) : undefined;
    if (segment !== undefined) found.push({ path: join(folder, name), segment });
  }
  return found.sort((a, b) => a.segment - b.segment);
}

/** Gives a file another name, unless something has it already: no log is ever written over. */
export async function moveAside(from: string, to: string): Promise<void> {
  const isThere = await Deno.lstat(to).then(() => true, () => false);
  if (isThere) throw new Error(`there is a file ${to}`);
  await Deno.rename(from, to);
}

/** Leaves `keep` of them. */
export async function pruneFiles(path: string, keep: number): Promise<void> {
  const files = await rotatedFiles(path);
  for (const each of files.slice(0, Math.max(files.length - keep, 0))) await Deno.remove(each.path);
}
