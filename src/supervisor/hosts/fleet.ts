/** The tool hosts of one module: how many there are, which is free, and when one comes or goes. */
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { describeThrown } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { type ChildSpec, describeExit, type ExitReason } from "../tree/child.ts";
import type { ChildSupervisor } from "../tree/child_supervisor.ts";
import type { TreeEvent } from "../tree/events.ts";
import type { TreeOptions } from "../tree/options.ts";
import type { Host, HostedCall, HostListener } from "./host.ts";
import type { HostSettings } from "./options.ts";

export interface FleetParts {
  /** The module, as its user names it. */
  readonly module: string;
  readonly settings: HostSettings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Starts a host. */
  readonly startHost: (signal: AbortSignal, listener: HostListener) => Promise<Host>;
}

/** Hears of the fleet. */
export interface FleetListener extends Pick<HostListener, "onReply"> {
  /** A host may be free that was not. */
  onRoom(): void;
  /** A host has gone with these calls; `planned` when that was no failure of its module's. */
  onLost(open: readonly HostedCall[], reason: ExitReason, planned: boolean): void;
  /** The module has failed: there will be no hosts until its group is started anew. */
  onFailed(detail: string): void;
}

/** A module whose hosts fail to start so often in a row has failed; backoff alone would try for ever. */
const FAILED_STARTS_MAX = 3;
/** A host's own clean-up takes no longer. */
const HOST_SHUTDOWN_MS = 2_000;

export class Fleet implements HostListener {
  readonly #parts: FleetParts;
  readonly #listener: FleetListener;
  readonly #hosts = new Map<string, Host>();
  /** Hosts that are on their way, also those that wait to be started again. */
  readonly #starting = new Set<string>();
  #group: ChildSupervisor | undefined;
  #lastHost = 0;
  #failure: { readonly detail: string; readonly retryAtMs: number } | undefined;
  /** Starts that failed in a row. */
  #failedStarts = 0;
  /** False from a failure on, until a host has started again. */
  #isProven = true;
  #cancelBeat: CancelTimer | undefined;
  #isStopped = false;
  #started = 0;
  #lost = 0;

  constructor(parts: FleetParts, listener: FleetListener) {
    this.#parts = parts;
    this.#listener = listener;
  }

  /** The supervisor that the hosts are to have, and how many of them at its start. */
  group(hosts: 0 | 1): TreeOptions {
    const { settings, clock, module } = this.#parts;
    return {
      name: module,
      clock,
      children: hosts === 0 ? [] : [this.#spec(this.#nextId())],
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

  /** Hosts that have started, and those of them that went without being told to. */
  get counts(): { readonly started: number; readonly lost: number } {
    return { started: this.#started, lost: this.#lost };
  }

  get hosts(): readonly Host[] {
    return [...this.#hosts.values()];
  }

  /** Why there are no hosts, and when to come back; undefined while there may be some. */
  get failure(): { readonly detail: string; readonly retryAtMs: number } | undefined {
    return this.#failure;
  }

  /** False while the module has failed, and until it works again. */
  get isReady(): boolean {
    return this.#failure === undefined && this.#isProven;
  }

  /** The host with the fewest calls, of those that are not held up if there are such. */
  choose(nowMs: number): Host | undefined {
    const { callsPerHost } = this.#parts.settings;
    let best: Host | undefined;
    let stuck: Host | undefined;
    for (const host of this.#hosts.values()) {
      if (host.load >= callsPerHost || !host.takesCalls) continue;
      if (host.isStuck(nowMs)) stuck ??= host;
      else if (best === undefined || host.load < best.load) best = host;
    }
    // A host that is held up is the last resort: another one may be had.
    return best ?? (this.#mayGrow() || this.#starting.size > 0 ? undefined : stuck);
  }

  /** Starts one more host, if there may be more and none is on its way; resolves when that is over. */
  grow(): Promise<void> | undefined {
    if (this.#starting.size > 0 || !this.#mayGrow() || this.#group === undefined) return;
    const id = this.#nextId();
    this.#starting.add(id);
    return this.#group.startChild(this.#spec(id)).catch((thrown) => {
      this.#starting.delete(id);
      // Without any other host nobody would ever take the calls that wait.
      if (!this.#isStopped && this.#hosts.size === 0) this.#fail(describeThrown(thrown));
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelBeat?.();
  }

  onReply(host: Host, hosted: HostedCall, reply: Parameters<HostListener["onReply"]>[2]): void {
    if (host.calls >= this.#parts.settings.recycleCalls) this.#recycle(host, "it had its calls");
    if (host.isDraining && host.load === 0) this.#stopHost(host, "it is replaced");
    this.#listener.onReply(host, hosted, reply);
  }

  onMemory(host: Host, rssBytes: number): void {
    if (rssBytes > this.#parts.settings.recycleBytes) this.#recycle(host, "it holds much memory");
  }

  /** Hosts that drain are not counted: their successors may start before they are gone. */
  #mayGrow(): boolean {
    if (this.#isStopped || this.#failure !== undefined) return false;
    const staying = this.hosts.filter(({ isDraining }) => !isDraining).length;
    return staying + this.#starting.size < this.#parts.settings.instances;
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
        const host = await this.#startHost(signal);
        host.exited.then((reason) => this.#onExit(id, host, reason));
        this.#hosts.set(id, host);
        this.#isProven = true;
        this.#started++;
        this.#starting.delete(id);
        this.#listener.onRoom();
        return host;
      },
    };
  }

  async #startHost(signal: AbortSignal): Promise<Host> {
    try {
      const host = await this.#parts.startHost(signal, this);
      this.#failedStarts = 0;
      return host;
    } catch (thrown) {
      if (++this.#failedStarts >= FAILED_STARTS_MAX && this.#hosts.size === 0) {
        this.#failedStarts = 0;
        this.#fail(`its hosts do not start: ${describeThrown(thrown)}`);
        void this.#group?.stop("its hosts do not start");
      }
      throw thrown;
    }
  }

  #onExit(id: string, host: Host, reason: ExitReason): void {
    this.#hosts.delete(id);
    const open = host.takeOpen();
    const planned = reason.kind === "shutdown";
    if (planned) this.#group?.stopChild(id, "it has ended");
    else {
      const { log, module } = this.#parts;
      const why = describeExit(reason);
      this.#lost++;
      log.warn("a tool host was lost", { module, host: host.pid, why, calls: open.length });
      // Its supervisor starts it again, perhaps after a delay, unless it has given up.
      if (this.#failure === undefined) this.#starting.add(id);
    }
    this.#listener.onLost(open, reason, planned);
    if (this.#hosts.size < this.#parts.settings.warm) this.grow();
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
    return clock.after(settings.heartbeatMs, () => {
      for (const host of this.#hosts.values()) host.beat();
      this.#stopIdle();
      this.#listener.onRoom();
      if (!this.#isStopped) this.#cancelBeat = this.#beatLater();
    });
  }

  #stopIdle(): void {
    const { clock, settings } = this.#parts;
    const longAgoMs = clock.now() - settings.idleMs;
    const idle = this.hosts.filter(({ load, usedMs }) => load === 0 && usedMs < longAgoMs);
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

  /** There are no hosts, and will be none until the group is started anew. */
  #fail(detail: string): void {
    if (this.#failure !== undefined || this.#isStopped) return;
    const { clock, settings } = this.#parts;
    this.#failure = { detail, retryAtMs: clock.now() + settings.retryMs };
    this.#isProven = false;
    this.#starting.clear();
    this.#listener.onFailed(detail);
  }
}
