/** Tool modules as files, which may import "gomcp" and "zod" with nothing installed beside them. */
import { type LoadFnOutput, type LoadHookContext, registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describeThrown, GomcpError } from "../base/errors.ts";
import type { ModuleFiles } from "../base/module_source.ts";
import { Turns } from "../base/turns.ts";
import { importFault } from "./import_fault.ts";
import { moduleTree, readModuleTree } from "./module_tree.ts";

/** Modules of this program by the bare names under which tool files import them. */
export type Builtins = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const EXTENSION = /\.(?:ts|js|mjs)$/;
const SCHEME = "gomcp-builtin:";
const REGISTRY = Symbol.for("gomcp.builtins");

/**
 * Reads modules from files; `builtins` are shared with them, never loaded twice. `explain` looks
 * into a module that cannot be loaded, for which it starts a program.
 */
export function createModuleFiles(
  builtins: Builtins,
  explain: (url: string, thrown: unknown) => Promise<string | undefined> = importFault,
): ModuleFiles {
  return {
    find,
    tree: readModuleTree,
    load: (file) =>
      turns.run(async () => {
        await preload(file);
        shareBuiltins(shared ??= builtins);
        const url = pathToFileURL(resolve(file)).href;
        try {
          return await import(url);
        } catch (cause) {
          const why = await explain(url, cause);
          throw why === undefined ? cause : new Error(why, { cause });
        }
      }),
  };
}

async function find(path: string): Promise<{ files: readonly string[]; isFolder: boolean }> {
  const info = await Deno.stat(path).catch((cause) => {
    throw new GomcpError("invalid_request", `Cannot load ${path}: ${why(cause)}`, { cause });
  });
  if (!info.isDirectory) {
    if (EXTENSION.test(path)) return { files: [path], isFolder: false };
    throw new GomcpError("invalid_request", `Cannot load ${path}: expected .ts, .js or .mjs`);
  }
  const names: string[] = [];
  for await (const entry of Deno.readDir(path)) {
    if (!entry.isDirectory && isModuleName(entry.name)) names.push(entry.name);
  }
  const folder = path.replace(/\/+$/, "");
  return { files: names.sort().map((name) => `${folder}/${name}`), isFolder: true };
}

/** Tests, declarations and what begins with "_" or "." are no tool modules. */
function isModuleName(name: string): boolean {
  return EXTENSION.test(name) && !/^[._]|\.d\.ts$|[._]test\.(?:ts|js|mjs)$/.test(name);
}

function why(error: unknown): string {
  return error instanceof Deno.errors.NotFound ? "there is no such path" : describeThrown(error);
}

/**
 * Deno 2.8 cannot add an npm package once hooks are registered, so those that a file imports
 * are imported before. What is wrong with one is told by the import that needs it, except that
 * only here Deno says when a lock file is in the way.
 */
async function preload(file: string): Promise<void> {
  const { files, npm } = await moduleTree(file);
  await preloadJson([...files].filter((path) => path.endsWith(".json")));
  for (const specifier of npm) {
    await import(specifier).catch((cause) => {
      if (!String(cause).includes("lockfile")) return;
      const hint = "start gomcp by deno run --no-lock, or its single-file build";
      const what = `Cannot load ${file}: gomcp's own lock file has no ${specifier}; ${hint}`;
      throw new GomcpError("invalid_request", what, { cause });
    });
  }
}

/**
 * Under hooks Deno 2.8.2 takes JSON that a module imports for JavaScript, unless it has it already:
 * they are off while it is read. Loads take turns, so no other one misses them. What is wrong with
 * such a file is told by the import that needs it.
 */
async function preloadJson(files: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  hooks?.deregister();
  hooks = undefined;
  for (const file of files) {
    await import(pathToFileURL(file).href, { with: { type: "json" } }).catch(() => {});
  }
}

/** One load at a time in this process, whatever it was opened for. */
const turns = new Turns(1);

let hooks: { deregister(): void } | undefined;
/** Those of the first that loads, for as long as the process lives. */
let shared: Builtins | undefined;

/** Both hooks are needed: with `resolve` alone Deno fails with "Loading unprepared module". */
function shareBuiltins(builtins: Builtins): void {
  if (hooks !== undefined) return;
  (globalThis as Record<PropertyKey, unknown>)[REGISTRY] = builtins;
  hooks = registerHooks({
    resolve: (specifier, context, next) =>
      Object.hasOwn(builtins, specifier)
        ? { url: SCHEME + specifier, format: "module", shortCircuit: true }
        : next(specifier, context),
    load: (url, context, next) =>
      url.startsWith(SCHEME)
        ? {
          format: "module",
          shortCircuit: true,
          source: source(url.slice(SCHEME.length), builtins),
        }
        : loadNext(url, context, next),
  });
}

/** Once there are hooks, Deno 2.8.2 takes JSON that a package requires for JavaScript. */
function loadNext(
  url: string,
  context: LoadHookContext,
  next: (url: string, context: LoadHookContext) => LoadFnOutput,
): LoadFnOutput {
  const loaded = next(url, context);
  const isJson = loaded.format === undefined && url.endsWith(".json");
  return isJson ? { ...loaded, format: "json" } : loaded;
}

/** The text of a module that exports again what this program has already. */
function source(name: string, builtins: Builtins): string {
  const names = Object.keys(builtins[name]!).filter((key) => key !== "default");
  const lines = names.map((key, i) => `const v${i} = m[${JSON.stringify(key)}];`);
  const list = names.map((key, i) => `v${i} as ${key}`).join(", ");
  return `const m = globalThis[Symbol.for("gomcp.builtins")][${JSON.stringify(name)}];\n` +
    `${lines.join("\n")}\nexport { ${list} };\nexport default m.default ?? m;\n`;
}
