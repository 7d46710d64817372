/** Reads the corpus: attacks by family and benign texts by kind, each with a part that nobody tunes on. */
import type { ArgumentPurpose } from "../../src/pipeline/purpose.ts";
import { FAMILIES, type Family } from "../../src/security/families.ts";

export interface Attack {
  readonly family: Family;
  readonly text: string;
  /** Written together with the rest, and not looked at while the rules were made. */
  readonly heldOut: boolean;
}

export interface Benign {
  /** Such as "prose" or "code". */
  readonly kind: string;
  /** What an argument that takes such texts is for. */
  readonly purpose: ArgumentPurpose;
  readonly text: string;
  readonly heldOut: boolean;
}

const HELD_OUT = "%% held-out";

export async function loadAttacks(): Promise<Attack[]> {
  const all = await Promise.all(FAMILIES.map(async (family) => {
    const lines = (await read(`attacks/${family}.txt`)).trimEnd().split("\n");
    const from = lines.indexOf(HELD_OUT);
    return lines.filter((line) => line !== HELD_OUT)
      .map((line, i) => ({ family, text: unescape(line), heldOut: i >= from }));
  }));
  return all.flat();
}

/** Files are named "kind.purpose.txt"; their texts are lines, or stand between lines of "%%". */
export async function loadBenign(): Promise<Benign[]> {
  const folder = new URL("benign/", import.meta.url);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).toSorted();
  const all = await Promise.all(names.map(async (name) => {
    const [kind, purpose] = name.split(".") as [string, ArgumentPurpose];
    const text = (await read(`benign/${name}`)).trimEnd();
    const items = text.split(text.includes("\n%%\n") ? "\n%%\n" : "\n");
    return items.map((item, i) => {
      return { kind, purpose, text: unescape(item), heldOut: i % 3 === 2 };
    });
  }));
  return all.flat();
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, import.meta.url));
}

/** "\x{200b}" stands for the character; nothing else is escaped. */
function unescape(line: string): string {
  return line.replace(/\\x\{([0-9a-f]+)\}/g, (_, hex) => String.fromCodePoint(parseInt(hex, 16)));
}
