/** The place of one child in its supervisor: which run of it is up, starting or on its way down. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { describeThrown } from "../../base/errors.ts";
import type { ChildHandle, ExitReason } from "./child.ts";
import type { CheckedSpec } from "./options.ts";

export type SlotState = "down" | "starting" | "up" | "stopping";

/** How long a child that was killed is waited for. */
export const KILL_WAIT_MS = 5_000;

/** What a slot needs of its supervisor. Slots call it from messages only, never in between. */
export interface SlotOwner {
  readonly clock: Clock;
  /** Takes a message, to be worked off after those before it. */
  post(message: () => void): void;
  onUp(slot: Slot): void;
  onStartFailed(slot: Slot, detail: string): void;
  /** `expected` when the supervisor had asked for it. */
  onDown(slot: Slot, reason: ExitReason, expected: boolean): void;
  onKill(slot: Slot): void;
  onLost(slot: Slot): void;
}

/** Every method is called from within a message of the owner's. */
export class Slot {
  readonly spec: CheckedSpec;
  readonly #owner: SlotOwner;
  #state: SlotState = "down";
  /** Counts the starts; what an earlier run still says is not heard. */
  #run = 0;
  #handle: ChildHandle | undefined;
  #controller: AbortController | undefined;
  #cancelTimer: CancelTimer = () => {};
  #timer = 0;
  #killed = false;

  /** When it came up for the last time; forgotten once a failure of it was counted. */
  upSinceMs: number | undefined;
  /** How often in a row it has failed. */
  attempts = 0;
  /** How often it was started again. */
  restarts = 0;
  /** It ended, and is not to be started again by itself. */
  isDone = false;
  /** Told when a child that was added later is up, or will not be. */
  added: PromiseWithResolvers<void> | undefined;
  /** It is to be taken out once it is down; told then. */
  leaving: PromiseWithResolvers<void> | undefined;

  constructor(spec: CheckedSpec, owner: SlotOwner) {
    this.spec = spec;
    this.#owner = owner;
  }

  get state(): SlotState {
    return this.#state;
  }

  /** True once it was started for the first time. */
  get wasStarted(): boolean {
    return this.#run > 0;
  }

  start(): void {
    const run = ++this.#run;
    if (run > 1) this.restarts++;
    this.#state = "starting";
    this.#killed = false;
    this.isDone = false;
    const { signal } = this.#controller = new AbortController();
    this.#arm(this.spec.startMs, () => this.#onStartLate());
    const starting = new Promise<ChildHandle>((resolve) => resolve(this.spec.start(signal)));
    starting.then(
      (handle) => this.#owner.post(() => this.#onStarted(run, handle)),
      (thrown) => this.#owner.post(() => this.#onStartThrown(run, thrown)),
    );
  }

  /** Asks it to end, and kills it when its time is over. */
  stop(why: string): void {
    if (this.#state === "down" || this.#state === "stopping") return;
    this.#state = "stopping";
    this.#controller?.abort();
    if (this.spec.shutdownMs === "kill") return this.kill();
    this.#arm(this.spec.shutdownMs, () => this.kill());
    if (this.#handle !== undefined) this.#ask(this.#handle, why);
  }

  kill(): void {
    if (this.#state === "down" || this.#killed) return;
    this.#state = "stopping";
    this.#killed = true;
    this.#controller?.abort();
    this.#owner.onKill(this);
    // Without a handle there is nothing to be waited for; one that comes later is killed then.
    if (this.#handle === undefined) return this.#end({ kind: "killed" });
    this.#arm(KILL_WAIT_MS, () => {
      this.#owner.onLost(this);
      this.#end({ kind: "killed", detail: "it did not end when it was killed" });
    });
    killQuietly(this.#handle);
  }

  #ask(handle: ChildHandle, why: string): void {
    try {
      handle.stop(why);
    } catch {
      this.kill();
    }
  }

  #onStarted(run: number, handle: ChildHandle): void {
    if (run !== this.#run || this.#state === "down") return killQuietly(handle);
    this.#handle = handle;
    handle.exited.then(
      (reason) => this.#owner.post(() => this.#onExited(run, reason)),
      (thrown) =>
        this.#owner.post(() =>
          this.#onExited(run, { kind: "crash", detail: describeThrown(thrown) })
        ),
    );
    if (this.#state === "stopping") return this.#ask(handle, "stopped while it started");
    this.#disarm();
    this.#state = "up";
    this.upSinceMs = this.#owner.clock.now();
    this.#owner.onUp(this);
  }

  #onStartThrown(run: number, thrown: unknown): void {
    if (run !== this.#run || this.#state === "down") return;
    if (this.#state === "stopping") return this.#end({ kind: "shutdown" });
    this.#fail(describeThrown(thrown));
  }

  #onStartLate(): void {
    this.#controller?.abort();
    this.#fail(`it did not start within ${this.spec.startMs} ms`);
  }

  #onExited(run: number, reason: ExitReason): void {
    if (run === this.#run && this.#state !== "down") this.#end(reason);
  }

  #fail(detail: string): void {
    this.#clear();
    this.#owner.onStartFailed(this, detail);
  }

  #end(reason: ExitReason): void {
    const expected = this.#state === "stopping";
    this.#clear();
    this.#owner.onDown(this, reason, expected);
  }

  #clear(): void {
    this.#disarm();
    this.#state = "down";
    this.#handle = undefined;
    this.#controller = undefined;
  }

  #arm(ms: number, action: () => void): void {
    this.#disarm();
    if (ms === Infinity) return;
    const timer = this.#timer;
    this.#cancelTimer = this.#owner.clock.after(ms, () =>
      this.#owner.post(() => {
        if (timer === this.#timer) action();
      }));
  }

  /** What has fired already, and waits in the mailbox, is stopped as well. */
  #disarm(): void {
    this.#timer++;
    this.#cancelTimer();
    this.#cancelTimer = () => {};
  }
}

/** What cannot be killed is told by its silence. */
function killQuietly(handle: ChildHandle): void {
  try {
    handle.kill();
  } catch {
    // The wait for its end says so.
  }
}
