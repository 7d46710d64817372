/** The tool hosts of one module: who of them gets a call, and what becomes of calls whose host is lost. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { describeThrown, GomcpError, type Problem } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { HostReply } from "../../authoring/hosted.ts";
import type { Call } from "../../pipeline/call.ts";
import { type ChildSpec, describeExit, type ExitReason } from "../tree/child.ts";
import type { ChildSupervisor } from "../tree/child_supervisor.ts";
import type { TreeEvent } from "../tree/events.ts";
import type { TreeOptions } from "../tree/options.ts";
import { Breaker } from "./breaker.ts";
import type { Host, HostedCall, HostListener } from "./host.ts";
import type { HostSettings } from "./options.ts";

export interface PoolParts {
  /** The module, as its user names it. */
  readonly module: string;
  readonly settings: HostSettings;
  /** The deadline of calls that have none. */
  readonly defaultTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Starts a host. */
  readonly startHost: (signal: AbortSignal, listener: HostListener) => Promise<Host>;
  /** The group of hosts gave up; whoever owns it may start it again. */
  readonly onFailed: (detail: string) => void;
}

/** A host's own clean-up takes no longer. */
const HOST_SHUTDOWN_MS = 2_000;

export class HostPool implements HostListener {
  readonly #parts: PoolParts;
  readonly #breaker: Breaker;
  readonly #hosts = new Map<string, Host>();
  /** Hosts that are on their way. */
  readonly #starting = new Set<string>();
  /** In order of arrival; bounded by the supervisor's slots. */
  readonly #waiting = new Set<HostedCall>();
  #group: ChildSupervisor | undefined;
  #lastHost = 0;
  #failure: { readonly detail: string; readonly retryAtMs: number } | undefined;
  #cancelBeat: CancelTimer | undefined;
  #isStopped = false;
  /** False from a failure on, until a host has started again. */
  #isProven = true;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    const { breakerFailures, breakerMs } = parts.settings;
    this.#breaker = new Breaker(breakerFailures, breakerMs);
  }

  /** The supervisor that its hosts are to have. */
  group(): TreeOptions {
    const { settings, clock, module } = this.#parts;
    return {
      name: module,
      clock,
      children: [this.#spec(this.#nextId())],
      intensity: settings.restarts,
      periodMs: settings.restartPeriodMs,
      backoff: { minMs: 100, maxMs: 5_000, resetMs: 30_000 },
      onEvent: (event) => this.#onEvent(event),
    };
  }

  /** The group is made, and about to start. */
  onGroup(group: ChildSupervisor): void {
    this.#group = group;
    this.#failure = undefined;
    this.#cancelBeat ??= this.#beatLater();
  }

  /** False while the module has failed. */
  get isReady(): boolean {
    return this.#failure === undefined && this.#isProven;
  }

  /** One line for people and logs. */
  status(): {
    readonly module: string;
    readonly state: "ready" | "failed";
    readonly failure: string | undefined;
    readonly hosts: readonly {
      readonly pid: number;
      readonly load: number;
      readonly calls: number;
    }[];
    readonly waiting: number;
  } {
    return {
      module: this.#parts.module,
      state: this.isReady ? "ready" : "failed",
      failure: this.#failure?.detail,
      hosts: [...this.#hosts.values()].map(({ pid, load, calls }) => ({ pid, load, calls })),
      waiting: this.#waiting.size,
    };
  }

  /** Runs a call in one of the hosts. Never rejects. */
  run(call: Call, timeoutMs: number | undefined, mayRepeat: boolean): Promise<HostReply> {
    const nowMs = this.#parts.clock.now();
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
      this.#dispatch(hosted, nowMs);
    });
  }

  /** No more calls; those that wait are told. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelBeat?.();
    for (const hosted of this.#waiting) this.#lose(hosted, "the server stops");
    this.#waiting.clear();
  }

  onReply(host: Host, hosted: HostedCall, reply: HostReply): void {
    this.#breaker.onSuccess(hosted.call.tool);
    hosted.reply(reply);
    if (host.calls >= this.#parts.settings.recycleCalls) this.#recycle(host, "it had its calls");
    if (host.isDraining && host.load === 0) this.#stopHost(host, "it is replaced");
    if (this.#waiting.size > 0) this.#pump();
  }

  onMemory(host: Host, rssBytes: number): void {
    if (rssBytes > this.#parts.settings.recycleBytes) this.#recycle(host, "it holds much memory");
  }

  #refusal({ tool, kind }: Call, nowMs: number): Problem | undefined {
    const what = kind === "completion" ? kind : `${kind} "${tool}"`;
    if (this.#failure !== undefined) {
      const retryAfterMs = Math.max(1, Math.ceil(this.#failure.retryAtMs - nowMs));
      const detail = `Cannot run ${what}: its module has failed and is tried again later`;
      return { code: "overloaded", detail, retryAfterMs };
    }
    const waitMs = this.#breaker.admit(tool, nowMs);
    if (waitMs === undefined) return undefined;
    const detail = `Cannot run ${what}: it has broken its host several times in a row`;
    return { code: "overloaded", detail, retryAfterMs: Math.max(1, Math.ceil(waitMs)) };
  }

  #dispatch(hosted: HostedCall, nowMs: number): void {
    const host = this.#waiting.size === 0 ? this.#choose(nowMs) : undefined;
    if (host === undefined) {
      this.#waiting.add(hosted);
      if (this.#starting.size === 0) this.#scaleUp();
    } else this.#give(host, hosted, nowMs);
  }

  #give(host: Host, hosted: HostedCall, nowMs: number): void {
    host.usedMs = nowMs;
    host.run(hosted);
  }

  /** The one with the fewest calls, of those that are not held up if there are such. */
  #choose(nowMs: number): Host | undefined {
    const { callsPerHost } = this.#parts.settings;
    let best: Host | undefined;
    let stuck: Host | undefined;
    for (const host of this.#hosts.values()) {
      if (host.load >= callsPerHost || !host.takesCalls) continue;
      if (host.isStuck(nowMs)) stuck ??= host;
      else if (best === undefined || host.load < best.load) best = host;
    }
    // A host that is held up is the last resort: another one may be had.
    return best ?? (this.#mayScale() || this.#starting.size > 0 ? undefined : stuck);
  }

  #pump(): void {
    const nowMs = this.#parts.clock.now();
    for (const hosted of this.#waiting) {
      const host = this.#choose(nowMs);
      if (host === undefined) break;
      this.#waiting.delete(hosted);
      this.#give(host, hosted, nowMs);
    }
    if (this.#waiting.size > 0 && this.#starting.size === 0) this.#scaleUp();
  }

  /** Hosts that drain are not counted: their successors may start before they are gone. */
  #mayScale(): boolean {
    const staying = [...this.#hosts.values()].filter(({ isDraining }) => !isDraining).length;
    return !this.#isStopped && staying + this.#starting.size < this.#parts.settings.instances;
  }

  #scaleUp(): void {
    if (this.#failure !== undefined || this.#group === undefined || !this.#mayScale()) return;
    const id = this.#nextId();
    this.#starting.add(id);
    this.#group.startChild(this.#spec(id)).catch((thrown) => {
      this.#starting.delete(id);
      // Without any other host nobody would ever take the calls that wait.
      if (!this.#isStopped && this.#hosts.size === 0) this.#fail(describeThrown(thrown));
    });
  }

  #nextId(): string {
    return `host ${++this.#lastHost}`;
  }

  #spec(id: string): ChildSpec {
    return {
      id,
      restart: "transient",
      shutdownMs: HOST_SHUTDOWN_MS,
      startMs: this.#parts.settings.loadMs,
      start: async (signal) => {
        this.#starting.add(id);
        const host = await this.#parts.startHost(signal, this);
        host.exited.then((reason) => this.#onExit(id, host, reason));
        this.#hosts.set(id, host);
        this.#isProven = true;
        this.#starting.delete(id);
        if (this.#waiting.size > 0) this.#pump();
        return host;
      },
    };
  }

  #onExit(id: string, host: Host, reason: ExitReason): void {
    this.#hosts.delete(id);
    const { log, module, clock } = this.#parts;
    const open = host.takeOpen();
    const planned = reason.kind === "shutdown";
    if (!planned) {
      const why = describeExit(reason);
      log.warn("a tool host was lost", { module, host: host.pid, why, calls: open.length });
      // It is started again, perhaps after a delay.
      this.#starting.add(id);
    } else if (!this.#isStopped) this.#group?.stopChild(id, "it has ended");
    const nowMs = clock.now();
    for (const hosted of open) {
      if (planned) this.#breaker.onNothing(hosted.call.tool);
      else this.#noteFailure(hosted.call.tool, nowMs);
      this.#repeatOrLose(hosted, reason.detail ?? reason.kind);
    }
    if (this.#waiting.size > 0 || this.#hosts.size < this.#parts.settings.warm) this.#pump();
    if (planned && !this.#isStopped) this.#keepWarm();
  }

  #keepWarm(): void {
    const { warm } = this.#parts.settings;
    if (this.#hosts.size + this.#starting.size < warm) this.#scaleUp();
  }

  #repeatOrLose(hosted: HostedCall, why: string): void {
    const mayWait = hosted.mayRepeat && hosted.tries < 2 && hosted.call.stopped === undefined;
    if (mayWait && this.#failure === undefined && !this.#isStopped) this.#waiting.add(hosted);
    else this.#lose(hosted, why);
  }

  #lose({ call, reply }: HostedCall, why: string): void {
    const detail = `The host of ${call.kind} "${call.tool}" was lost: ${why}`;
    reply({ kind: "problem", problem: call.stopped ?? { code: "worker_lost", detail } });
  }

  #noteFailure(tool: string, nowMs: number): void {
    if (!this.#breaker.onFailure(tool, nowMs)) return;
    const { log, module, settings } = this.#parts;
    log.warn("a tool breaks its hosts and is left alone for a while", {
      tool,
      module,
      ms: settings.breakerMs,
    });
  }

  /** The call is answered; its tool has until its deadline, and a grace, to end. */
  #onAbort(hosted: HostedCall, why: Problem): void {
    const { call } = hosted;
    if (this.#waiting.delete(hosted)) {
      this.#breaker.onNothing(call.tool);
      return hosted.reply({ kind: "problem", problem: why });
    }
    const host = [...this.#hosts.values()].find((each) => each.has(hosted));
    if (host === undefined) return;
    host.abort(hosted, why);
    const { clock, settings } = this.#parts;
    // Who cancels a call must not get the calls of others killed: it has the time that it had.
    const leftMs = why.code === "deadline_exceeded" ? 0 : Math.max(0, hosted.dueMs - clock.now());
    clock.after(leftMs + settings.graceMs, () => this.#onOverdue(host, hosted));
  }

  #onOverdue(host: Host, hosted: HostedCall): void {
    if (!host.has(hosted)) return;
    const { log, module, clock } = this.#parts;
    const { tool } = hosted.call;
    log.warn("a tool did not end when its call did; its host is killed", {
      tool,
      module,
      host: host.pid,
      calls: host.load - 1,
    });
    this.#noteFailure(tool, clock.now());
    host.endNow(`"${tool}" did not end at its deadline`, true);
  }

  #recycle(host: Host, why: string): void {
    if (host.isDraining) return;
    host.isDraining = true;
    const { log, module } = this.#parts;
    log.info("a tool host is replaced", { module, host: host.pid, why });
    if (host.load === 0) this.#stopHost(host, why);
  }

  #stopHost(host: Host, why: string): void {
    for (const [id, each] of this.#hosts) {
      if (each === host) this.#group?.stopChild(id, why);
    }
  }

  #beatLater(): CancelTimer {
    const { clock, settings } = this.#parts;
    return clock.after(settings.heartbeatMs, () => this.#beat());
  }

  #beat(): void {
    for (const host of this.#hosts.values()) host.beat();
    this.#stopIdle();
    if (this.#waiting.size > 0) this.#pump();
    if (!this.#isStopped) this.#cancelBeat = this.#beatLater();
  }

  #stopIdle(): void {
    const { clock, settings } = this.#parts;
    const longAgoMs = clock.now() - settings.idleMs;
    const idle = [...this.#hosts.values()].filter(({ load, usedMs }) =>
      load === 0 && usedMs < longAgoMs
    );
    const tooMany = this.#hosts.size - settings.warm;
    for (const host of idle.slice(0, Math.max(0, tooMany))) {
      host.isDraining = true;
      this.#stopHost(host, "nobody calls");
    }
  }

  #onEvent(event: TreeEvent): void {
    if (event.kind === "gave_up") this.#fail(event.detail);
    const { log, module } = this.#parts;
    if (event.kind === "restarting") {
      log.info("a tool host is started again", { module, afterMs: event.delayMs });
    }
    if (event.kind === "lost") log.error("a tool host survived its kill", { module });
  }

  #fail(detail: string): void {
    if (this.#failure !== undefined || this.#isStopped) return;
    const { clock, settings, onFailed } = this.#parts;
    this.#failure = { detail, retryAtMs: clock.now() + settings.retryMs };
    this.#isProven = false;
    this.#starting.clear();
    for (const hosted of this.#waiting) this.#lose(hosted, "its module has failed");
    this.#waiting.clear();
    onFailed(detail);
  }
}

/** Why a module cannot be hosted, in the words of its user. */
export function loadFault(module: string, thrown: unknown): GomcpError {
  const why = describeThrown(thrown);
  return new GomcpError("invalid_request", `Cannot load ${module}: ${why}`, { cause: thrown });
}
