/** One tool host as its server sees it: calls out, results back, and everything it says in doubt. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { GomcpError, type Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import type { HostReply } from "../../authoring/hosted.ts";
import { EXAMPLES } from "../../authoring/ask.ts";
import type { Call } from "../../pipeline/call.ts";
import { type ChildHandle, describeExit, type ExitReason } from "../tree/child.ts";
import { answerQuestion } from "./answer_question.ts";
import { Budget } from "../../base/budget.ts";
import {
  ASKABLE,
  type CallFrame,
  type HostFrame,
  readHostFrame,
  type ServerFrame,
} from "./frames.ts";
import { HostProcess, type HostProcessOptions } from "./host_process.ts";
import type { LineListener } from "./line_channel.ts";

/** A call that a host has, or will have. */
export interface HostedCall {
  readonly call: Call;
  /** Gives the call its reply; later ones are dropped. */
  readonly reply: (reply: HostReply) => void;
  /** Whether it may be run again when its host is lost. */
  readonly mayRepeat: boolean;
  /** How often it was given to a host. */
  tries: number;
  /** When it is due, with the grace that it has after that. */
  dueMs: number;
}

/** Hears of a host. */
export interface HostListener {
  /** A call came back, and is the host's no more. */
  onReply(host: Host, hosted: HostedCall, reply: HostReply): void;
  /** The host says how much memory it holds. */
  onMemory(host: Host, rssBytes: number): void;
}

export interface HostParts {
  readonly process: Omit<HostProcessOptions, "lineCharsMax">;
  readonly listener: HostListener;
  readonly clock: Clock;
  /** Where goes what the host logs. */
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Pings without an answer after which a host is taken for dead. */
const MISSED_MAX = 3;
/** How long a host may live on whose channel is closed. */
const CLOSED_MS = 1_000;
/** A host that has calls and says nothing for so long is asked whether it lives. */
const QUIET_MS = 250;
/** One that does not answer within this is not given calls, as long as there are others. */
const STUCK_MS = 100;

export class Host implements ChildHandle, LineListener {
  readonly exited: Promise<ExitReason>;
  /** What it has, as it says itself. */
  about: Readonly<Record<string, unknown>> = {};
  /** It gets no more calls, and is stopped when the last one is back. */
  isDraining = false;
  /** Calls that it was given. */
  calls = 0;
  /** When it had its last call. */
  usedMs: number;

  readonly #parts: HostParts;
  readonly #budget: Budget;
  readonly #open = new Map<number, HostedCall>();
  /** Calls that should have ended by now. */
  readonly #overdue = new Set<HostedCall>();
  readonly #ready = Promise.withResolvers<void>();
  #process!: HostProcess;
  #lastId = 0;
  #heardMs: number;
  #pings = 0;
  #unanswered = 0;
  #askedMs = 0;
  #isGone = false;
  #cancelClosed: CancelTimer | undefined;
  /** Why it was ended by us; `planned` when that is no failure of its module's. */
  #end: { readonly why: string; readonly planned: boolean } | undefined;

  private constructor(parts: HostParts) {
    this.#parts = parts;
    this.#budget = new Budget(parts.clock);
    this.usedMs = this.#heardMs = parts.clock.now();
    const { promise, resolve } = Promise.withResolvers<ExitReason>();
    this.exited = promise;
    this.#onExit = resolve;
  }

  readonly #onExit: (reason: ExitReason) => void;

  /** @throws {GomcpError} `worker_lost` when the module cannot be loaded, or the host cannot run. */
  static async start(parts: HostParts): Promise<Host> {
    const host = new Host(parts);
    const { process, signal } = parts;
    const options = { ...process, lineCharsMax: LIMITS.hostLineCharsMax };
    host.#process = await HostProcess.start(options, host);
    host.#process.exited.then((reason) => host.#onGone(reason));
    const giveUp = () => host.#endBy("its start was given up", true);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      await host.#ready.promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
    return host;
  }

  /** Calls that it has now. */
  get load(): number {
    return this.#open.size;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Whether it can be given a call at all. */
  get takesCalls(): boolean {
    return !this.#isGone && !this.isDraining && this.#end === undefined &&
      this.#process.channel.waiting < LIMITS.hostWaitingBytesMax;
  }

  /** Whether it seems to be held up by one of its calls; asks it, if that is in doubt. */
  isStuck(nowMs: number): boolean {
    if (this.#overdue.size > 0) return true;
    if (this.#open.size === 0 || nowMs - this.#heardMs < QUIET_MS) return false;
    if (this.#unanswered === 0) this.#ping(nowMs);
    return nowMs - this.#askedMs > STUCK_MS;
  }

  run(hosted: HostedCall): void {
    const id = ++this.#lastId;
    this.#open.set(id, hosted);
    this.calls++;
    hosted.tries++;
    this.#send(callFrame(id, hosted.call));
  }

  /** Tells the tool that nobody waits for it any more. */
  abort(hosted: HostedCall, why: Problem): void {
    if (why.code === "deadline_exceeded") this.#overdue.add(hosted);
    for (const [id, other] of this.#open) {
      if (other === hosted) this.#send({ t: "abort", id, why });
    }
  }

  has(hosted: HostedCall): boolean {
    return [...this.#open.values()].includes(hosted);
  }

  /** Asks whether it lives; kills it when it did not answer for too long. */
  beat(): void {
    if (this.#unanswered >= MISSED_MAX) {
      return this.#endBy(`it missed ${MISSED_MAX} heartbeats`, false);
    }
    this.#ping(this.#parts.clock.now());
  }

  /** Ends it at once, with all it has started. A planned end is no failure of its module's. */
  endNow(why: string, planned: boolean): void {
    this.#endBy(why, planned);
  }

  stop(why: string): void {
    this.#end ??= { why, planned: true };
    this.#process.end();
  }

  kill(): void {
    this.#endBy("it was killed", true);
  }

  /** All calls that it had; it has none after that. Meant for when it is gone. */
  takeOpen(): readonly HostedCall[] {
    const open = [...this.#open.values()];
    this.#open.clear();
    return open;
  }

  onLine(line: string): void {
    if (this.#isGone) return;
    this.#heardMs = this.#parts.clock.now();
    const frame = readHostFrame(line);
    if (typeof frame === "string") return this.#endBy(`it said ${frame}`, false);
    if ((frame.t === "done" || frame.t === "problem") && this.#onReply(frame)) return;
    if (!this.#budget.take(line.length)) return this.#endBy("it flooded its channel", false);
    this.#onFrame(frame);
  }

  onClose(fault: string | undefined): void {
    if (this.#isGone) return;
    if (fault !== undefined) return this.#endBy(`it said ${fault}`, false);
    // A process that ends closes its channel first: why it ended is known a moment later.
    this.#cancelClosed = this.#parts.clock.after(CLOSED_MS, () => {
      this.#endBy("it closed its channel", false);
    });
  }

  #onReply(frame: Extract<HostFrame, { t: "done" | "problem" }>): boolean {
    const hosted = this.#open.get(frame.id);
    if (hosted === undefined) return false;
    this.#open.delete(frame.id);
    if (this.#overdue.size > 0) this.#overdue.delete(hosted);
    const reply: HostReply = frame.t === "done"
      ? { kind: "value", value: frame.value }
      : { kind: "problem", problem: frame.problem };
    this.#parts.listener.onReply(this, hosted, reply);
    return true;
  }

  #onFrame(frame: HostFrame): void {
    switch (frame.t) {
      case "ready":
        this.about = frame.about as Record<string, unknown>;
        return this.#ready.resolve();
      case "failed":
        this.#ready.reject(new GomcpError("worker_lost", frame.detail));
        return this.#endBy("it could not load its module", true);
      case "pong":
        this.#unanswered = 0;
        return this.#parts.listener.onMemory(this, frame.rss);
      case "log":
        return this.#parts.log[frame.level](frame.message, frame.fields);
      default:
        return this.#onCallFrame(frame);
    }
  }

  /** What belongs to a call that has ended is not heard. */
  #onCallFrame(frame: Extract<HostFrame, { id: number }>): void {
    const call = this.#open.get(frame.id)?.call;
    if (call === undefined) return;
    switch (frame.t) {
      case "event":
        return call.onEvent?.(frame.event);
      case "changed":
        return call.events?.emit({ kind: "list_changed", list: frame.list });
      case "updated":
        return call.events?.emit({ kind: "resource_updated", uri: frame.uri });
      case "disconnect":
        return call.asker?.disconnect?.();
      case "ask":
        answerQuestion(call, frame).then((answer) => this.#send(answer));
    }
  }

  #ping(nowMs: number): void {
    this.#unanswered++;
    this.#askedMs = nowMs;
    this.#send({ t: "ping", n: ++this.#pings });
  }

  #send(frame: ServerFrame): void {
    if (!this.#isGone) this.#process.channel.send(JSON.stringify(frame));
  }

  #endBy(why: string, planned: boolean): void {
    this.#end ??= { why, planned };
    this.#process.kill();
  }

  #onGone(reason: ExitReason): void {
    this.#isGone = true;
    this.#cancelClosed?.();
    const end = this.#end;
    const final: ExitReason = end === undefined
      ? reason
      : { kind: end.planned ? "shutdown" : "crash", detail: end.why };
    this.#ready.reject(new GomcpError("worker_lost", `its host ended: ${describeExit(final)}`));
    this.#ready.promise.catch(() => {}); // who started it has heard of it, or is ready already
    this.#onExit(final);
  }
}

function callFrame(id: number, call: Call): CallFrame {
  const { asker, client } = call;
  return {
    t: "call",
    id,
    kind: call.kind,
    name: call.tool,
    args: call.args,
    request: call.id,
    adapter: call.adapter,
    tenant: call.tenant,
    client: { name: client.name, version: client.version, address: client.address },
    can: asker && ASKABLE.filter((what) => asker.can(EXAMPLES[what])),
    heard: call.onEvent !== undefined,
    trace: call.trace,
  };
}
