/** One page of a directory's entries, in a stable order. */
import { lstat, readdir } from "node:fs/promises";
import type { DirEntry, DirPage } from "../../tools/builtin/files/root_fs.ts";
import type { Directory } from "./directory.ts";
import { assertThere, kindOf, typeOf } from "./entry.ts";
import { refuse, systemCode } from "./faults.ts";
import type { Place, Root } from "./walk.ts";

/** Entries that are looked at side by side. */
const TOGETHER = 64;

export async function listEntries(
  root: Root,
  place: Place,
  page: { readonly offset: number; readonly limit: number },
): Promise<DirPage> {
  const directory = await openHere(root, place);
  try {
    await root.pause("list");
    const names = (await readdir(directory.self)).sort();
    const wanted = names.slice(page.offset, page.offset + page.limit);
    const entries: DirEntry[] = [];
    for (let from = 0; from < wanted.length; from += TOGETHER) {
      const some = wanted.slice(from, from + TOGETHER);
      entries.push(...await Promise.all(some.map((name) => describe(directory, name))));
    }
    // A tree held by names may have been exchanged meanwhile: then these are another's entries.
    await directory.assertInside();
    return { entries, total: names.length };
  } finally {
    if (directory !== place.dir) await directory.close();
  }
}

async function openHere(root: Root, place: Place): Promise<Directory> {
  if (place.name === undefined) return place.dir;
  assertThere(place);
  if (!place.stats.isDirectory()) {
    const kind = place.stats.isFile() ? "a file" : kindOf(place.stats);
    refuse("tool_error", `it is ${kind}, expected a directory`);
  }
  await root.pause("enter");
  return await place.dir.enter(place.name);
}

async function describe(directory: Directory, name: string): Promise<DirEntry> {
  try {
    const stats = await lstat(directory.at(name));
    return { name, type: typeOf(stats), ...(stats.isFile() && { sizeBytes: stats.size }) };
  } catch (error) {
    // Gone since, or a name that is no UTF-8 and so cannot be asked for: listed, but no more.
    if (systemCode(error) === undefined) throw error;
    return { name, type: "unknown" };
  }
}
