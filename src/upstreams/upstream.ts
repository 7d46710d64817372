/** One upstream over all its connections: what it has, whether it is up, and the way of calls to it. */
import type { HostReply } from "../authoring/hosted.ts";
import type { CancelTimer } from "../base/clock.ts";
import { describeThrown, type Problem } from "../base/errors.ts";
import type { Call } from "../pipeline/call.ts";
import { CallGate } from "./call_gate.ts";
import { Link, type LinkParts } from "./link.ts";
import { Listing } from "./listing.ts";
import type { UpstreamLists } from "./read_lists.ts";
import { relay, type RelayedRequest } from "./relay.ts";
import type { UpstreamSettings } from "./settings.ts";

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

/** How often it is looked whether an upstream is idle: so many times within the time. */
const IDLE_LOOKS = 4;

export class Upstream {
  readonly settings: UpstreamSettings;
  readonly #parts: UpstreamParts;
  readonly #gate: CallGate;
  readonly #listing: Listing;
  #link: Link | undefined;
  /** True while somebody is at it to connect, or will be. */
  #isComing = true;
  #detail: string | undefined;
  #isIdle = false;
  #isClosed = false;
  #usedMs: number;
  #calls = 0;
  #connects = 0;
  readonly #waiting = new Set<() => void>();
  #cancelIdle: CancelTimer | undefined;
  /** Resources that somebody waits for. */
  #watched: ReadonlySet<string> = new Set();

  constructor(parts: UpstreamParts) {
    this.#parts = parts;
    const { settings, clock, log, listener } = parts;
    this.settings = settings;
    this.#gate = new CallGate(settings, clock, log);
    this.#listing = new Listing({
      settings,
      clock,
      log,
      onChange: (why) => listener.onChange(this, why),
      read: () => {
        const link = this.#link;
        return link?.readLists().then((lists) => this.#link === link ? lists : undefined);
      },
    });
    this.#usedMs = clock.now();
  }

  /** What is to be served of it; undefined while it is left out. */
  get lists(): UpstreamLists | undefined {
    return this.#listing.lists;
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
      listed: this.lists !== undefined,
      tools: this.lists?.tools.length ?? 0,
      ...this.#gate.status(),
      calls: this.#calls,
      connects: this.#connects,
    };
  }

  /** Connects, and reads what the upstream has. @throws {GomcpError} `upstream_failed` */
  async connect(signal: AbortSignal): Promise<Link> {
    this.#isComing = true;
    try {
      const link = await Link.open({
        ...this.#parts,
        listener: {
          onListChanged: () => this.#listing.refresh(),
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

  /** It is to tell of changes of these resources, as far as it can. */
  watch(uris: ReadonlySet<string>): void {
    this.#watched = uris;
    this.#link?.watch(uris);
    if (this.#isIdle && uris.size > 0) this.#wake();
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
    const refusal = this.#gate.refusal() ?? this.#absence();
    if (refusal !== undefined) return { kind: "problem", problem: refusal };
    const place = this.#gate.enter();
    if (place === undefined) return this.#notSent(this.#gate.full());
    const leave = place instanceof Promise ? await place : place;
    try {
      if (call.stopped !== undefined) return this.#notSent(call.stopped);
      const link = this.#link ?? await this.#connected(call);
      if (link === undefined) return this.#notSent(call.stopped ?? this.#down());
      return await this.#relay(call, request, link);
    } finally {
      leave();
    }
  }

  /** It is not wanted any more: what becomes of its connection changes nothing. */
  close(): void {
    this.#isClosed = true;
    this.#listing.close();
    this.#cancelIdle?.();
    this.#isComing = false;
    this.#tellWaiting();
  }

  #state(): UpstreamStatus["state"] {
    if (this.#link !== undefined) return "up";
    if (this.#isIdle) return "idle";
    return this.#detail === undefined ? "connecting" : "down";
  }

  async #relay(call: Call, request: RelayedRequest, link: Link): Promise<HostReply> {
    this.#calls++;
    const sentMs = this.#usedMs = this.#parts.clock.now();
    const { conversation, meta } = link;
    const relayed = await relay(call, request, {
      conversation,
      meta,
      upstream: this.settings.name,
    });
    this.#gate.note(call, relayed, sentMs);
    return relayed.reply;
  }

  #notSent(problem: Problem): HostReply {
    this.#gate.noteNothing();
    return { kind: "problem", problem };
  }

  #absence(): Problem | undefined {
    return this.#link === undefined && !this.#isComing && !this.#isIdle ? this.#down() : undefined;
  }

  #down(): Problem {
    const { name, retryMs } = this.settings;
    const detail = `Upstream "${name}" is not there`;
    return { code: "upstream_failed", detail, retryAfterMs: retryMs };
  }

  /** Waits until there is a connection, or there will be none, or the call is stopped. */
  async #connected(call: Call): Promise<Link | undefined> {
    if (this.#isIdle) this.#wake();
    await new Promise<void>((resolve) => {
      const done = () => {
        cancel();
        this.#waiting.delete(done);
        resolve();
      };
      const cancel = this.#parts.clock.after(this.settings.connectMs, done);
      this.#waiting.add(done);
      call.onAbort = done;
    });
    call.onAbort = undefined;
    return this.#link;
  }

  #wake(): void {
    this.#isIdle = false;
    this.#parts.listener.onWanted(this);
  }

  #tellWaiting(): void {
    for (const tell of [...this.#waiting]) tell();
  }

  #onConnected(link: Link): void {
    if (this.#isClosed) return link.kill();
    this.#link = link;
    this.#detail = undefined;
    this.#isIdle = false;
    this.#connects++;
    this.#usedMs = this.#parts.clock.now();
    this.#listing.take(link.lists, "it is connected");
    link.watch(this.#watched);
    this.#watchIdle();
    this.#tellWaiting();
  }

  #onGone(link: Link, crashed: boolean, detail: string): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#listing.pause();
    this.#cancelIdle?.();
    if (this.#isClosed) return;
    if (crashed) {
      this.#parts.log.warn("an upstream was lost", { upstream: this.settings.name, why: detail });
    }
    this.#onAway(detail);
  }

  #onAway(detail: string): void {
    this.#detail = detail;
    this.#listing.away();
  }

  #watchIdle(): void {
    const { idleMs } = this.settings;
    if (idleMs === undefined) return;
    this.#cancelIdle?.();
    this.#cancelIdle = this.#parts.clock.after(idleMs / IDLE_LOOKS, () => {
      const unusedMs = this.#parts.clock.now() - this.#usedMs;
      const isUsed = this.#gate.open > 0 || unusedMs < idleMs || this.#watched.size > 0;
      if (isUsed) return this.#watchIdle();
      // From now on nobody is sent to the connection that ends: who calls waits for the next one.
      this.#isIdle = true;
      this.#link = undefined;
      this.#listing.pause();
      this.#parts.listener.onIdle(this);
    });
  }
}
