/**
 * This program started again as a tool host: a process with few permissions, bounds of memory, its
 * own process group, and a channel of its own as descriptor 3, so that stdout and stderr stay the
 * tool's.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { ModulePackages } from "../../base/module_source.ts";
import type { ExitReason } from "../tree/child.ts";
import { guardGroup, unguardGroup } from "./group_guard.ts";
import { LineChannel, type LineListener } from "./line_channel.ts";
import { type PrintedText, readPrinted } from "./printed.ts";
import { findWrappers, wrap } from "./wrappers.ts";

/** How a host is started. */
export interface HostProcessOptions {
  /** The program and its arguments up to those of Deno's flags that differ from host to host. */
  readonly program: HostProgram;
  /** What the modules that it loads need. */
  readonly packages: ModulePackages;
  /** `--allow-…` flags. */
  readonly permissions: readonly string[];
  /** What the host is to do: arguments of the program. */
  readonly args: readonly string[];
  /** Its whole environment, beside what Deno needs. */
  readonly env: Readonly<Record<string, string>>;
  readonly heapBytesMax: number;
  /** The longest line that it may say. */
  readonly lineCharsMax: number;
  readonly output: PrintedText;
}

/** What is started: Deno's executable, its flags, the program's main module. */
export interface HostProgram {
  readonly executable: string;
  /**
   * Such as ["run", "--no-config"], by what modules need; the permissions and limits of the host
   * follow.
   */
  readonly flags: Readonly<Record<ModulePackages, readonly string[]>>;
  readonly main: string;
  /** Arguments of the main module that come before those of the host. */
  readonly args: readonly string[];
}

/** What Deno itself, and the programs that a tool may start, look for. */
const KEPT = [
  "PATH",
  "HOME",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "TMPDIR",
  "LANG",
  "TZ",
  "NPM_CONFIG_REGISTRY",
  "SystemRoot",
  "LOCALAPPDATA",
];
/** V8 and Deno need this much beside the heap: with less they do not start. */
const DATA_BESIDE_HEAP = 1024 * 1024 * 1024;

export class HostProcess {
  readonly pid: number;
  /** Resolves once the process has ended and its channel has said all. */
  readonly exited: Promise<ExitReason>;
  readonly channel: LineChannel;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, lineCharsMax: number, listener: LineListener) {
    this.#child = child;
    this.pid = child.pid!;
    guardGroup(this.pid);
    const socket = child.stdio[3] as unknown as Socket;
    this.channel = new LineChannel({ input: socket, output: socket }, lineCharsMax, listener);
    const { promise, resolve } = Promise.withResolvers<ExitReason>();
    this.exited = promise;
    child.on("exit", (code, signal) => {
      // What the tool has started and left behind goes with it.
      this.kill();
      unguardGroup(this.pid);
      this.channel.destroy();
      resolve(reasonOf(code, signal));
    });
  }

  /** @throws what the system says when there can be no process. */
  static async start(options: HostProcessOptions, listener: LineListener): Promise<HostProcess> {
    const { program, heapBytesMax } = options;
    const command = [
      program.executable,
      ...program.flags[options.packages],
      "--no-prompt",
      `--v8-flags=--max-old-space-size=${Math.ceil(heapBytesMax / 1024 / 1024)}`,
      ...options.permissions,
      program.main,
      ...program.args,
      ...options.args,
    ];
    const [file, ...args] = wrap(command, await findWrappers(), heapBytesMax + DATA_BESIDE_HEAP);
    const child = spawn(file!, args, {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
      env: { ...keptEnv(), NO_COLOR: "1", ...options.env },
    });
    readPrinted(child.stdout!, "stdout", options.output);
    readPrinted(child.stderr!, "stderr", options.output);
    child.on("error", () => {}); // that of a start is told below
    child.on("close", () => options.output.end());
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return new HostProcess(child, options.lineCharsMax, listener);
  }

  /** Asks it to leave, by the end of its channel. */
  end(): void {
    this.channel.end();
  }

  /** Ends it and all that it has started, at once. */
  kill(): void {
    try {
      if (Deno.build.os === "windows") this.#child.kill("SIGKILL");
      else Deno.kill(-this.pid, "SIGKILL");
    } catch {
      // There is nobody left.
    }
  }
}

/** What a program needs of our environment, whatever it is. */
export function keptEnv(): Record<string, string> {
  const entries = KEPT.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => {
    return entry[1] !== undefined;
  }));
}

export function reasonOf(code: number | null, signal: string | null): ExitReason {
  if (signal !== null) return { kind: "crash", detail: `it was ended by ${signal}` };
  return { kind: "crash", detail: `it ended by itself with status ${code}` };
}
