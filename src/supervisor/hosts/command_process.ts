/**
 * A program of the operator's: a process group that is spoken with by lines over its stdin and
 * stdout, and whose stderr goes to the log. It has the environment that it was given, not ours.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { ExitReason } from "../tree/child.ts";
import { keptEnv, reasonOf } from "./host_process.ts";
import { guardGroup, unguardGroup } from "./group_guard.ts";
import { LineChannel, type LineListener } from "./line_channel.ts";
import type { OutputLog } from "./output_log.ts";
import { readPrinted } from "./printed.ts";
import { findWrappers, wrap } from "./wrappers.ts";

export interface CommandProcessOptions {
  readonly command: readonly string[];
  /** Beside what every program needs. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  /** The longest line that it may say. */
  readonly lineCharsMax: number;
  /** Takes its stderr. */
  readonly output: OutputLog;
}

/** What programs look for that people start from a shell. */
const SHELL = ["USER", "LOGNAME", "SHELL", "TERM", "APPDATA", "USERPROFILE", "PATHEXT"];
/** How long one may take to end once its input has; then it is told, then killed by its supervisor. */
const END_MS = 1_000;

export class CommandProcess {
  readonly pid: number;
  readonly channel: LineChannel;
  /** Resolves once the process has ended and has said all. */
  readonly exited: Promise<ExitReason>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, lineCharsMax: number, listener: LineListener) {
    this.#child = child;
    this.pid = child.pid!;
    guardGroup(this.pid);
    const streams = { input: child.stdout!, output: child.stdin! };
    this.channel = new LineChannel(streams, lineCharsMax, listener);
    const { promise, resolve } = Promise.withResolvers<ExitReason>();
    this.exited = promise;
    child.on("exit", (code, signal) => {
      // What it has started and left behind goes with it.
      this.kill();
      unguardGroup(this.pid);
      this.channel.destroy();
      resolve(reasonOf(code, signal));
    });
  }

  /** @throws what the system says when there can be no process. */
  static async start(
    options: CommandProcessOptions,
    listener: LineListener,
  ): Promise<CommandProcess> {
    const { command, env, cwd, output, lineCharsMax } = options;
    const wrappers = { ...await findWrappers(), limitsData: false };
    const [file, ...args] = wrap(command, wrappers, 0);
    const child = spawn(file!, args, {
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      ...(cwd !== undefined && { cwd }),
      env: { ...keptEnv(), ...shellEnv(), ...env },
    });
    readPrinted(child.stderr!, "stderr", output);
    child.on("error", () => {}); // that of a start is told below
    child.on("close", () => output.end());
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return new CommandProcess(child, lineCharsMax, listener);
  }

  /** Asks it to leave: by the end of its input, then by SIGTERM (MCP, lifecycle: shutdown, stdio). */
  end(): void {
    this.channel.end();
    const timer = setTimeout(() => this.#signal("SIGTERM"), END_MS);
    Deno.unrefTimer(timer);
    this.exited.then(() => clearTimeout(timer));
  }

  /** Ends it and all that it has started, at once. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    try {
      if (Deno.build.os === "windows") this.#child.kill(signal);
      else Deno.kill(-this.pid, signal);
    } catch {
      // There is nobody left.
    }
  }
}

function shellEnv(): Record<string, string> {
  const all = SHELL.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(all.filter((each): each is [string, string] => each[1] !== undefined));
}
