/**
 * What many modules have, found out by one process that loads them all: a host for each, to ask it,
 * would take a hundred times as long.
 *
 * What it says is provisional. Modules that share a process can get into each other's way, so each
 * module's own host is asked again when it starts, and its word holds. The process may read the
 * modules and do nothing else. A module that does not load in it, for whatever reason, is left to a
 * host of its own, which has the better words for what is wrong.
 */
import type { Clock } from "../../base/clock.ts";
import { Budget } from "../../base/budget.ts";
import { LIMITS } from "../../base/limits.ts";
import { readHostFrame } from "./frames.ts";
import { HostProcess, type HostProcessOptions } from "./host_process.ts";
import type { LineListener } from "./line_channel.ts";

/** A module that is to be described. */
export interface ModuleToDescribe {
  /** As its user names it. */
  readonly module: string;
  /** Where it is. */
  readonly file: string;
  /** It, and all local files that it imports. */
  readonly files: readonly string[];
}

/** What a module has, as its process says; not to be trusted. */
export type About = Readonly<Record<string, unknown>>;

/** How the process is started: with no arguments, which tells it from a host. */
export type DescriberStart = Omit<HostProcessOptions, "lineCharsMax">;

/** How modules are described. */
export interface DescribeOptions {
  readonly start: DescriberStart;
  readonly clock: Clock;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/** How long a process may take to start, and the first module in it. */
const START_MS = 10_000;
/** How long each further module may take; one that takes longer is not worth to hold up the others. */
const MODULE_MS = 2_000;
/** After so many processes were lost the modules that are left get hosts of their own. */
const LOST_MAX = 3;

/** What could be found out, by `file`. Never rejects. */
export async function describeModules(
  modules: readonly ModuleToDescribe[],
  { start, clock, signal }: DescribeOptions,
): Promise<ReadonlyMap<string, About>> {
  const found = new Map<string, About>();
  let left = modules;
  for (let lost = 0; left.length > 0 && lost < LOST_MAX; lost++) {
    if (signal.aborted) break;
    left = await describeIn(new Describer(clock, signal), start, left, found);
  }
  return found;
}

/** Gives the modules after the one that the process was lost on. */
async function describeIn(
  describer: Describer,
  start: DescriberStart,
  modules: readonly ModuleToDescribe[],
  found: Map<string, About>,
): Promise<readonly ModuleToDescribe[]> {
  try {
    await describer.start(start);
    for (const [at, { module, file }] of modules.entries()) {
      const about = await describer.ask(file, module, at === 0 ? START_MS : MODULE_MS);
      if (about === "lost") return modules.slice(at + 1);
      if (about !== "failed") found.set(file, about);
    }
  } catch {
    // The system has no process for us: hosts will say why.
  } finally {
    describer.end();
  }
  return [];
}

/** One process, which is asked for one module after the other. */
class Describer implements LineListener {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #budget: Budget;
  #process: HostProcess | undefined;
  #answer: ((about: About | "failed" | "lost") => void) | undefined;
  #isLost = false;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    this.#budget = new Budget(clock);
    signal.addEventListener("abort", this.#lose);
  }

  async start(options: DescriberStart): Promise<void> {
    const lineCharsMax = LIMITS.hostLineCharsMax;
    this.#process = await HostProcess.start({ ...options, lineCharsMax }, this);
    // It may have been given up meanwhile.
    if (this.#isLost) this.#process.kill();
  }

  ask(file: string, name: string, ms: number): Promise<About | "failed" | "lost"> {
    if (this.#isLost) return Promise.resolve("lost");
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, () => this.#lose());
      this.#answer = (about) => {
        this.#answer = undefined;
        cancel();
        resolve(about);
      };
      this.#process!.channel.send(JSON.stringify({ t: "load", file, name }));
    });
  }

  end(): void {
    this.#isLost = true;
    this.#signal.removeEventListener("abort", this.#lose);
    this.#process?.kill();
  }

  onLine(line: string): void {
    const frame = readHostFrame(line);
    if (typeof frame === "string" || !this.#budget.take(line.length)) return this.#lose();
    if (frame.t === "ready") this.#answer?.(frame.about as About);
    else if (frame.t === "failed") this.#answer?.("failed");
    else if (frame.t !== "log") this.#lose();
  }

  onClose(): void {
    this.#lose();
  }

  readonly #lose = (): void => {
    this.end();
    this.#answer?.("lost");
  };
}
