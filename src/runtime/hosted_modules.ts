/** Modules of users, each in tool hosts of its own unless its tools say that they are inline. */
import { describeThrown, GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import type { ModulePackages, ModuleSource } from "../base/module_source.ts";
import { Turns } from "../base/turns.ts";
import type { HostedModuleOptions } from "../supervisor/hosts/host_starter.ts";
import type { About, HostedModule, ToolHosts } from "../supervisor/hosts/tool_hosts.ts";
import { isTool, type Tool, type ToolPermissions } from "../tools/tool.ts";
import { declaredPermissions, type HostedItems, hostedItems } from "./hosted_items.ts";

/** What hosting needs to know of files. */
export interface ModuleInspector {
  /** Finds modules, and loads those that are inline. */
  readonly files: Pick<ModuleSource, "find" | "load">;
  /** Where a file is, however it was named. */
  readonly pathOf: (file: string) => string;
  /** The module and all local files that it imports, and what it needs beside these. */
  readonly inspect: (
    file: string,
  ) => Promise<{ readonly files: readonly string[]; readonly packages: ModulePackages }>;
  /** Says better what is wrong with a module that did not load, where that can be found out. */
  readonly explain: (file: string, thrown: unknown) => Promise<string | undefined>;
}

type Exports = Readonly<Record<string, unknown>>;

export interface HostedModulesOptions {
  readonly inspector: ModuleInspector;
  readonly hosts: ToolHosts;
  /** What the operator grants a file. */
  readonly grantsOf: (file: string) => readonly ToolPermissions[];
  /** Begins what starts processes, or rejects when nothing is to be started any more. */
  readonly begin: <T>(work: () => Promise<T>) => Promise<T>;
  /** What a file came to before, as long as it is what it was. */
  readonly recall: (file: string) => Promise<Exports | undefined>;
  /** Whether a module may be described by a process that others share. */
  readonly mayShare: (file: string) => boolean;
  /** Told what a file came to that was not recalled. */
  readonly keep: (file: string, exports: Exports) => void;
  /** Told when a host turned out to have other things than its module was described with. */
  readonly onMistaken: (file: string) => void;
  /** How many modules are begun at once. */
  readonly parallel: number;
  /** Hears of each module that was hosted. */
  readonly onHosted: (file: string, module: HostedModule) => void;
}

/** A source of modules whose tools run in hosts: what it loads looks like what was imported. */
export function createHostedModules(options: HostedModulesOptions): ModuleSource {
  return new HostedModules(options);
}

class HostedModules implements ModuleSource {
  readonly #options: HostedModulesOptions;
  /** By path: a file that is named twice is one module, as it is for imports. */
  readonly #begun = new Map<string, Promise<Exports>>();
  readonly #starts: Turns;
  readonly find: ModuleSource["find"];

  constructor(options: HostedModulesOptions) {
    this.#options = options;
    this.#starts = new Turns(options.parallel);
    this.find = options.inspector.files.find;
  }

  prepare(files: readonly string[]): void {
    const { inspector: { pathOf }, recall } = this.#options;
    const fresh = new Map(files.map((file) => [pathOf(file), file]));
    for (const path of this.#begun.keys()) fresh.delete(path);
    const recalled = new Map([...fresh].map(([path, file]) => [path, recall(file)]));
    const described = this.#describe(fresh, recalled);
    described.catch(() => {}); // each of the files hears of it
    for (const [path, file] of fresh) {
      const loading = this.#begin(file, recalled.get(path)!, described);
      loading.catch(() => {}); // whoever loads it hears of it, if anybody still does
      this.#begun.set(path, loading);
    }
  }

  load(file: string): Promise<Exports> {
    this.prepare([file]);
    return this.#begun.get(this.#options.inspector.pathOf(file))!;
  }

  async #begin(
    file: string,
    recalled: Promise<Exports | undefined>,
    described: Promise<ReadonlyMap<string, About>>,
  ): Promise<Exports> {
    const known = await recalled;
    if (known !== undefined) return known;
    const about = (await described).get(this.#options.inspector.pathOf(file));
    const { begin, keep } = this.#options;
    const load = async () => {
      const exports = await loadOne(file, this.#options, about);
      keep(file, exports);
      return exports;
    };
    return about === undefined ? await this.#starts.run(() => begin(load)) : await begin(load);
  }

  /** Few modules start their hosts at once, which say it all; many are described first. */
  async #describe(
    files: ReadonlyMap<string, string>,
    recalled: ReadonlyMap<string, Promise<Exports | undefined>>,
  ): Promise<ReadonlyMap<string, About>> {
    const {
      parallel,
      inspector,
      grantsOf,
      hosts,
      mayShare,
      begin,
    } = this.#options;
    if (files.size <= parallel) return new Map();
    const all = await Promise.allSettled([...files].map(async ([path, file]) => {
      if (await recalled.get(path)! !== undefined) return [];
      // What needs packages, or more than nothing while it loads, needs a process of its own.
      if (!mayShare(file) || grantsOf(file).length > 0) return [];
      const { files, packages } = await inspector.inspect(file);
      return packages === "npm" ? [] : [{ module: file, file: path, files }];
    }));
    const changed = all.flatMap((each) => each.status === "fulfilled" ? each.value : []);
    if (changed.length <= parallel) return new Map();
    const size = LIMITS.describedMax;
    const parts = Array.from({ length: Math.ceil(changed.length / size) }, (_, part) => {
      const some = changed.slice(part * size, (part + 1) * size);
      return this.#starts.run(() => begin(() => hosts.describe(some)));
    });
    return new Map((await Promise.all(parts)).flatMap((part) => [...part]));
  }
}

async function loadOne(
  file: string,
  options: HostedModulesOptions,
  about: About | undefined,
): Promise<Exports> {
  const { inspector, onHosted, onMistaken } = options;
  const module = await openModule(file, options, {
    declared: declaredPermissions,
    about,
    onMistaken: () => onMistaken(file),
  });
  const { tools, resources, prompts } = await itemsOf(module);
  const inline = tools.filter(({ isolation }) => isolation === "inline");
  const isEmpty = tools.length + resources.length + prompts.length === 0;
  if (isEmpty || (inline.length > 0 && inline.length === tools.length)) {
    await module.close();
    return isEmpty ? {} : await inspector.files.load(file);
  }
  onHosted(file, module);
  const hosted = tools.filter(({ isolation }) => isolation !== "inline");
  const own = inline.length === 0 ? [] : await inlineTools(inspector.files, file, inline);
  return { tools: [...hosted, ...own], resources, prompts };
}

/** What cannot be served has no hosts either. */
async function itemsOf(module: HostedModule): Promise<HostedItems> {
  try {
    return hostedItems(module.about, module.runner);
  } catch (thrown) {
    await module.close();
    throw thrown;
  }
}

/**
 * The definitions of a module's tools as it says them itself, checked by nobody: it is loaded in a
 * host that may do nothing but what the operator grants, and none of its tools runs.
 *
 * @throws {GomcpError} `invalid_request` for a module that does not load.
 */
export async function describeTools(file: string, options: HostingOptions): Promise<unknown[]> {
  const module = await openModule(file, options, { declared: () => [] });
  const { tools } = module.about;
  await module.close();
  return Array.isArray(tools) ? tools.map((tool) => isRecord(tool) ? tool.definition : tool) : [];
}

type HostingOptions = Pick<HostedModulesOptions, "inspector" | "hosts" | "grantsOf">;

async function openModule(
  file: string,
  { inspector, hosts, grantsOf }: HostingOptions,
  how: Pick<HostedModuleOptions, "declared" | "about" | "onMistaken">,
): Promise<HostedModule> {
  const { files, packages } = await inspector.inspect(file);
  try {
    return await hosts.open({
      module: file,
      file: inspector.pathOf(file),
      files,
      packages,
      granted: grantsOf(file),
      ...how,
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
  files: Pick<ModuleSource, "load">,
  file: string,
  named: readonly Tool[],
): Promise<readonly Tool[]> {
  const exported = Object.values(await files.load(file)).flat().filter(isTool);
  return exported.filter(({ name }) => named.some((tool) => tool.name === name));
}
