/** One call under supervision: waiting, running, answered; with its deadline and its slot. */
import type { Problem } from "../base/errors.ts";
import type { Call } from "../pipeline/call.ts";
import { failed, type Outcome } from "../pipeline/outcome.ts";
import type { WheelTimer } from "../base/timer_wheel.ts";

export type RunState = "waiting" | "running" | "ended";

/** What the supervisor does for its runs. */
export interface RunOwner {
  /** The call has its answer; whether its tool still works is told by `run.state`. */
  onAnswered(run: Run): void;
  /** The deadline has passed; the owner answers by `call.stop`. */
  onDeadline(run: Run): void;
}

export class Run implements WheelTimer {
  readonly call: Call;
  /** When its tool was started; as long as it waits, when it arrived. */
  startedMs: number;
  readonly timeoutMs: number;
  readonly dueMs: number;
  readonly outcome: Promise<Outcome>;
  state: RunState = "waiting";
  answered = false;
  /** Among those that are open. */
  number = 0;

  wheelPrevious: WheelTimer | undefined = undefined;
  wheelNext: WheelTimer | undefined = undefined;
  wheelSlot = -1;

  readonly #owner: RunOwner;
  #resolve!: (outcome: Outcome | Promise<Outcome>) => void;

  constructor(call: Call, owner: RunOwner, arrivedMs: number, timeoutMs: number) {
    this.call = call;
    this.startedMs = arrivedMs;
    this.timeoutMs = timeoutMs;
    this.dueMs = arrivedMs + timeoutMs;
    this.#owner = owner;
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    call.onStop = (why: Problem) => this.answer(failed(why));
  }

  onDue(): void {
    this.#owner.onDeadline(this);
  }

  /** Gives the call its one answer; later ones are dropped. */
  answer(outcome: Outcome | Promise<Outcome>): void {
    if (this.answered) return;
    this.answered = true;
    this.call.onStop = undefined;
    this.#resolve(outcome);
    this.#owner.onAnswered(this);
  }
}
