/** Which npm packages a module and the local modules that it imports name. */
import { LIMITS } from "../base/limits.ts";
import { dirname, resolve } from "node:path";

const NPM = /["'](npm:[^"']+)["']/g;
const LOCAL = /(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;

/** Every "npm:…" string in the files; a string that is no import costs a failed look-up and no more. */
export async function npmSpecifiers(entry: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const waiting = [resolve(entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file) || seen.size >= LIMITS.moduleFilesMax) continue;
    seen.add(file);
    // A file that cannot be read is reported by the import that needs it.
    const text = await Deno.readTextFile(file).catch(() => "");
    for (const [, specifier] of text.matchAll(NPM)) found.add(specifier!);
    for (const [, path] of text.matchAll(LOCAL)) waiting.push(resolve(dirname(file), path!));
  }
  return found;
}
