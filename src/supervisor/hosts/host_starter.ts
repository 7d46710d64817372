/** Starts the hosts of one module, each with the permissions that the module was found to need. */
import type { Clock } from "../../base/clock.ts";
import { GomcpError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { ModulePackages } from "../../base/module_source.ts";
import type { ToolPermissions } from "../../tools/tool.ts";
import type { About } from "./describe_modules.ts";
import { Host, type HostListener } from "./host.ts";
import type { HostProgram } from "./host_process.ts";
import type { HostSettings } from "./options.ts";
import { OutputLog } from "./output_log.ts";
import { isNothing, joinPermissions, permissionFlags, type Permissions } from "./permissions.ts";

/** What is started, and what with. */
export interface HostStarterParts {
  readonly program: HostProgram;
  readonly settings: HostSettings;
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
  /** What it needs beside them. */
  readonly packages: ModulePackages;
  /** What the operator lets it do, whatever it declares itself. */
  readonly granted?: readonly ToolPermissions[];
  /** What the module itself declares that it needs, by what is said of it. */
  readonly declared: (about: About) => readonly ToolPermissions[];
  /** What `describe` said of it: then its hosts start when they are needed, or soon. */
  readonly about?: About | undefined;
  /** Told when a host says otherwise than `about`: until the module is opened anew its calls fail. */
  readonly onMistaken?: () => void;
}

export class HostStarter {
  readonly #options: HostedModuleOptions;
  readonly #parts: HostStarterParts;
  permissions: Permissions;
  about: About | undefined;
  /** A host has said what the module has. */
  #isProven = false;
  /** Why the last host did not start. */
  fault: unknown;

  /** @throws {GomcpError} `invalid_request` for an `about` that cannot be served. */
  constructor(options: HostedModuleOptions, parts: HostStarterParts) {
    const { about, declared, granted = [], file } = options;
    this.#options = options;
    this.#parts = parts;
    this.about = about;
    const needs = about === undefined ? [] : declared(about);
    this.permissions = joinPermissions([...granted, ...needs], file);
  }

  async start(signal: AbortSignal, listener: HostListener): Promise<Host> {
    try {
      const host = await this.#start(signal, listener);
      if (this.about !== undefined) return this.#checkSame(host);
      const { declared, granted = [], file } = this.#options;
      const needs = declared(host.about);
      this.about = host.about;
      this.#isProven = true;
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
    const { program, settings, clock, log } = this.#parts;
    const { file, files, module, packages } = this.#options;
    const output = new OutputLog(clock, {
      onLine: (stream, line) => log.info("a tool printed", { module, stream, line }),
      onDropped: (lines) =>
        log.warn("a tool prints too much; lines are left out", { module, lines }),
    });
    return Host.start({
      module,
      process: {
        program,
        packages,
        permissions: permissionFlags(this.permissions, files),
        args: [file, module, packages],
        env: this.#env(),
        heapBytesMax: settings.heapBytes,
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
    if (JSON.stringify(host.about) === JSON.stringify(this.about)) {
      this.#isProven = true;
      return host;
    }
    host.endNow("it has other tools than it had", true);
    // Later on it is the file that has changed, which a reload is for.
    if (!this.#isProven) this.#options.onMistaken?.();
    const text = "its tools are not those that it had when the server loaded it; reload it";
    throw new GomcpError("worker_lost", text);
  }
}
