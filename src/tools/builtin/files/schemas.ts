/** What the file tools' schemas have in common. */
import * as z from "zod";

const PATH_RULES = 'relative to the root, with "/" between names; no "..", no absolute path';

/** The path of a file or any other entry. */
export function pathSchema(of: string) {
  return z.string().min(1).describe(`Path of ${of}, ${PATH_RULES}.`);
}

/** The path of a directory; without it, the root. */
export function directorySchema(of: string) {
  return z.string().min(1).default(".")
    .describe(`Path of ${of}, ${PATH_RULES}. "." is the root itself.`);
}

export const entryTypeSchema = z.enum(["file", "directory", "symlink", "other", "unknown"])
  .describe('"other" is a FIFO, a socket or a device; "unknown" could not be looked at.');

export const sizeSchema = z.int().min(0).describe("Of files only.");

/** "src/" is how many write a directory; the port takes paths without anything behind the last name. */
export function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
