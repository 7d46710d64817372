/** Whether an upstream gets one more call: its places, its queue, and its breaker. */
import { Breaker } from "../base/breaker.ts";
import type { Clock } from "../base/clock.ts";
import type { Problem } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Call } from "../pipeline/call.ts";
import { Bulkhead, type Leave } from "./bulkhead.ts";
import type { RelayedReply } from "./relay.ts";
import type { UpstreamSettings } from "./settings.ts";

/** The breaker has one circuit for all that an upstream has. */
const CIRCUIT = "upstream";
/** Who waits for less than this, and for less than the tool may take, shows nothing of the upstream. */
const PATIENCE_MS = 5_000;

export class CallGate {
  readonly #settings: UpstreamSettings;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #bulkhead: Bulkhead;
  readonly #breaker: Breaker;
  #tripped = false;
  #failed = 0;

  constructor(settings: UpstreamSettings, clock: Clock, log: Logger) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    this.#bulkhead = new Bulkhead(settings.concurrency, settings.queueMax);
    this.#breaker = new Breaker(settings.breakerFailures, settings.breakerMs);
  }

  /** Calls that have a place. */
  get open(): number {
    return this.#bulkhead.taken;
  }

  status() {
    const { taken: open, waiting } = this.#bulkhead;
    return { open, waiting, failed: this.#failed, tripped: this.#tripped };
  }

  /** Why no call is made now: too many have failed. */
  refusal(): Problem | undefined {
    const retryAfterMs = this.#breaker.admit(CIRCUIT, this.#clock.now());
    if (retryAfterMs === undefined) return undefined;
    const { name, breakerFailures } = this.#settings;
    const detail = `Upstream "${name}" has failed ${breakerFailures} times in a row ` +
      "and is left alone for a while";
    return { code: "upstream_failed", detail, retryAfterMs: Math.ceil(retryAfterMs) };
  }

  /** A place, now or later; undefined when too many wait already. */
  enter(): Leave | Promise<Leave> | undefined {
    return this.#bulkhead.enter();
  }

  /** Why there is no place. */
  full(): Problem {
    const { name, queueMax, concurrency } = this.#settings;
    const detail = `Upstream "${name}" has ${concurrency} calls, and ${queueMax} wait for it`;
    return { code: "overloaded", detail, limit: queueMax, retryAfterMs: 1_000 };
  }

  /** A call that was let in came to nothing before anything was sent. */
  noteNothing(): void {
    this.#breaker.onNothing(CIRCUIT);
  }

  /** What a call shows that was sent at `sentMs`. */
  note(call: Call, { reply, isAnswered }: RelayedReply, sentMs: number): void {
    const code = reply.kind === "problem" ? reply.problem.code : undefined;
    // Whoever answers is there, whatever the answer says: a caller could provoke any.
    if (isAnswered) return this.#onAnswer();
    if (code === "upstream_failed") return this.#onFailure();
    if (code === "deadline_exceeded" && this.#waitedLong(call, sentMs)) return this.#onFailure();
    this.noteNothing();
  }

  /** One caller in a hurry must not have an upstream taken from all others. */
  #waitedLong({ target }: Call, sentMs: number): boolean {
    const patienceMs = Math.min(target?.timeoutMs ?? PATIENCE_MS, PATIENCE_MS);
    // Timers may be early by less than a millisecond.
    return this.#clock.now() - sentMs >= patienceMs - 1;
  }

  #onAnswer(): void {
    this.#breaker.onSuccess(CIRCUIT);
    this.#tripped = false;
  }

  #onFailure(): void {
    this.#failed++;
    if (!this.#breaker.onFailure(CIRCUIT, this.#clock.now())) return;
    this.#tripped = true;
    this.#log.error("an upstream fails again and again; its calls are refused", {
      upstream: this.#settings.name,
      forMs: this.#settings.breakerMs,
    });
  }
}
