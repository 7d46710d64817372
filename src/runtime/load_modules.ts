/** Finds tools, resources and prompts in the modules that a user named. */
import { describeThrown, GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import type { ModuleSource } from "../base/module_source.ts";
import { isPrompt, type Prompt } from "../prompts/prompt.ts";
import { isResource, type Resource } from "../resources/resource.ts";
import { isTool, type Tool } from "../tools/tool.ts";

/** Something that was defined, and the file that it came from. */
export interface Loaded<T> {
  readonly item: T;
  readonly file: string;
}

/** What modules gave, in the order of the files. */
export interface LoadedModules {
  readonly tools: readonly Loaded<Tool>[];
  readonly resources: readonly Loaded<Resource>[];
  readonly prompts: readonly Loaded<Prompt>[];
}

/** How one kind is told from the others, and what no two of it may share. */
interface Kind<T> {
  readonly label: string;
  readonly is: (value: unknown) => value is T;
  readonly keyOf: (item: T) => string;
  readonly keyLabel: string;
}

const TOOL: Kind<Tool> = { label: "tool", is: isTool, keyOf: (t) => t.name, keyLabel: "name" };
const PROMPT: Kind<Prompt> = {
  label: "prompt",
  is: isPrompt,
  keyOf: (prompt) => prompt.name,
  keyLabel: "name",
};
const RESOURCE: Kind<Resource> = {
  label: "resource",
  is: isResource,
  keyOf: (resource) => resource.uri,
  keyLabel: "address",
};

/**
 * Loads everything that the paths have, or throws for the first thing that is wrong.
 *
 * @throws {GomcpError} `invalid_request` naming the file, and the tool where there is one.
 */
export async function loadModules(
  paths: readonly string[],
  source: ModuleSource,
): Promise<LoadedModules> {
  const all = new Collections();
  const named = [];
  for (const path of paths) named.push({ path, ...await source.find(path) });
  source.prepare?.(named.flatMap(({ files }) => files));
  for (const { path, files, isFolder } of named) {
    let found = 0;
    for (const file of files) {
      found += all.take(itemsOf(await load(source, file), file), file);
      // A folder may hold modules that only others import.
      if (found === 0 && !isFolder) throw nothing(file);
    }
    if (found === 0) throw nothing(path);
  }
  return all.all();
}

/**
 * Loads what one module has, which may be nothing.
 *
 * @throws {GomcpError} `invalid_request` naming the file, and the tool where there is one.
 */
export async function loadModule(file: string, source: ModuleSource): Promise<LoadedModules> {
  const all = new Collections();
  all.take(itemsOf(await load(source, file), file), file);
  return all.all();
}

/** All that modules may have. */
class Collections {
  readonly #tools = new Collection(TOOL);
  readonly #resources = new Collection(RESOURCE);
  readonly #prompts = new Collection(PROMPT);

  /** Says how many of the items are such. */
  take(items: ReadonlySet<unknown>, file: string): number {
    let found = 0;
    for (const item of items) {
      const taken = this.#tools.take(item, file) || this.#resources.take(item, file) ||
        this.#prompts.take(item, file);
      if (taken) found++;
    }
    return found;
  }

  all(): LoadedModules {
    return {
      tools: this.#tools.all(),
      resources: this.#resources.all(),
      prompts: this.#prompts.all(),
    };
  }
}

/** The items of one kind, no two of one key. */
class Collection<T> {
  readonly #kind: Kind<T>;
  readonly #byKey = new Map<string, Loaded<T>>();

  constructor(kind: Kind<T>) {
    this.#kind = kind;
  }

  /** False for what is not of this kind. The same item may come again, by another export. */
  take(item: unknown, file: string): boolean {
    const { is, keyOf, label, keyLabel } = this.#kind;
    if (!is(item)) return false;
    const key = keyOf(item);
    const other = this.#byKey.get(key);
    if (other === undefined) this.#byKey.set(key, { item, file });
    else if (other.item !== item) {
      throw new GomcpError(
        "invalid_request",
        `Cannot load ${file}: the ${keyLabel} of its ${label} "${key}" is taken ` +
          `by the one of ${other.file}`,
      );
    }
    return true;
  }

  all(): readonly Loaded<T>[] {
    return [...this.#byKey.values()];
  }
}

async function load(source: ModuleSource, file: string): Promise<Record<string, unknown>> {
  try {
    return await source.load(file);
  } catch (cause) {
    if (cause instanceof GomcpError && cause.message.startsWith(`Cannot load ${file}`)) throw cause;
    const why = describeThrown(cause).replace(/\s*\n\s*/g, " ");
    throw new GomcpError("invalid_request", `Cannot load ${file}: ${why}`, { cause });
  }
}

/** What a module exports, by itself or in arrays, each thing once. */
function itemsOf(exports: Record<string, unknown>, file: string): ReadonlySet<unknown> {
  const items = new Set<unknown>();
  for (const [name, value] of Object.entries(exports)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (looksLikeTool(item)) throw undefinedTool(file, name, item);
      items.add(item);
    }
  }
  return items;
}

/** Somebody forgot `defineTool`; leaving the tool out in silence would cost them an hour. */
function looksLikeTool(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && typeof value.handler === "function" && "name" in value &&
    !isTool(value) && !isPrompt(value);
}

function undefinedTool(file: string, exported: string, value: Record<string, unknown>): GomcpError {
  return new GomcpError(
    "invalid_request",
    `Cannot load ${file}: export "${exported}" (tool "${value.name}") is a plain object, ` +
      "expected what defineTool returns",
  );
}

function nothing(path: string): GomcpError {
  return new GomcpError(
    "invalid_request",
    `Cannot load ${path}: it exports no tool, expected an export made by defineTool, ` +
      "defineResource or definePrompt",
  );
}
