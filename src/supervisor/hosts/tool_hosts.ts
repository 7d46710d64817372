/** All tool hosts of a server: a group for each module, under one supervisor. */
import type { Clock } from "../../base/clock.ts";
import { guardEnded } from "./group_guard.ts";
import { describeThrown } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { Turns } from "../../base/turns.ts";
import type { Hosted } from "../../authoring/hosted.ts";
import {
  type ChildSupervisor,
  createChildSupervisor,
  supervisorChild,
} from "../tree/child_supervisor.ts";
import { type About, describeModules, type ModuleToDescribe } from "./describe_modules.ts";
import type { HostProgram } from "./host_process.ts";
import { type HostedModuleOptions, HostStarter } from "./host_starter.ts";
import { checkHostOptions, type HostOptions, type HostSettings } from "./options.ts";
import { NO_PERMISSIONS, permissionFlags, type Permissions } from "./permissions.ts";
import { HostPool, type PoolStatus } from "./pool.ts";

export type { About, HostedModuleOptions, ModuleToDescribe };

/** What tool hosts stand on. */
export interface ToolHostsParts {
  readonly options?: HostOptions;
  /** What is started. */
  readonly program: HostProgram;
  /** The deadline of calls that have none. */
  readonly defaultTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A module in its hosts. */
export interface HostedModule {
  /** What is said of it; not to be trusted. */
  readonly about: About;
  readonly permissions: Permissions;
  /** Runs calls in its hosts. */
  runner(options: { readonly timeoutMs: number | undefined; readonly mayRepeat: boolean }): Hosted;
  /** Stops its hosts. */
  close(): Promise<void>;
}

/** The tool hosts of a server. */
export interface ToolHosts {
  /** What modules have, by `file`, as far as it can be found out without hosts. Never rejects. */
  describe(modules: readonly ModuleToDescribe[]): Promise<ReadonlyMap<string, About>>;
  /**
   * Starts a first host for a module, unless it says what its hosts are about.
   *
   * @throws {GomcpError} `worker_lost` when the module cannot be loaded.
   */
  open(module: HostedModuleOptions): Promise<HostedModule>;
  /** False while a module has failed: its hosts end as soon as they start. */
  isReady(): boolean;
  /** Each module and its hosts. */
  status(): readonly PoolStatus[];
  /** Stops all hosts; those that do not end are killed. */
  stop(): Promise<void>;
}

/** @throws {GomcpError} `invalid_request` for a number out of range. */
export function createToolHosts(parts: ToolHostsParts): ToolHosts {
  return new HostGroups(parts, checkHostOptions(parts.options));
}

class HostGroups implements ToolHosts {
  readonly #parts: ToolHostsParts;
  readonly #settings: HostSettings;
  readonly #root: ChildSupervisor;
  /** With its file, and the name of the group: while a module is reloaded there are two of it. */
  readonly #pools = new Map<HostPool, { readonly file: string; readonly name: string }>();
  /** Hosts that are started before anybody calls: one after the other, since nobody waits for them. */
  readonly #warming = new Turns(1);
  /** Resolves when nothing is described; those who wait for that come first. */
  #described: Promise<unknown> = Promise.resolve();
  #lastNumber = 0;
  readonly #started: Promise<void>;
  #isStopped = false;
  /** Ends what is described. */
  readonly #ending = new AbortController();

  constructor(parts: ToolHostsParts, settings: HostSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#root = createChildSupervisor({ name: "tool hosts", clock: parts.clock });
    this.#started = this.#root.start();
  }

  describe(modules: readonly ModuleToDescribe[]): Promise<ReadonlyMap<string, About>> {
    const { program, clock } = this.#parts;
    const files = new Set(modules.flatMap(({ files }) => files));
    const describing = describeModules(modules, {
      clock,
      signal: this.#ending.signal,
      start: {
        program,
        packages: "named",
        permissions: permissionFlags(NO_PERMISSIONS, [...files]),
        args: [],
        env: {},
        heapBytesMax: this.#settings.heapBytes,
        // Each module's own host prints it again, and says whose it is.
        output: { write: () => 0, end: () => {} },
      },
    });
    this.#described = Promise.all([this.#described, describing]);
    return describing;
  }

  async open(options: HostedModuleOptions): Promise<HostedModule> {
    await this.#started;
    const { clock, log, defaultTimeoutMs } = this.#parts;
    const { module, about } = options;
    const starter = new HostStarter(options, { ...this.#parts, settings: this.#settings });
    let isOpen = false;
    const pool: HostPool = new HostPool({
      module,
      about: () => starter.about,
      settings: this.#settings,
      defaultTimeoutMs,
      clock,
      log,
      startHost: (signal, listener) => starter.start(signal, listener),
      onFailed: (detail) => {
        if (isOpen) this.#reviveLater(module, pool, detail);
      },
    });
    const name = `${module} #${++this.#lastNumber}`;
    try {
      await this.#startGroup(pool, name, about === undefined ? 1 : 0);
    } catch (thrown) {
      pool.stop();
      throw starter.fault ?? thrown;
    }
    isOpen = true;
    for (const [other, { file }] of this.#pools) if (file === options.file) other.replaceBy(pool);
    this.#pools.set(pool, { file: options.file, name });
    if (about !== undefined && this.#settings.warm > 0) this.#warm(pool);
    return {
      about: starter.about!,
      permissions: starter.permissions,
      runner: ({ timeoutMs, mayRepeat }) => (call) => pool.run(call, timeoutMs, mayRepeat),
      close: async () => {
        this.#pools.delete(pool);
        pool.stop();
        await this.#root.stopChild(name, "the module is closed");
      },
    };
  }

  isReady(): boolean {
    for (const pool of this.#pools.keys()) if (!pool.isReady) return false;
    return true;
  }

  status(): readonly PoolStatus[] {
    return [...this.#pools.keys()].map((pool) => pool.status());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#ending.abort();
    for (const pool of this.#pools.keys()) pool.stop();
    await this.#root.stop("the server stops");
    await guardEnded();
  }

  #warm(pool: HostPool): void {
    void this.#warming.run(async () => {
      await this.#described;
      if (this.#pools.has(pool) && pool.fleet.hosts.length === 0) await pool.fleet.grow();
    });
  }

  #startGroup(pool: HostPool, name: string, hosts: 0 | 1): Promise<void> {
    const onCreate = (group: ChildSupervisor) => pool.fleet.onGroup(group);
    const spec = supervisorChild({ ...pool.fleet.group(hosts), name }, {
      restart: "temporary",
      onCreate,
    });
    return this.#root.startChild(spec);
  }

  /** A group that gave up is left alone for a while: what ends at once shall not be started for ever. */
  #reviveLater(module: string, pool: HostPool, detail: string): void {
    const { log, clock } = this.#parts;
    const { retryMs } = this.#settings;
    log.error("a tool module has failed; the server is not ready", { module, detail, retryMs });
    clock.after(retryMs, () => this.#revive(module, pool));
  }

  async #revive(module: string, pool: HostPool): Promise<void> {
    const { log } = this.#parts;
    const isNeeded = () => !this.#isStopped && this.#pools.has(pool);
    if (!isNeeded()) return;
    const { name } = this.#pools.get(pool)!;
    log.info("a tool module that had failed is tried again", { module });
    // Its group may have outlived its hosts.
    await this.#root.stopChild(name, "it is started anew");
    if (!isNeeded()) return;
    try {
      await this.#startGroup(pool, name, 1);
    } catch (thrown) {
      log.warn("a tool module does not start", { module, detail: describeThrown(thrown) });
    }
  }
}
