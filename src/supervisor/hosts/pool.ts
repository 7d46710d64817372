/** The calls of one hosted module: which host gets one, and what becomes of it when that is lost. */
import type { Clock } from "../../base/clock.ts";
import type { Problem } from "../../base/errors.ts";
import type { HostReply } from "../../authoring/hosted.ts";
import type { Call } from "../../pipeline/call.ts";
import type { ExitReason } from "../tree/child.ts";
import { Breaker } from "../../base/breaker.ts";
import { Fleet, type FleetListener, type FleetParts } from "./fleet.ts";
import type { Host, HostedCall } from "./host.ts";

export interface PoolParts extends FleetParts {
  /** The deadline of calls that have none. */
  readonly defaultTimeoutMs: number;
  /** The group of hosts gave up; whoever owns it may start it again. */
  readonly onFailed: (detail: string) => void;
}

/** A picture of a hosted module at one moment. */
export interface PoolStatus {
  readonly module: string;
  readonly isReady: boolean;
  /** Why its hosts are not started any more, for the time being. */
  readonly failure: string | undefined;
  readonly hosts: readonly {
    readonly pid: number;
    /** Calls that it has now. */
    readonly open: number;
    /** Calls that it was given since it started. */
    readonly calls: number;
  }[];
  /** Calls that wait for a host. */
  readonly waiting: number;
  /** Hosts that have started, and those of them that went without being told to. */
  readonly started: number;
  readonly lost: number;
}

export class HostPool implements FleetListener {
  readonly fleet: Fleet;
  readonly #parts: PoolParts;
  readonly #clock: Clock;
  readonly #breaker: Breaker;
  /** In order of arrival; bounded by the supervisor's slots. */
  readonly #waiting = new Set<HostedCall>();
  #isStopped = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    const { breakerFailures, breakerMs } = parts.settings;
    this.#breaker = new Breaker(breakerFailures, breakerMs);
    this.fleet = new Fleet(parts, this);
  }

  status(): PoolStatus {
    return {
      module: this.#parts.module,
      isReady: this.fleet.isReady,
      failure: this.fleet.failure?.detail,
      hosts: this.fleet.hosts.map(({ pid, load, calls }) => ({ pid, open: load, calls })),
      waiting: this.#waiting.size,
      ...this.fleet.counts,
    };
  }

  /** Runs a call in one of the hosts. Never rejects. */
  run(call: Call, timeoutMs: number | undefined, mayRepeat: boolean): Promise<HostReply> {
    const nowMs = this.#clock.now();
    const refusal = this.#refusal(call, nowMs);
    if (refusal !== undefined) return Promise.resolve({ kind: "problem", problem: refusal });
    return new Promise((resolve) => {
      const longestMs = timeoutMs ?? this.#parts.defaultTimeoutMs;
      const hosted: HostedCall = {
        call,
        mayRepeat,
        tries: 0,
        dueMs: nowMs + Math.min(call.timeoutMs ?? Infinity, longestMs),
        reply: (reply) => {
          call.onAbort = undefined;
          resolve(reply);
        },
      };
      call.onAbort = (why) => this.#onAbort(hosted, why);
      const host = this.#waiting.size === 0 ? this.fleet.choose(nowMs) : undefined;
      if (host !== undefined) return this.#give(host, hosted, nowMs);
      this.#waiting.add(hosted);
      this.fleet.grow();
    });
  }

  /** No more calls; those that wait are told. */
  stop(): void {
    this.#isStopped = true;
    this.fleet.stop();
    this.#loseWaiting("the server stops");
  }

  onReply(_host: Host, hosted: HostedCall, reply: HostReply): void {
    this.#breaker.onSuccess(hosted.call.tool);
    hosted.reply(reply);
    this.onRoom();
  }

  onRoom(): void {
    if (this.#waiting.size === 0) return;
    const nowMs = this.#clock.now();
    for (const hosted of this.#waiting) {
      const host = this.fleet.choose(nowMs);
      if (host === undefined) return void this.fleet.grow();
      this.#waiting.delete(hosted);
      this.#give(host, hosted, nowMs);
    }
  }

  onLost(open: readonly HostedCall[], reason: ExitReason, planned: boolean): void {
    const nowMs = this.#clock.now();
    // One host lost is one failure, however many calls of a tool it had.
    for (const tool of new Set(open.map(({ call }) => call.tool))) {
      if (planned) this.#breaker.onNothing(tool);
      else this.#noteFailure(tool, nowMs);
    }
    for (const hosted of open) this.#repeatOrLose(hosted, reason.detail ?? reason.kind);
    this.onRoom();
  }

  onFailed(detail: string): void {
    this.#loseWaiting("its module has failed");
    this.#parts.onFailed(detail);
  }

  #refusal({ tool, kind }: Call, nowMs: number): Problem | undefined {
    const what = kind === "completion" ? kind : `${kind} "${tool}"`;
    const { failure } = this.fleet;
    if (this.#isStopped) {
      return { code: "overloaded", detail: `Cannot run ${what}: its hosts are stopped` };
    }
    if (failure !== undefined) {
      const detail = `Cannot run ${what}: its module has failed and is tried again later`;
      return { code: "overloaded", detail, retryAfterMs: waitOf(failure.retryAtMs - nowMs) };
    }
    const waitMs = this.#breaker.admit(tool, nowMs);
    if (waitMs === undefined) return undefined;
    const detail = `Cannot run ${what}: it has broken its host several times in a row`;
    return { code: "overloaded", detail, retryAfterMs: waitOf(waitMs) };
  }

  #give(host: Host, hosted: HostedCall, nowMs: number): void {
    host.usedMs = nowMs;
    host.run(hosted);
  }

  #repeatOrLose(hosted: HostedCall, why: string): void {
    const mayWait = hosted.mayRepeat && hosted.tries < 2 && hosted.call.stopped === undefined;
    if (mayWait && this.fleet.failure === undefined && !this.#isStopped) this.#waiting.add(hosted);
    else this.#lose(hosted, why);
  }

  #lose({ call, reply }: HostedCall, why: string): void {
    const detail = `The host of ${call.kind} "${call.tool}" was lost: ${why}`;
    reply({ kind: "problem", problem: call.stopped ?? { code: "worker_lost", detail } });
  }

  #loseWaiting(why: string): void {
    for (const hosted of this.#waiting) this.#lose(hosted, why);
    this.#waiting.clear();
  }

  #noteFailure(tool: string, nowMs: number): void {
    if (!this.#breaker.onFailure(tool, nowMs)) return;
    const { log, module, settings } = this.#parts;
    const ms = settings.breakerMs;
    log.warn("a tool breaks its hosts and is left alone for a while", { tool, module, ms });
  }

  /** The call is answered; its tool has until its deadline, and a grace, to end. */
  #onAbort(hosted: HostedCall, why: Problem): void {
    if (this.#waiting.delete(hosted)) {
      this.#breaker.onNothing(hosted.call.tool);
      return hosted.reply({ kind: "problem", problem: why });
    }
    const host = this.fleet.hosts.find((each) => each.has(hosted));
    if (host === undefined) return;
    host.abort(hosted, why);
    // Who cancels a call must not get the calls of others killed: it has the time that it had.
    const isLate = why.code === "deadline_exceeded";
    const leftMs = isLate ? 0 : Math.max(0, hosted.dueMs - this.#clock.now());
    const { graceMs } = this.#parts.settings;
    this.#clock.after(leftMs + graceMs, () => this.#onOverdue(host, hosted));
  }

  #onOverdue(host: Host, hosted: HostedCall): void {
    if (!host.has(hosted)) return;
    const { log, module } = this.#parts;
    const { tool } = hosted.call;
    log.warn("a tool did not end when its call did; its host is killed", {
      tool,
      module,
      host: host.pid,
      calls: host.load - 1,
    });
    this.#noteFailure(tool, this.#clock.now());
    host.endNow(`"${tool}" did not end at its deadline`, true);
  }
}

function waitOf(ms: number): number {
  return Math.max(1, Math.ceil(ms));
}
