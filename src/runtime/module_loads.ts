/** Modules loaded again and again: what has not changed is what it was, what has gets new hosts. */
import type { ModuleFiles, ModuleSource } from "../base/module_source.ts";
import type { HostedModule } from "../supervisor/hosts/tool_hosts.ts";
import { createHostedModules, type HostedModulesOptions } from "./hosted_modules.ts";
import { hashOf, KeptModules } from "./kept_modules.ts";

type Exports = Readonly<Record<string, unknown>>;

/** How modules are hosted. */
export interface HostingOptions
  extends Omit<HostedModulesOptions, "inspector" | "onHosted" | "remember"> {
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
        const loading = work();
        begun.add(loading);
        return loading;
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
    begin: (work: () => Promise<Exports>) => Promise<Exports>,
  ): ModuleSource {
    const opened = new Map<string, HostedModule>();
    const use = (module: HostedModule) => {
      if (used.has(module)) return;
      used.add(module);
      this.#users.set(module, (this.#users.get(module) ?? 0) + 1);
    };
    const recall = async (file: string, make: () => Promise<Exports>) => {
      const path = pathOf(file);
      const hash = hashOf(await this.#files.tree(file));
      const known = this.#known.get(path);
      if (known?.hash === hash) {
        // One that runs here may have changed and changed back: who keeps it, knows.
        if (known.module === undefined) return await inline.load(file);
        use(known.module);
        return known.exports;
      }
      const exports = await make();
      this.#known.set(path, { hash, exports, module: opened.get(file) });
      return exports;
    };
    return createHostedModules({
      ...hosting,
      inspector: { files: inline, pathOf, inspect, explain },
      onHosted(file, module) {
        opened.set(file, module);
        use(module);
      },
      remember: (file, make) => begin(() => recall(file, make)),
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
