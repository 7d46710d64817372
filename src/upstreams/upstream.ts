/** One upstream over all its connections: what it has, whether it is up, and the way of calls to it. */
import type { HostReply } from "../authoring/hosted.ts";
import { Breaker } from "../base/breaker.ts";
import type { CancelTimer } from "../base/clock.ts";
import { describeThrown, type Problem } from "../base/errors.ts";
import type { Call } from "../pipeline/call.ts";
import { Bulkhead } from "./bulkhead.ts";
import { Link, type LinkParts } from "./link.ts";
import type { UpstreamLists } from "./read_lists.ts";
import { relay, type RelayedRequest } from "./relay.ts";
import { refreshAfterMs, type UpstreamSettings } from "./settings.ts";

/** Hears of an upstream. */
export interface UpstreamListener {
  /** What is to be served of it is something else now. */
  onChange(upstream: Upstream, why: string): void;
  onResourceUpdated(upstream: Upstream, uri: string): void;
  /** A call is there, and no connection. */
  onWanted(upstream: Upstream): void;
  /** Nobody has called for a while. */
  onIdle(upstream: Upstream): void;
}

export interface UpstreamParts extends Omit<LinkParts, "listener"> {
  readonly listener: UpstreamListener;
}

/** A picture of an upstream at one moment. */
export interface UpstreamStatus {
  readonly name: string;
  readonly state: "connecting" | "up" | "idle" | "down";
  /** Why it is not up. */
  readonly detail?: string;
  /** The revision of MCP that it speaks, and who it says it is. */
  readonly protocol?: string;
  readonly server?: string;
  /** Whether what it has is in the lists. */
  readonly listed: boolean;
  readonly tools: number;
  /** Calls that it has, and that wait for it. */
  readonly open: number;
  readonly waiting: number;
  readonly calls: number;
  readonly failed: number;
  /** How often it was connected. */
  readonly connects: number;
  /** Whether calls are refused since too many have failed. */
  readonly tripped: boolean;
}

/** The breaker has one circuit for all that an upstream has. */
const CIRCUIT = "upstream";
/** How often it is looked whether an upstream is idle: so many times within the time. */
const IDLE_LOOKS = 4;

export class Upstream {
  readonly settings: UpstreamSettings;
  readonly #parts: UpstreamParts;
  readonly #bulkhead: Bulkhead;
  readonly #breaker: Breaker;
  #link: Link | undefined;
  #lists: UpstreamLists | undefined;
  #isListed = false;
  /** True while somebody is at it to connect, or will be. */
  #isComing = true;
  #detail: string | undefined;
  #isIdle = false;
  #isClosed = false;
  #tripped = false;
  #usedMs: number;
  #counts = { calls: 0, failed: 0, connects: 0 };
  readonly #waiting = new Set<() => void>();
  #cancelLeaveOut: CancelTimer | undefined;
  #cancelRefresh: CancelTimer | undefined;
  #cancelIdle: CancelTimer | undefined;
  #refreshing: Promise<void> | undefined;
  #refreshAgain = false;

  constructor(parts: UpstreamParts) {
    this.#parts = parts;
    const { settings } = parts;
    this.settings = settings;
    this.#bulkhead = new Bulkhead(settings.concurrency, settings.queueMax);
    this.#breaker = new Breaker(settings.breakerFailures, settings.breakerMs);
    this.#usedMs = parts.clock.now();
  }

  /** What is to be served of it; undefined while it is left out. */
  get lists(): UpstreamLists | undefined {
    return this.#isListed ? this.#lists : undefined;
  }

  status(): UpstreamStatus {
    const { name } = this.settings;
    const agreement = this.#link?.agreement;
    return {
      name,
      state: this.#state(),
      ...(this.#link === undefined && this.#detail !== undefined && { detail: this.#detail }),
      ...(agreement && {
        protocol: agreement.version,
        server: `${agreement.server.name} ${agreement.server.version}`.trim(),
      }),
      listed: this.#isListed,
      tools: this.lists?.tools.length ?? 0,
      open: this.#bulkhead.taken,
      waiting: this.#bulkhead.waiting,
      ...this.#counts,
      tripped: this.#tripped,
    };
  }

  /** Connects, and reads what the upstream has. @throws {GomcpError} `upstream_failed` */
  async connect(signal: AbortSignal): Promise<Link> {
    this.#isComing = true;
    try {
      const link = await Link.open({
        ...this.#parts,
        listener: {
          onListChanged: () => this.#refresh(),
          onResourceUpdated: (uri) => this.#parts.listener.onResourceUpdated(this, uri),
        },
      }, signal);
      link.exited.then(({ kind, detail }) => this.#onGone(link, kind === "crash", detail));
      this.#onConnected(link);
      return link;
    } catch (thrown) {
      this.#onAway(describeThrown(thrown));
      throw thrown;
    }
  }

  /** Nobody tries to connect any more, for now. */
  onGaveUp(detail: string): void {
    this.#isComing = false;
    this.#onAway(detail);
    this.#tellWaiting();
  }

  /** Somebody tries again. */
  onRevived(): void {
    this.#isComing = true;
  }

  /** Runs one call. Never rejects. */
  async run(call: Call, request: RelayedRequest): Promise<HostReply> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return { kind: "problem", problem: refusal };
    const place = this.#bulkhead.enter();
    if (place === undefined) return { kind: "problem", problem: this.#full() };
    const leave = place instanceof Promise ? await place : place;
    try {
      if (call.stopped !== undefined) return { kind: "problem", problem: call.stopped };
      const link = this.#link ?? await this.#connected(call);
      if (link === undefined) return { kind: "problem", problem: call.stopped ?? this.#down() };
      return this.#note(await this.#relay(call, request, link));
    } finally {
      leave();
    }
  }

  /** It is not wanted any more: what becomes of its connection changes nothing. */
  close(): void {
    this.#isClosed = true;
    this.#cancelLeaveOut?.();
    this.#cancelRefresh?.();
    this.#cancelIdle?.();
    this.#isComing = false;
    this.#tellWaiting();
  }

  #state(): UpstreamStatus["state"] {
    if (this.#link !== undefined) return "up";
    if (this.#isIdle) return "idle";
    return this.#detail === undefined ? "connecting" : "down";
  }

  #relay(call: Call, request: RelayedRequest, link: Link): Promise<HostReply> {
    this.#counts.calls++;
    this.#usedMs = this.#parts.clock.now();
    const { conversation, meta } = link;
    return relay(call, request, { conversation, meta, upstream: this.settings.name });
  }

  #note(reply: HostReply): HostReply {
    const code = reply.kind === "problem" ? reply.problem.code : undefined;
    if (code === "upstream_failed" || code === "deadline_exceeded") {
      this.#counts.failed++;
      if (this.#breaker.onFailure(CIRCUIT, this.#parts.clock.now())) {
        this.#tripped = true;
        this.#parts.log.error("an upstream fails again and again; its calls are refused", {
          upstream: this.settings.name,
          forMs: this.settings.breakerMs,
        });
      }
    } else if (code === "cancelled") this.#breaker.onNothing(CIRCUIT);
    else {
      this.#breaker.onSuccess(CIRCUIT);
      this.#tripped = false;
    }
    return reply;
  }

  #refusal(): Problem | undefined {
    const retryAfterMs = this.#breaker.admit(CIRCUIT, this.#parts.clock.now());
    if (retryAfterMs !== undefined) {
      const detail = `Upstream "${this.settings.name}" has failed ` +
        `${this.settings.breakerFailures} times in a row and is left alone for a while`;
      return { code: "upstream_failed", detail, retryAfterMs: Math.ceil(retryAfterMs) };
    }
    return this.#link === undefined && !this.#isComing && !this.#isIdle ? this.#down() : undefined;
  }

  #down(): Problem {
    const { name, retryMs } = this.settings;
    const detail = `Upstream "${name}" is not there`;
    return { code: "upstream_failed", detail, retryAfterMs: retryMs };
  }

  #full(): Problem {
    const { name, queueMax, concurrency } = this.settings;
    const detail = `Upstream "${name}" has ${concurrency} calls, and ${queueMax} wait for it`;
    return { code: "overloaded", detail, limit: queueMax, retryAfterMs: 1_000 };
  }

  /** Waits until there is a connection, or there will be none, or the call is stopped. */
  async #connected(call: Call): Promise<Link | undefined> {
    if (this.#isIdle) this.#parts.listener.onWanted(this);
    this.#isIdle = false;
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.clock.after(this.settings.connectMs, resolve);
      const done = () => {
        cancel();
        resolve();
      };
      this.#waiting.add(done);
      call.onAbort = done;
    });
    call.onAbort = undefined;
    return this.#link;
  }

  #tellWaiting(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const tell of waiting) tell();
  }

  #onConnected(link: Link): void {
    if (this.#isClosed) return link.kill();
    this.#link = link;
    this.#detail = undefined;
    this.#isIdle = false;
    this.#counts.connects++;
    this.#cancelLeaveOut?.();
    this.#cancelLeaveOut = undefined;
    this.#usedMs = this.#parts.clock.now();
    this.#take(link.lists, "it is connected");
    this.#watchIdle();
    this.#tellWaiting();
  }

  #onGone(link: Link, crashed: boolean, detail: string): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#cancelRefresh?.();
    this.#cancelIdle?.();
    if (this.#isIdle || this.#isClosed) return;
    if (crashed) {
      this.#parts.log.warn("an upstream was lost", { upstream: this.settings.name, why: detail });
    }
    this.#onAway(detail);
  }

  /** What it has stays in the lists for a while: it may be back soon. */
  #onAway(detail: string): void {
    this.#detail = detail;
    if (!this.#isListed || this.#isClosed || this.#cancelLeaveOut !== undefined) return;
    this.#cancelLeaveOut = this.#parts.clock.after(this.settings.leaveOutMs, () => {
      this.#isListed = false;
      this.#cancelLeaveOut = undefined;
      this.#parts.listener.onChange(this, "it is away");
    });
  }

  #take(lists: UpstreamLists, why: string): void {
    const isSame = this.#isListed && JSON.stringify(lists) === JSON.stringify(this.#lists);
    this.#lists = lists;
    this.#isListed = true;
    this.#cancelRefresh?.();
    const afterMs = refreshAfterMs(this.settings, lists.ttlMs);
    if (afterMs !== undefined) {
      this.#cancelRefresh = this.#parts.clock.after(afterMs, () => this.#refresh());
    }
    if (!isSame) this.#parts.listener.onChange(this, why);
  }

  /** One at a time: what changes while the lists are read makes them be read once more. */
  #refresh(): void {
    this.#refreshAgain = true;
    this.#refreshing ??= this.#refreshNow().finally(() => this.#refreshing = undefined);
  }

  async #refreshNow(): Promise<void> {
    while (this.#refreshAgain && this.#link !== undefined) {
      this.#refreshAgain = false;
      const link = this.#link;
      try {
        const lists = await link.readLists();
        if (this.#link === link) this.#take(lists, "its lists have changed");
      } catch (thrown) {
        this.#parts.log.warn("the lists of an upstream cannot be read again", {
          upstream: this.settings.name,
          error: describeThrown(thrown),
        });
      }
    }
  }

  #watchIdle(): void {
    const { idleMs } = this.settings;
    if (idleMs === undefined) return;
    this.#cancelIdle?.();
    this.#cancelIdle = this.#parts.clock.after(idleMs / IDLE_LOOKS, () => {
      const unusedMs = this.#parts.clock.now() - this.#usedMs;
      if (this.#bulkhead.taken > 0 || unusedMs < idleMs) return this.#watchIdle();
      this.#isIdle = true;
      this.#parts.listener.onIdle(this);
    });
  }
}
