/** Reads a project's own TypeScript files into a graph of imports. */
import type { Graph } from "./find_cycles.ts";
import { readImports } from "../../src/stores/imports/read_imports.ts";

/** Folders that hold no source of the project. Hidden ones do not either. */
const SKIPPED = ["node_modules", "dist", "coverage"];

/** The graph of all `.ts` files under `root`, by their paths relative to it. */
export async function readGraph(root: string): Promise<Graph> {
  const [files, aliases] = await Promise.all([listFiles(root), readAliases(root)]);
  const read = async (file: string): Promise<[string, string[]]> => {
    const imports = readImports(await Deno.readTextFile(`${root}/${file}`));
    return [file, imports.flatMap((specifier) => resolve(file, specifier, aliases))];
  };
  return new Map(await Promise.all(files.map(read)));
}

/** All `.ts` files under `root`, sorted. */
export async function listFiles(root: string, folder = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(`${root}/${folder}`)) {
    const path = folder + entry.name;
    if (entry.isDirectory && !SKIPPED.includes(entry.name) && !entry.name.startsWith(".")) {
      files.push(...await listFiles(root, `${path}/`));
    } else if (entry.isFile && path.endsWith(".ts")) {
      files.push(path);
    }
  }
  return files.sort();
}

/** The bare names that deno.json maps to files of the project itself. */
async function readAliases(root: string): Promise<ReadonlyMap<string, string>> {
  const text = await Deno.readTextFile(`${root}/deno.json`).catch(() => "{}");
  const { imports = {} } = JSON.parse(text) as { imports?: Record<string, string> };
  const own = Object.entries(imports).filter(([, target]) => target.startsWith("./"));
  return new Map(own.map(([name, target]) => [name, target.slice(2)]));
}

/** The project file that a specifier means, or none for packages and Node's modules. */
function resolve(
  importer: string,
  specifier: string,
  aliases: ReadonlyMap<string, string>,
): string[] {
  if (/^\.\.?\//.test(specifier)) {
    return [decodeURI(new URL(specifier, `file:///${importer}`).pathname.slice(1))];
  }
  const alias = aliases.get(specifier);
  return alias === undefined ? [] : [alias];
}
