/** Paths in a configuration file. */
import { isAbsolute, join } from "node:path";

/** They are taken from the file's folder. */
export function placedAt(folder: string, path: string): string {
  return isAbsolute(path) || folder === "." ? path : join(folder, path);
}

/** The same for what may be an address. */
export function placedUnlessUrl(folder: string, place: string): string {
  return /^https?:\/\//.test(place) ? place : placedAt(folder, place);
}
