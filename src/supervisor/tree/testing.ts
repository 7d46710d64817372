/** Children for tests of supervisors: they start, end and disobey as they are told. */
import { FakeClock } from "../../base/fake_clock.ts";
import type { ChildHandle, ChildSpec, ExitReason, RestartType } from "./child.ts";
import { type ChildSupervisor, createChildSupervisor } from "./child_supervisor.ts";
import type { TreeEvent } from "./events.ts";
import type { TreeOptions } from "./options.ts";

/** What a child of a test does beside living. */
export interface FakeBehaviour {
  /** What it does when it is asked to end. @default "ends" */
  stop: "ends" | "ignores" | "throws";
  /** What it does when it is killed. @default "ends" */
  kill: "ends" | "ignores";
  /** How it starts. @default "starts" */
  start: "starts" | "fails" | "hangs";
}

interface Life {
  readonly id: string;
  end(reason: ExitReason): void;
}

/** All children of a test, in one journal. */
export class FakeWorld {
  readonly clock = new FakeClock();
  /** "+a" started, "?a" asked to end, "!a" killed, "-a" ended. */
  readonly journal: string[] = [];
  readonly events: TreeEvent[] = [];
  /** When each of them was. */
  readonly eventTimes: number[] = [];
  readonly behaviour = new Map<string, FakeBehaviour>();
  /** What lives now; two of one id are a fault of the supervisor's. */
  readonly alive: Life[] = [];

  /** A child that does as `behaviour` says at the time. */
  spec(id: string, more: Partial<ChildSpec> = {}): ChildSpec {
    this.behaviour.set(id, { stop: "ends", kill: "ends", start: "starts" });
    return { id, start: (signal) => this.#start(id, signal), ...more };
  }

  /** A supervisor whose time is the world's. */
  supervisor(options: Partial<TreeOptions> = {}): ChildSupervisor {
    return createChildSupervisor(this.options(options));
  }

  options(options: Partial<TreeOptions> = {}): TreeOptions {
    return {
      name: "top",
      clock: this.clock,
      random: () => 0,
      onEvent: (event) => {
        this.events.push(event);
        this.eventTimes.push(this.clock.now());
      },
      ...options,
    };
  }

  isAlive(id: string): boolean {
    return this.alive.some((life) => life.id === id);
  }

  /** Ends a child from outside, and lets the supervisor do what it does at once. */
  async end(id: string, reason: ExitReason): Promise<void> {
    this.alive.find((life) => life.id === id)?.end(reason);
    await settle();
  }

  async crash(id: string): Promise<void> {
    await this.end(id, { kind: "crash", detail: "boom" });
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settle();
  }

  /** What has happened since it was last asked. */
  take(): string {
    return this.journal.splice(0).join(" ");
  }

  kinds(kind: TreeEvent["kind"]): TreeEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }

  #start(id: string, signal: AbortSignal): ChildHandle | Promise<ChildHandle> {
    const { start } = this.behaviour.get(id)!;
    if (start === "fails") throw new Error("it will not");
    if (start === "starts") return this.#live(id);
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
    });
  }

  #live(id: string): ChildHandle {
    this.journal.push(`+${id}`);
    const { promise, resolve } = Promise.withResolvers<ExitReason>();
    const life: Life = {
      id,
      end: (reason) => {
        const at = this.alive.indexOf(life);
        if (at < 0) return;
        this.alive.splice(at, 1);
        this.journal.push(`-${id}`);
        resolve(reason);
      },
    };
    this.alive.push(life);
    return {
      exited: promise,
      stop: () => {
        this.journal.push(`?${id}`);
        const how = this.behaviour.get(id)!.stop;
        if (how === "throws") throw new Error("it cannot be asked");
        if (how === "ends") life.end({ kind: "shutdown" });
      },
      kill: () => {
        this.journal.push(`!${id}`);
        if (this.behaviour.get(id)!.kill === "ends") life.end({ kind: "killed" });
      },
    };
  }
}

/** Lets all promises go on that can, as long as a message may lead to another. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
}

/** Every way to end, and whether each restart type starts the child again after it. */
export const MATRIX: readonly [ExitReason, Readonly<Record<RestartType, boolean>>][] = [
  [{ kind: "normal" }, { permanent: true, transient: false, temporary: false }],
  [{ kind: "shutdown" }, { permanent: true, transient: false, temporary: false }],
  [{ kind: "crash", detail: "boom" }, { permanent: true, transient: true, temporary: false }],
  [{ kind: "killed" }, { permanent: true, transient: true, temporary: false }],
];
