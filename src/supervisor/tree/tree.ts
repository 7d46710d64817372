/**
 * A supervisor of children in OTP's sense (Erlang/OTP, stdlib: supervisor): starts them in order,
 * starts again what fails, gives up when that happens too often, stops them in the reverse order.
 *
 * It is one loop of messages. What takes time (a child that starts or ends, a delay) is begun by a
 * message and comes back as another, so that no two changes of the tree ever overlap.
 */
import type { Clock } from "../../base/clock.ts";
import { backoffMs } from "./backoff.ts";
import { type ChildSpec, describeExit, type ExitReason, restartsAfter } from "./child.ts";
import { Delays } from "./delays.ts";
import type { TreeEvent } from "./events.ts";
import { Mailbox } from "./mailbox.ts";
import { checkSpec, type TreeSettings } from "./options.ts";
import { RestartWindow } from "./restart_window.ts";
import { Slot, type SlotOwner } from "./slot.ts";
import { startFault } from "./start_fault.ts";
import { type Phase, stateOf, type TreeStatus } from "./status.ts";

type Said<E> = E extends TreeEvent ? Omit<E, "supervisor"> : never;

/** Children from a place on are stopped, waited for, and started again. */
interface Cycle {
  /** The place of the first of them. */
  from: number;
  phase: "stopping" | "waiting" | "starting";
  readonly delayMs: number;
}

/** Under what a cycle waits. */
const CYCLE = Symbol("cycle");

export class Tree implements SlotOwner {
  readonly clock: Clock;
  readonly post: (message: () => void) => void = new Mailbox().post;
  /** Resolves once all children are down for good. */
  readonly exited: Promise<ExitReason>;
  readonly #settings: TreeSettings;
  readonly #window: RestartWindow;
  readonly #slots: Slot[];
  readonly #delays: Delays<Slot | typeof CYCLE>;
  #cycle: Cycle | undefined;
  #phase: Phase = "new";
  #failure: string | undefined;
  readonly #started = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<ExitReason>();

  constructor(settings: TreeSettings) {
    this.#settings = settings;
    this.clock = settings.clock;
    this.exited = this.#ended.promise;
    this.#window = new RestartWindow(settings.intensity, settings.periodMs);
    this.#slots = settings.children.map((spec) => new Slot(spec, this));
    this.#delays = new Delays(this.clock, this.post);
    this.#started.promise.catch(() => {}); // whoever starts it has the same promise
  }

  start(): Promise<void> {
    this.post(() => {
      if (this.#phase !== "new") return;
      this.#phase = "starting";
      this.#cycle = { from: 0, phase: "starting", delayMs: 0 };
      this.#step();
    });
    return this.#started.promise;
  }

  add(spec: ChildSpec): Promise<void> {
    const checked = checkSpec(this.#settings.name, spec);
    const added = Promise.withResolvers<void>();
    this.post(() => {
      const old = this.#find(spec.id);
      const refusal = this.#phase !== "serving" && this.#phase !== "starting"
        ? "the supervisor does not run"
        : old !== undefined && !this.#isOver(old)
        ? "there is a child with this id"
        : undefined;
      if (refusal !== undefined) return added.reject(startFault(spec.id, refusal));
      if (old !== undefined) this.#remove(old);
      const slot = new Slot(checked, this);
      slot.added = added;
      this.#slots.push(slot);
      // A cycle comes by it in its turn.
      if (this.#cycle === undefined) slot.start();
    });
    return added.promise;
  }

  remove(id: string, why: string): Promise<void> {
    const leaving = Promise.withResolvers<void>();
    this.post(() => {
      const slot = this.#find(id);
      if (slot === undefined) return leaving.resolve();
      if (slot.leaving !== undefined) return leaving.resolve(slot.leaving.promise);
      slot.leaving = leaving;
      this.#delays.delete(slot);
      if (slot.state === "down") {
        this.#remove(slot);
        this.#step();
      } else this.#stopSlot(slot, why);
    });
    return leaving.promise;
  }

  stop(why: string): Promise<ExitReason> {
    this.post(() => this.#end(why));
    return this.exited;
  }

  kill(): void {
    this.post(() => {
      this.#end("the supervisor is killed");
      for (const slot of this.#slots.toReversed()) slot.kill();
    });
  }

  status(): TreeStatus {
    return {
      name: this.#settings.name,
      state: stateOf(this.#phase, this.#failure !== undefined, this.#isWhole()),
      failure: this.#failure,
      children: this.#slots.map((slot) => ({
        id: slot.spec.id,
        state: this.#delays.has(slot) ? "waiting" : slot.state,
        restarts: slot.restarts,
      })),
    };
  }

  onUp(slot: Slot): void {
    this.#tell({ kind: "started", child: slot.spec.id });
    slot.added?.resolve();
    slot.added = undefined;
    this.#step();
  }

  onKill(slot: Slot): void {
    this.#tell({ kind: "killed", child: slot.spec.id });
  }

  onLost(slot: Slot): void {
    this.#tell({ kind: "lost", child: slot.spec.id });
  }

  onStartFailed(slot: Slot, detail: string): void {
    this.#tell({ kind: "start_failed", child: slot.spec.id, detail });
    if (slot.added !== undefined) {
      slot.added.reject(startFault(slot.spec.id, detail));
      slot.added = undefined;
      this.#remove(slot);
    } else if (slot.leaving !== undefined) this.#remove(slot);
    else if (this.#phase === "starting") {
      this.#giveUp(`child "${slot.spec.id}" did not start: ${detail}`);
    } else if (this.#phase === "serving") this.#restart(slot, detail);
    this.#step();
  }

  onDown(slot: Slot, reason: ExitReason, expected: boolean): void {
    this.#tell({ kind: "exited", child: slot.spec.id, reason, expected });
    // A temporary child is started once, whatever becomes of its siblings.
    slot.isDone = slot.spec.restart === "temporary";
    if (slot.leaving !== undefined) this.#remove(slot);
    else if (!expected && (this.#phase === "serving" || this.#phase === "starting")) {
      slot.isDone = !restartsAfter(slot.spec.restart, reason);
      if (!slot.isDone) this.#restart(slot, describeExit(reason));
    }
    this.#step();
  }

  #restart(slot: Slot, why: string): void {
    const { intensity, periodMs, backoff, strategy, random } = this.#settings;
    const nowMs = this.clock.now();
    if (!this.#window.add(nowMs)) {
      const many = `more than ${intensity} restarts within ${periodMs} ms`;
      return this.#giveUp(`${many}; the last was of child "${slot.spec.id}": ${why}`);
    }
    const upMs = slot.upSinceMs === undefined ? 0 : nowMs - slot.upSinceMs;
    slot.attempts = upMs > backoff.resetMs ? 1 : slot.attempts + 1;
    slot.upSinceMs = undefined;
    const delayMs = backoffMs(slot.attempts, backoff, random);
    this.#tell({ kind: "restarting", child: slot.spec.id, delayMs, attempt: slot.attempts });
    if (strategy === "one_for_one") this.#delays.add(slot, delayMs, () => slot.start());
    else this.#startCycle(strategy === "one_for_all" ? 0 : this.#slots.indexOf(slot), delayMs);
  }

  /** One cycle at a time: a failure within one begins it again, with all that it had before it. */
  #startCycle(place: number, delayMs: number): void {
    this.#delays.delete(CYCLE);
    const from = Math.min(place, this.#cycle === undefined ? place : this.#reached(this.#cycle));
    // Those that ended normally are started again with their siblings, as OTP has it.
    for (const slot of this.#slots.slice(from)) {
      slot.isDone = slot.spec.restart === "temporary" && slot.wasStarted;
    }
    this.#cycle = { from, phase: "stopping", delayMs };
  }

  /** The place up to which a cycle has nothing left to do. */
  #reached({ from, phase }: Cycle): number {
    if (phase !== "starting") return from;
    const next = this.#slots.findIndex((slot, at) => at >= from && this.#isWanted(slot));
    return next < 0 ? this.#slots.length : next;
  }

  #giveUp(detail: string): void {
    this.#failure = detail;
    this.#tell({ kind: "gave_up", detail });
    this.#end(detail);
  }

  #end(why: string): void {
    if (this.#phase === "ending" || this.#phase === "ended") return;
    this.#phase = "ending";
    this.#cycle = undefined;
    this.#delays.clear();
    this.#step(why);
  }

  /** Does what is to be done next, one child at a time. */
  #step(why = "the supervisor stops"): void {
    if (this.#phase === "ended" || this.#phase === "new") return;
    if (this.#phase === "ending") {
      const last = this.#slots.findLast(({ state }) => state !== "down");
      if (last === undefined) this.#finish();
      else this.#stopSlot(last, why);
    } else if (this.#cycle !== undefined) this.#stepCycle(this.#cycle);
    // What was started beside a cycle may come up after it.
    if (this.#phase === "starting" && this.#cycle === undefined) {
      this.#phase = "serving";
      this.#started.resolve();
    }
  }

  #stepCycle(cycle: Cycle): void {
    const part = this.#slots.slice(cycle.from);
    if (cycle.phase === "stopping") {
      const last = part.findLast(({ state }) => state !== "down");
      if (last !== undefined) return this.#stopSlot(last, "a sibling is started again");
      cycle.phase = "waiting";
      this.#delays.add(CYCLE, cycle.delayMs, () => {
        cycle.phase = "starting";
        if (cycle.delayMs > 0) this.#step();
      });
    }
    if (cycle.phase !== "starting") return;
    const next = part.find((slot) => this.#isWanted(slot));
    if (next === undefined) this.#cycle = undefined;
    else if (next.state === "down") next.start();
  }

  /** Whether a cycle has to bring the child up, or to wait until it is. */
  #isWanted(slot: Slot): boolean {
    const { state, isDone, leaving } = slot;
    return state !== "up" && !isDone && leaving === undefined && !this.#delays.has(slot);
  }

  #stopSlot(slot: Slot, why: string): void {
    if (slot.state === "stopping") return;
    this.#tell({ kind: "stopping", child: slot.spec.id, why });
    slot.stop(why);
  }

  #finish(): void {
    this.#phase = "ended";
    for (const slot of [...this.#slots]) {
      slot.added?.reject(startFault(slot.spec.id, "the supervisor stopped"));
      if (slot.leaving !== undefined) this.#remove(slot);
    }
    this.#tell({ kind: "stopped" });
    const text = this.#failure ?? "it was stopped before it had started";
    this.#started.reject(startFault(this.#settings.name, text));
    this.#ended.resolve(
      this.#failure === undefined ? { kind: "shutdown" } : { kind: "crash", detail: this.#failure },
    );
  }

  #remove(slot: Slot): void {
    const at = this.#slots.indexOf(slot);
    if (at < 0) return;
    this.#slots.splice(at, 1);
    if (this.#cycle !== undefined && at < this.#cycle.from) this.#cycle.from--;
    slot.added?.reject(startFault(slot.spec.id, "it was stopped before it had started"));
    slot.added = undefined;
    slot.leaving?.resolve();
  }

  #find(id: string): Slot | undefined {
    return this.#slots.find(({ spec }) => spec.id === id);
  }

  #isWhole(): boolean {
    return this.#cycle === undefined &&
      this.#slots.every(({ state, isDone, added }) => state === "up" || isDone || added);
  }

  /** Down, and nothing will start it again by itself. */
  #isOver(slot: Slot): boolean {
    return slot.state === "down" && slot.isDone && this.#cycle === undefined;
  }

  #tell(event: Said<TreeEvent>): void {
    this.#settings.onEvent({ supervisor: this.#settings.name, ...event } as TreeEvent);
  }
}
