/**
 * Benign texts that nobody wrote for us: the sources and documents of the npm packages that the
 * project pins anyway, in pieces of some lines. Held out as a whole: too many to tune on.
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Benign } from "./load.ts";

const PACKAGES = ["zod", "ajv", "ajv-formats", "fast-check"];
const LINES = 25;
const PIECE_CHARS_MAX = 8_000;
const PIECES_MAX = 2_000;

/** Empty when the packages are not where they can be read. */
export async function packageTexts(): Promise<Benign[]> {
  const require = createRequire(import.meta.url);
  const all = await Promise.all(PACKAGES.map(async (name) => {
    const root = rootOf(require.resolve(name), name);
    return (await textsBelow(root)).slice(0, PIECES_MAX);
  }));
  return all.flat();
}

function rootOf(entry: string, name: string): string {
  let folder = dirname(entry);
  const inside = new RegExp(`/${name}/[^/]+$|/${name}$`);
  while (!inside.test(folder) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

async function textsBelow(folder: string): Promise<Benign[]> {
  const texts: Benign[] = [];
  const entries = (await Array.fromAsync(Deno.readDir(folder)))
    .toSorted((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    const path = `${folder}/${name}`;
    if (isDirectory) texts.push(...await textsBelow(path));
    else if (/\.(?:md|[cm]?js|[cm]?ts)$/.test(name)) {
      const isCode = !name.endsWith(".md");
      const kind = isCode ? "packages' code" : "packages' documents";
      for (const text of piecesOf(await Deno.readTextFile(path))) {
        texts.push({ kind, purpose: isCode ? "code" : "text", text, heldOut: true });
      }
    }
  }
  return texts;
}

function piecesOf(text: string): string[] {
  const lines = text.split("\n");
  const pieces: string[] = [];
  for (let at = 0; at < lines.length; at += LINES) {
    const piece = lines.slice(at, at + LINES).join("\n").slice(0, PIECE_CHARS_MAX).toWellFormed();
    if (piece.trim() !== "") pieces.push(piece);
  }
  return pieces;
}
