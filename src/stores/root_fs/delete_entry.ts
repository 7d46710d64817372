/** Deletes one entry: a file, a symbolic link itself, or an empty directory. */
import { rmdir, unlink } from "node:fs/promises";
import type { EntryType } from "../../tools/builtin/files/root_fs.ts";
import { assertThere, kindOf, typeOf } from "./entry.ts";
import { refuse } from "./faults.ts";
import type { Place, Root } from "./walk.ts";

export async function deleteEntry(root: Root, place: Place): Promise<{ type: EntryType }> {
  const { dir, name } = place;
  if (name === undefined) refuse("forbidden", "it is the root itself");
  assertThere(place);
  const type = typeOf(place.stats);
  if (type === "other") {
    refuse("tool_error", `it is ${kindOf(place.stats)}, expected a file, link or empty directory`);
  }
  await root.pause("delete");
  await dir.assertInside();
  // Neither follows a link: what has become one since the walk is deleted as a link, or stays.
  await (type === "directory" ? rmdir : unlink)(dir.at(name));
  return { type };
}
