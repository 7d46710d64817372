/** Modules of users, each in tool hosts of its own unless its tools say that they are inline. */
import { describeThrown, GomcpError } from "../base/errors.ts";
import type { ModuleSource } from "../base/module_source.ts";
import type { HostedModule, ToolHosts } from "../supervisor/hosts/tool_hosts.ts";
import { isTool, type Tool, type ToolPermissions } from "../tools/tool.ts";
import { declaredPermissions, hostedItems } from "./hosted_items.ts";

/** What hosting needs to know of files. */
export interface ModuleInspector {
  /** Finds modules, and loads those that are inline. */
  readonly files: ModuleSource;
  /** Where a file is, however it was named. */
  readonly pathOf: (file: string) => string;
  /** The module and all local files that it imports, and whether it needs packages. */
  readonly inspect: (
    file: string,
  ) => Promise<{ readonly files: readonly string[]; readonly npm: boolean }>;
  /** Says better what is wrong with a module that did not load, where that can be found out. */
  readonly explain: (file: string, thrown: unknown) => Promise<string | undefined>;
}

export interface HostedModulesOptions {
  readonly inspector: ModuleInspector;
  readonly hosts: ToolHosts;
  /** Flags of Deno's for modules that need packages. */
  readonly npmFlags: readonly string[];
  /** What the operator grants a file. */
  readonly grantsOf: (file: string) => readonly ToolPermissions[];
  /** Gives what a file came to before, or what `make` gives. @default always `make` */
  readonly remember?: (
    file: string,
    make: () => Promise<Readonly<Record<string, unknown>>>,
  ) => Promise<Readonly<Record<string, unknown>>>;
  /** How many modules are begun at once. */
  readonly parallel: number;
  /** Hears of each module that was hosted. */
  readonly onHosted?: (file: string, module: HostedModule) => void;
}

/** A source of modules whose tools run in hosts: what it loads looks like what was imported. */
export function createHostedModules(options: HostedModulesOptions): ModuleSource {
  const { inspector: { files, pathOf }, parallel, remember = (_, make) => make() } = options;
  // A file that is named twice is one module, as it is for imports.
  const begun = new Map<string, Promise<Readonly<Record<string, unknown>>>>();
  const queue = new Queue(parallel);
  const load = (file: string) => {
    const path = pathOf(file);
    let loading = begun.get(path);
    if (loading === undefined) {
      loading = queue.run(() => remember(file, () => loadOne(file, options)));
      loading.catch(() => {}); // whoever loads it hears of it, if anybody still does
      begun.set(path, loading);
    }
    return loading;
  };
  return {
    async find(path) {
      const found = await files.find(path);
      for (const file of found.files) load(file);
      return found;
    },
    load,
  };
}

async function loadOne(
  file: string,
  { inspector, hosts, npmFlags, grantsOf, onHosted }: HostedModulesOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const module = await openModule(file, { inspector, hosts, npmFlags, grantsOf });
  const { tools, resources, prompts } = hostedItems(module.about, module.runner);
  const inline = tools.filter(({ isolation }) => isolation === "inline");
  const isEmpty = tools.length + resources.length + prompts.length === 0;
  if (isEmpty || (inline.length > 0 && inline.length === tools.length)) {
    await module.close();
    return isEmpty ? {} : await inspector.files.load(file);
  }
  onHosted?.(file, module);
  const hosted = tools.filter(({ isolation }) => isolation !== "inline");
  const own = inline.length === 0 ? [] : await inlineTools(inspector.files, file, inline);
  return { tools: [...hosted, ...own], resources, prompts };
}

async function openModule(
  file: string,
  { inspector, hosts, npmFlags, grantsOf }: Omit<HostedModulesOptions, "parallel">,
): Promise<HostedModule> {
  const { files, npm } = await inspector.inspect(file);
  try {
    return await hosts.open({
      module: file,
      file: inspector.pathOf(file),
      files,
      flags: npm ? npmFlags : [],
      granted: grantsOf(file),
      declared: declaredPermissions,
    });
  } catch (thrown) {
    const why = await inspector.explain(file, thrown) ?? describeThrown(thrown);
    const prefix = `Cannot load ${file}`;
    const line = why.replace(/\s*\n\s*/g, " ").trim();
    const hint = /^Requires (\w+) access\b/.exec(line.replace(`${prefix}: `, ""));
    const more = hint === null ? "" : `; a module that needs it while it loads wants --permit`;
    const text = (line.startsWith(prefix) ? line : `${prefix}: ${line}`) + more;
    throw new GomcpError("invalid_request", text, { cause: thrown });
  }
}

/** Of a module that has both, those that say so run here. */
async function inlineTools(
  files: ModuleSource,
  file: string,
  named: readonly Tool[],
): Promise<readonly Tool[]> {
  const exported = Object.values(await files.load(file)).flat().filter(isTool);
  return exported.filter(({ name }) => named.some((tool) => tool.name === name));
}

/** Does so many things at once, and the others in their order. */
class Queue {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(parallel: number) {
    this.#free = parallel;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
