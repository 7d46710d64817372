/** Modules loaded again and again: what has not changed is what it was, what has gets new hosts. */
import type { ModuleFiles, ModuleSource } from "../base/module_source.ts";
import type { HostedModule } from "../supervisor/hosts/tool_hosts.ts";
import { createHostedModules, type HostedModulesOptions } from "./hosted_modules.ts";
import { hashOf, KeptModules } from "./kept_modules.ts";

type Exports = Readonly<Record<string, unknown>>;

/** How modules are hosted. */
export interface HostingOptions
  extends Pick<HostedModulesOptions, "hosts" | "grantsOf" | "parallel"> {
  readonly pathOf: HostedModulesOptions["inspector"]["pathOf"];
  readonly inspect: HostedModulesOptions["inspector"]["inspect"];
  readonly explain: HostedModulesOptions["inspector"]["explain"];
}

/** One load of everything. */
export interface ModuleLoad {
  readonly source: ModuleSource;
  /** To be called when all is loaded, or nothing more will be; gives the modules that wait for a restart. */
  end(): readonly string[];
  /** What was loaded is not needed any more: hosts that no other load has are stopped. */
  readonly release: () => void;
}

/** What a file was when it was loaded last. */
interface Known {
  readonly hash: string;
  readonly exports: Exports;
  /** Undefined for one that runs in this process. */
  readonly module: HostedModule | undefined;
}

export class ModuleLoads {
  readonly #files: ModuleFiles;
  readonly #hosting: HostingOptions | undefined;
  readonly #kept: KeptModules;
  readonly #known = new Map<string, Known>();
  /** How many loads have a module. */
  readonly #users = new Map<HostedModule, number>();
  /** Paths of modules that were described wrongly once: they are asked by hosts of their own. */
  readonly #alone = new Set<string>();
  /** Told of a module that a new load would mend: its hosts refuse to be what it was described as. */
  onMistaken: ((file: string) => void) | undefined;
  /** The end of the last load: one at a time, since they know of each other. */
  #tail: Promise<void> = Promise.resolve();

  /** Without `hosting`, all modules run in this process. */
  constructor(files: ModuleFiles, hosting?: HostingOptions) {
    this.#files = files;
    this.#hosting = hosting;
    this.#kept = new KeptModules(files);
  }

  /** The hosts of a module, by its file as it was named; undefined for one that runs in this process. */
  hostedModule(file: string): HostedModule | undefined {
    const path = this.#hosting?.pathOf(file);
    return path === undefined ? undefined : this.#known.get(path)?.module;
  }

  /** Begins one when the one before has ended. */
  async begin(): Promise<ModuleLoad> {
    const before = this.#tail;
    const end = Promise.withResolvers<void>();
    this.#tail = end.promise;
    await before;
    const waiting = new Set<string>();
    const inline = this.#kept.open(waiting);
    const used = new Set<HostedModule>();
    /** Files are begun before they are asked for: some are under way when the load has failed. */
    const begun = new Set<Promise<unknown>>();
    let ended = false;
    const source = this.#hosting === undefined
      ? inline
      : this.#hosted(this.#hosting, inline, used, (work) => {
        if (ended) return Promise.reject(new Error("the load has ended"));
        const working = work();
        begun.add(working);
        return working;
      });
    return {
      source,
      end: () => {
        ended = true;
        Promise.allSettled(begun).then(() => end.resolve());
        return [...waiting];
      },
      release: () => void Promise.allSettled(begun).then(() => this.#release(used)),
    };
  }

  #hosted(
    { pathOf, inspect, explain, ...hosting }: HostingOptions,
    inline: ModuleSource,
    used: Set<HostedModule>,
    begin: HostedModulesOptions["begin"],
  ): ModuleSource {
    const opened = new Map<string, HostedModule>();
    const hashes = new Map<string, string>();
    const use = (module: HostedModule) => {
      if (used.has(module)) return;
      used.add(module);
      this.#users.set(module, (this.#users.get(module) ?? 0) + 1);
    };
    return createHostedModules({
      ...hosting,
      begin,
      inspector: { files: inline, pathOf, inspect, explain },
      onHosted(file, module) {
        opened.set(file, module);
        use(module);
      },
      recall: async (file) => {
        const path = pathOf(file);
        const hash = hashOf(await this.#files.tree(file));
        hashes.set(file, hash);
        const known = this.#known.get(path);
        if (known?.hash !== hash) return undefined;
        // One that runs here may have changed and changed back: who keeps it, knows.
        if (known.module === undefined) return await inline.load(file);
        use(known.module);
        return known.exports;
      },
      keep: (file, exports) => {
        const hash = hashes.get(file)!;
        this.#known.set(pathOf(file), { hash, exports, module: opened.get(file) });
      },
      mayShare: (file) => !this.#alone.has(pathOf(file)),
      onMistaken: (file) => {
        const path = pathOf(file);
        this.#alone.add(path);
        // It may have been replaced in the meantime.
        if (this.#known.get(path)?.module !== opened.get(file)) return;
        this.#known.delete(path);
        this.onMistaken?.(file);
      },
    });
  }

  #release(used: Set<HostedModule>): void {
    for (const module of used) {
      const users = this.#users.get(module)! - 1;
      if (users > 0) {
        this.#users.set(module, users);
        continue;
      }
      this.#users.delete(module);
      for (const [path, known] of this.#known) {
        if (known.module === module) this.#known.delete(path);
      }
      void module.close();
    }
    used.clear();
  }
}
