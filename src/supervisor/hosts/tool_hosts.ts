/** All tool hosts of a server: a group for each module, under one supervisor. */
import type { Clock } from "../../base/clock.ts";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { Hosted } from "../../authoring/hosted.ts";
import type { ToolPermissions } from "../../tools/tool.ts";
import {
  type ChildSupervisor,
  createChildSupervisor,
  supervisorChild,
} from "../tree/child_supervisor.ts";
import { Host, type HostListener } from "./host.ts";
import type { HostProgram } from "./host_process.ts";
import { checkHostOptions, type HostOptions, type HostSettings } from "./options.ts";
import { OutputLog } from "./output_log.ts";
import { isNothing, joinPermissions, permissionFlags, type Permissions } from "./permissions.ts";
import { HostPool, type PoolStatus } from "./pool.ts";

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

/** A module that is to be hosted. */
export interface HostedModuleOptions {
  /** As its user names it. */
  readonly module: string;
  /** Where it is. */
  readonly file: string;
  /** It, and all local files that it imports: the host may read these. */
  readonly files: readonly string[];
  /** More flags of Deno's for this module. */
  readonly flags?: readonly string[];
  /** What the operator lets it do, whatever it declares itself. */
  readonly granted?: readonly ToolPermissions[];
  /** What the module itself declares that it needs, by what its first host says of it. */
  readonly declared: (about: Readonly<Record<string, unknown>>) => readonly ToolPermissions[];
}

/** A module in its hosts. */
export interface HostedModule {
  /** What its hosts say of it; not to be trusted. */
  readonly about: Readonly<Record<string, unknown>>;
  readonly permissions: Permissions;
  /** Runs calls in its hosts. */
  runner(options: { readonly timeoutMs: number | undefined; readonly mayRepeat: boolean }): Hosted;
  /** Stops its hosts. */
  close(): Promise<void>;
}

/** The tool hosts of a server. */
export interface ToolHosts {
  /**
   * Starts a first host for a module.
   *
   * @throws {GomcpError} `invalid_request` when the module cannot be loaded.
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
  /** With the name of the group: while a module is reloaded there are two of it. */
  readonly #pools = new Map<HostPool, string>();
  #lastNumber = 0;
  readonly #started: Promise<void>;
  #isStopped = false;

  constructor(parts: ToolHostsParts, settings: HostSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#root = createChildSupervisor({ name: "tool hosts", clock: parts.clock });
    this.#started = this.#root.start();
  }

  async open(options: HostedModuleOptions): Promise<HostedModule> {
    await this.#started;
    const starter = new HostStarter(options, this.#parts, this.#settings);
    const { clock, log, defaultTimeoutMs } = this.#parts;
    const { module } = options;
    let isOpen = false;
    const pool: HostPool = new HostPool({
      module,
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
      await this.#startGroup(pool, name);
    } catch (thrown) {
      pool.stop();
      throw starter.fault ?? thrown;
    }
    isOpen = true;
    this.#pools.set(pool, name);
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
    for (const pool of this.#pools.keys()) if (!pool.fleet.isReady) return false;
    return true;
  }

  status(): readonly PoolStatus[] {
    return [...this.#pools.keys()].map((pool) => pool.status());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const pool of this.#pools.keys()) pool.stop();
    await this.#root.stop("the server stops");
  }

  #startGroup(pool: HostPool, name: string): Promise<void> {
    const onCreate = (group: ChildSupervisor) => pool.fleet.onGroup(group);
    const spec = supervisorChild({ ...pool.fleet.group(), name }, {
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
    clock.after(retryMs, async () => {
      const name = this.#pools.get(pool);
      if (this.#isStopped || name === undefined) return;
      log.info("a tool module that had failed is tried again", { module });
      try {
        await this.#startGroup(pool, name);
      } catch (thrown) {
        log.warn("a tool module does not start", { module, detail: describeThrown(thrown) });
      }
    });
  }
}

/** Starts the hosts of one module, each with the permissions that the first one was found to need. */
class HostStarter {
  readonly #options: HostedModuleOptions;
  readonly #parts: ToolHostsParts;
  readonly #settings: HostSettings;
  permissions: Permissions;
  about: Readonly<Record<string, unknown>> | undefined;
  /** Why the last host did not start. */
  fault: unknown;

  constructor(options: HostedModuleOptions, parts: ToolHostsParts, settings: HostSettings) {
    this.#options = options;
    this.#parts = parts;
    this.#settings = settings;
    this.permissions = joinPermissions(options.granted ?? [], options.file);
  }

  async start(signal: AbortSignal, listener: HostListener): Promise<Host> {
    try {
      const host = await this.#start(signal, listener);
      if (this.about !== undefined) return this.#checkSame(host);
      const { declared, granted = [], file } = this.#options;
      const needs = declared(host.about);
      this.about = host.about;
      if (isNothing(joinPermissions(needs, file))) return host;
      // It was asked what it needs before it could do anything.
      this.permissions = joinPermissions([...granted, ...needs], file);
      host.endNow("it is started anew with its permissions", true);
      await host.exited;
      return this.#checkSame(await this.#start(signal, listener));
    } catch (thrown) {
      this.fault = thrown;
      throw thrown;
    }
  }

  #start(signal: AbortSignal, listener: HostListener): Promise<Host> {
    const { program, clock, log } = this.#parts;
    const { file, files, module, flags = [] } = this.#options;
    const output = new OutputLog(clock, {
      onLine: (stream, line) => log.info("a tool printed", { module, stream, line }),
      onDropped: (lines) =>
        log.warn("a tool prints too much; lines are left out", { module, lines }),
    });
    return Host.start({
      process: {
        program: { ...program, flags: [...program.flags, ...flags] },
        permissions: permissionFlags(this.permissions, files),
        args: ["host", file, module],
        env: this.#env(),
        heapBytesMax: this.#settings.heapBytes,
        output,
      },
      listener,
      clock,
      log,
      signal,
    });
  }

  /** What a tool may not read is not there: its own programs would inherit it. */
  #env(): Record<string, string> {
    const names = this.permissions.env;
    const all = Deno.env.toObject();
    if (names.includes("*")) return all;
    return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
  }

  #checkSame(host: Host): Host {
    if (JSON.stringify(host.about) === JSON.stringify(this.about)) return host;
    host.endNow("it has other tools than it had", true);
    const text = "its tools are not those that it had when the server loaded it; reload it";
    throw new GomcpError("worker_lost", text);
  }
}
