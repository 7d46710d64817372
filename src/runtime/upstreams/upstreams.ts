/** All upstreams of a server, under one supervisor: each a group of its own, whose failure is its own. */
import { guardEnded } from "../../supervisor/hosts/group_guard.ts";
import type { CancelTimer, Clock } from "../../base/clock.ts";
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import type { ServerInfo } from "../../protocol/versions.ts";
import {
  type ChildSupervisor,
  createChildSupervisor,
  supervisorChild,
} from "../../supervisor/tree/child_supervisor.ts";
import type { ChildSpec } from "../../supervisor/tree/child.ts";
import type { TreeOptions } from "../../supervisor/tree/options.ts";
import type { UpstreamLists } from "../../upstreams/read_lists.ts";
import type { UpstreamSettings } from "../../upstreams/settings.ts";
import type { OpenTransport } from "../../upstreams/transport.ts";
import { Upstream, type UpstreamListener, type UpstreamStatus } from "../../upstreams/upstream.ts";
import { keepSame } from "./keep_same.ts";
import type { NamedTool } from "./named_tools.ts";
import type { ServedUpstream, UpstreamFeatures } from "./served_upstream.ts";
import { upstreamFeatures } from "./upstream_features.ts";

/** Says why a tool may not be served, or undefined when it is what somebody reviewed. */
export type PinCheck = (tool: NamedTool) => string | undefined;

/** What upstreams stand on. */
export interface UpstreamsParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Who we say that we are. */
  readonly info: ServerInfo;
  /** The ways to an upstream, the usual one first. */
  readonly waysTo: (settings: UpstreamSettings) => readonly OpenTransport[];
}

/** The upstreams of a server. */
export interface Upstreams {
  /**
   * These upstreams from now on: those that are the same go on, others come. Resolves when all have
   * connected that are to be waited for, or have failed for now. Those that are not among them any
   * more go when `settle` is called. `pins` say what tools must be; without them they may be anything.
   *
   * @throws {GomcpError} `invalid_request` for too many, or two of one name.
   */
  set(settings: readonly UpstreamSettings[], pins?: PinCheck): Promise<void>;
  /** Ends those that have gone, once they have no calls; or, unless it is `kept`, takes `set` back. */
  settle(kept: boolean): void;
  /** What they have now, in the order of the settings; the same objects as long as nothing changes. */
  features(): readonly ServedUpstream[];
  status(): readonly UpstreamStatus[];
  /** Each is to tell of changes of those of these resources that it has, as far as it can. */
  watch(uris: ReadonlySet<string>): void;
  /** Hears when what they have has changed; must not throw. */
  onChange: ((upstream: string, why: string) => void) | undefined;
  /** Hears of resources that have changed. */
  onResourceUpdated: ((uri: string, tenant: string | undefined) => void) | undefined;
  stop(): Promise<void>;
}

export function createUpstreams(parts: UpstreamsParts): Upstreams {
  return new UpstreamGroups(parts);
}

interface Member {
  readonly upstream: Upstream;
  readonly key: string;
  /** The name of its group: while it is replaced there are two of it. */
  readonly group: string;
  supervisor: ChildSupervisor | undefined;
  /** Of the time after which it is tried again. */
  cancelRetry: CancelTimer | undefined;
  made: Made | undefined;
}

/** What was made of which lists, by which pins. */
interface Made {
  readonly of: UpstreamLists;
  readonly pins: PinCheck | undefined;
  readonly has: UpstreamFeatures;
}

/** How often it is looked whether one that leaves has calls. */
const LEAVE_LOOK_MS = 100;
const CONNECTION = "connection";
/** How long a server has to end by itself. */
const SHUTDOWN_MS = 3_000;

class UpstreamGroups implements Upstreams {
  onChange: Upstreams["onChange"];
  onResourceUpdated: Upstreams["onResourceUpdated"];
  readonly #parts: UpstreamsParts;
  readonly #root: ChildSupervisor;
  readonly #started: Promise<void>;
  #members: readonly Member[] = [];
  /** What they were until `settle`. */
  #before: { readonly members: readonly Member[]; readonly pins: PinCheck | undefined } | undefined;
  #pins: PinCheck | undefined;
  readonly #leaving = new Set<Member>();
  #watched: ReadonlySet<string> = new Set();
  #lastNumber = 0;
  #isStopped = false;

  constructor(parts: UpstreamsParts) {
    this.#parts = parts;
    this.#root = createChildSupervisor({ name: "upstreams", clock: parts.clock });
    this.#started = this.#root.start();
  }

  async set(settings: readonly UpstreamSettings[], pins?: PinCheck): Promise<void> {
    checkNames(settings);
    await this.#started;
    const before = this.#members;
    this.#before ??= { members: before, pins: this.#pins };
    this.#pins = pins;
    const begun: Member[] = [];
    this.#members = settings.map((each) => {
      const key = JSON.stringify(each);
      const same = before.find((member) => member.key === key);
      if (same !== undefined) return same;
      const member = this.#member(each, key);
      begun.push(member);
      return member;
    });
    await Promise.all(begun.map(async (member) => {
      const started = this.#start(member);
      if (!member.upstream.settings.isLazy) await started;
    }));
  }

  settle(kept: boolean): void {
    const { members: before, pins } = this.#before ?? { members: this.#members, pins: this.#pins };
    this.#before = undefined;
    const [stay, go] = kept ? [this.#members, before] : [before, this.#members];
    this.#members = stay;
    if (!kept) this.#pins = pins;
    for (const member of go) if (!stay.includes(member)) this.#endLater(member);
  }

  features() {
    return this.#members.flatMap((member) => {
      const { lists, settings } = member.upstream;
      if (lists === undefined) return [];
      if (member.made?.of !== lists || member.made.pins !== this.#pins) {
        member.made = { of: lists, pins: this.#pins, has: this.#make(member, lists) };
        if (this.#watched.size > 0) this.#watch(member);
      }
      return [{ settings, has: member.made.has }];
    });
  }

  status(): readonly UpstreamStatus[] {
    return this.#members.map(({ upstream }) => upstream.status());
  }

  watch(uris: ReadonlySet<string>): void {
    this.#watched = uris;
    for (const member of this.#members) this.#watch(member);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { upstream, cancelRetry } of [...this.#members, ...this.#leaving]) {
      upstream.close();
      cancelRetry?.();
    }
    await this.#root.stop("the server stops");
    await guardEnded();
  }

  #member(settings: UpstreamSettings, key: string): Member {
    const listener: UpstreamListener = {
      onChange: (_, why) => this.onChange?.(settings.name, why),
      onResourceUpdated: (_, uri) => this.onResourceUpdated?.(uri, settings.tenant),
      onWanted: (upstream) => this.#connect(upstream),
      onIdle: (upstream) =>
        void this.#memberOf(upstream)?.supervisor?.stopChild(CONNECTION, "nobody calls"),
    };
    const { clock, log, info, waysTo } = this.#parts;
    const ways = waysTo(settings);
    const upstream = new Upstream({ settings, clock, log, info, ways, listener });
    const group = `${settings.name} #${++this.#lastNumber}`;
    return { upstream, key, group, supervisor: undefined, cancelRetry: undefined, made: undefined };
  }

  #watch({ upstream, made }: Member): void {
    const resources = made?.has.resources ?? [];
    const own = [...this.#watched].filter((uri) =>
      resources.some((each) => each.uri === uri || each.template?.match(uri) !== undefined)
    );
    const { upstreamSubscriptionsMax: max } = LIMITS;
    if (own.length > max) {
      this.#parts.log.warn("more resources are waited for than an upstream is asked to tell of", {
        upstream: upstream.settings.name,
        waited: own.length,
        max,
      });
    }
    upstream.watch(new Set(own.slice(0, max)));
  }

  #memberOf(upstream: Upstream): Member | undefined {
    return this.#members.find((member) => member.upstream === upstream);
  }

  /** What was served before may still have calls of it. */
  #endLater(member: Member): void {
    this.#leaving.add(member);
    if (member.upstream.status().open === 0) return this.#end(member);
    member.cancelRetry?.();
    member.cancelRetry = this.#parts.clock.after(LEAVE_LOOK_MS, () => this.#endLater(member));
  }

  #end(member: Member): void {
    this.#leaving.delete(member);
    member.upstream.close();
    member.cancelRetry?.();
    void this.#root.stopChild(member.group, "it is not configured any more");
  }

  /** Resolves when it is up, or has failed for now. */
  async #start(member: Member): Promise<void> {
    const { upstream, group } = member;
    const spec = supervisorChild({ ...this.#group(member), name: group }, {
      restart: "temporary",
      onCreate: (supervisor) => member.supervisor = supervisor,
    });
    try {
      await this.#root.startChild(spec);
    } catch (thrown) {
      this.#giveUp(member, upstream.status().detail ?? describeThrown(thrown));
    }
  }

  #group(member: Member): TreeOptions {
    const { restarts, restartPeriodMs } = member.upstream.settings;
    return {
      name: member.group,
      clock: this.#parts.clock,
      children: [this.#connection(member.upstream)],
      intensity: restarts,
      periodMs: restartPeriodMs,
      backoff: { minMs: 100, maxMs: 10_000, resetMs: 30_000 },
      onEvent: (event) => {
        if (event.kind === "gave_up" && member.upstream.status().connects > 0) {
          this.#giveUp(member, event.detail);
        }
      },
    };
  }

  #connection(upstream: Upstream): ChildSpec {
    return {
      id: CONNECTION,
      restart: "transient",
      shutdownMs: SHUTDOWN_MS,
      // A handshake and lists, each in its own time.
      startMs: 3 * upstream.settings.connectMs,
      start: (signal) => upstream.connect(signal),
    };
  }

  /** One that was idle is called. */
  #connect(upstream: Upstream): void {
    const member = this.#memberOf(upstream);
    const supervisor = member?.supervisor;
    if (supervisor === undefined) return;
    // The connection before it may not have ended yet.
    supervisor.stopChild(CONNECTION, "it is called again")
      .then(() => supervisor.startChild(this.#connection(upstream)))
      .catch((thrown) => this.#giveUp(member!, describeThrown(thrown)));
  }

  #giveUp(member: Member, detail: string): void {
    const { upstream, group } = member;
    const { name, retryMs } = upstream.settings;
    if (this.#isStopped || !this.#members.includes(member)) return;
    this.#parts.log.error("an upstream cannot be reached", { upstream: name, detail, retryMs });
    upstream.onGaveUp(detail);
    member.cancelRetry?.();
    member.cancelRetry = this.#parts.clock.after(retryMs, async () => {
      if (this.#isStopped || !this.#members.includes(member)) return;
      upstream.onRevived();
      await this.#root.stopChild(group, "it is tried again");
      await this.#start(member);
    });
  }

  #make({ upstream, made }: Member, lists: UpstreamLists): UpstreamFeatures {
    const has = upstreamFeatures(upstream, lists, this.#pins);
    for (const refused of has.refused) {
      const message = "something of an upstream cannot be served";
      this.#parts.log.warn(message, { upstream: upstream.settings.name, ...refused });
    }
    return made === undefined ? has : keepSame(made.has, has);
  }
}

function checkNames(settings: readonly UpstreamSettings[]): void {
  const names = settings.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new GomcpError("invalid_request", `Cannot serve two upstreams named "${twice}"`);
  }
  if (names.length <= LIMITS.upstreamsMax) return;
  const text = `Cannot serve ${names.length} upstreams, expected at most ${LIMITS.upstreamsMax}`;
  throw new GomcpError("invalid_request", text);
}
