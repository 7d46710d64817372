/** One connection to an upstream, from its handshake to its end. */
import type { CancelTimer, Clock } from "../base/clock.ts";
import { GomcpError, isGomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import type { Logger } from "../base/log.ts";
import type { Call } from "../pipeline/call.ts";
import type { ListName } from "../pipeline/events.ts";
import type { InputRequest } from "../pipeline/input.ts";
import type { ServerInfo } from "../protocol/versions.ts";
import { Conversation, type ConversationListener, type Reply } from "./conversation.ts";
import { type Agreement, modernMeta, shakeHands } from "./handshake.ts";
import { readLists, type UpstreamLists } from "./read_lists.ts";
import { putQuestion } from "./relay.ts";
import { hideSecrets } from "./secrets.ts";
import {
  type Ask,
  LegacySubscriptions,
  ModernSubscriptions,
  type ResourceSubscriptions,
} from "./subscriptions.ts";
import type { UpstreamSettings } from "./settings.ts";
import type { OpenTransport, TransportEnd } from "./transport.ts";

/** Hears of a connection. */
export interface LinkListener {
  /** What the upstream has may be something else now. */
  onListChanged(list: ListName): void;
  onResourceUpdated(uri: string): void;
}

export interface LinkParts {
  readonly settings: UpstreamSettings;
  readonly info: ServerInfo;
  readonly clock: Clock;
  readonly log: Logger;
  /** The ways to it, the usual one first. */
  readonly ways: readonly OpenTransport[];
  readonly listener: LinkListener;
}

const RELISTEN_MS = 1_000;
const LIST_CHANGED = /^notifications\/(tools|resources|prompts)\/list_changed$/;

export class Link implements ConversationListener {
  readonly conversation: Conversation;
  /** Resolves once, when the connection has gone. */
  readonly exited: Promise<TransportEnd>;
  readonly #parts: LinkParts;
  readonly #meta: Readonly<Record<string, unknown>>;
  readonly #resolveExit: (end: TransportEnd) => void;
  agreement!: Agreement;
  lists!: UpstreamLists;
  /** Why it is ended by us; `planned` when that is no failure of the upstream's. */
  #ending: { readonly why: string; readonly planned: boolean } | undefined;
  #isGone = false;
  readonly #relistens = new Set<CancelTimer>();
  #subscriptions: ResourceSubscriptions | undefined;

  private constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#meta = modernMeta(parts.info, {});
    const { promise, resolve } = Promise.withResolvers<TransportEnd>();
    this.exited = promise;
    this.#resolveExit = resolve;
    this.conversation = new Conversation(parts.clock, this);
  }

  /**
   * Connects in the first way that works.
   *
   * @throws {GomcpError} `upstream_failed` saying why there is no connection in the first way.
   */
  static async open(parts: LinkParts, signal: AbortSignal): Promise<Link> {
    const [first, ...others] = parts.ways;
    try {
      return await Link.#open(parts, first!, signal);
    } catch (thrown) {
      for (const way of others) {
        if (signal.aborted) break;
        try {
          return await Link.#open(parts, way, signal);
        } catch {
          // The first way is the usual one: why it failed is what an operator wants to know.
        }
      }
      throw thrown;
    }
  }

  static async #open(parts: LinkParts, open: OpenTransport, signal: AbortSignal): Promise<Link> {
    const link = new Link(parts);
    const { conversation } = link;
    const hide = hideSecrets(parts.settings.secrets);
    const transport = await open({
      onMessage: (text, about) => conversation.onMessage(hide(text), about),
      onLost: (id, problem) => conversation.onLost(id, problem),
      isWaiting: (id) => conversation.isWaiting(id),
    }, signal);
    conversation.transport = transport;
    transport.exited.then((end) => link.#onGone(end));
    const giveUp = () => transport.kill();
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      await link.#begin();
      return link;
    } catch (thrown) {
      transport.kill();
      await transport.exited;
      throw isGomcpError(thrown) ? thrown : new GomcpError("upstream_failed", String(thrown));
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** What modern requests say of us. */
  get meta(): Readonly<Record<string, unknown>> | undefined {
    return this.agreement.era === "modern" ? this.#meta : undefined;
  }

  /** @throws {GomcpError} `upstream_failed` for a list that cannot be had. */
  readLists(): Promise<UpstreamLists> {
    const { connectMs } = this.#parts.settings;
    const ask = (method: string, params: Readonly<Record<string, unknown>>): Promise<Reply> =>
      this.conversation.request(method, { ...params, ...this.#metaParam() }, {
        timeoutMs: connectMs,
      });
    return readLists(ask, this.agreement.capabilities);
  }

  /** The upstream is to tell of changes of these resources, if it can. */
  watch(uris: ReadonlySet<string>): void {
    const { resources } = this.agreement.capabilities;
    if (!isRecord(resources) || resources.subscribe !== true) return;
    this.#subscriptions ??= this.#openSubscriptions();
    this.#subscriptions.want(uris);
  }

  stop(why: string): void {
    this.#ending ??= { why, planned: true };
    this.conversation.transport.stop(why);
  }

  kill(): void {
    this.#ending ??= { why: "it was killed", planned: true };
    this.conversation.transport.kill();
  }

  onNotification(method: string, params: Readonly<Record<string, unknown>>): void {
    const list = LIST_CHANGED.exec(method)?.[1];
    if (list !== undefined) return this.#parts.listener.onListChanged(list as ListName);
    if (method === "notifications/resources/updated" && typeof params.uri === "string") {
      return this.#parts.listener.onResourceUpdated(params.uri);
    }
    const { log, settings: { name } } = this.#parts;
    if (method === "gomcp/unasked" && params.method === "roots/list") {
      // Many servers ask once they are connected, of nobody's call, and do well without.
      log.debug("an upstream asks for roots outside of calls", { upstream: name });
    } else if (method === "gomcp/unasked") {
      log.warn("an upstream asks what nobody can be asked; a concurrency of 1 would help", {
        upstream: name,
        ...params,
      });
    } else if (method === "notifications/message") {
      log.debug("an upstream logs", { upstream: name, level: params.level, data: params.data });
    }
  }

  onQuestion(call: Call, question: InputRequest, number: number): Promise<unknown> {
    const { elicitationId: _, ...params } = question.params;
    const { _meta, ...rest } = params as { readonly _meta?: unknown };
    return putQuestion(call, `upstream-${number}`, { ...question, params: rest });
  }

  onBroken(why: string): void {
    this.#parts.log.error("an upstream breaks the protocol", {
      upstream: this.#parts.settings.name,
      why,
    });
    this.#ending ??= { why, planned: false };
    this.conversation.transport.kill();
  }

  async #begin(): Promise<void> {
    const { settings: { protocol, connectMs }, info, clock } = this.#parts;
    const options = { protocol, info, clock, timeoutMs: connectMs };
    this.agreement = await shakeHands(this.conversation, options);
    this.lists = await this.readLists();
    if (this.agreement.era === "modern") this.#listen();
    else if (isRecord(this.agreement.capabilities.logging)) {
      // What a client of ours wants to hear of it is decided here, once and for all of them.
      void this.conversation.request("logging/setLevel", { level: "info" }, {
        timeoutMs: connectMs,
      });
    }
  }

  #metaParam(): Readonly<Record<string, unknown>> {
    return this.meta === undefined ? {} : { _meta: this.meta };
  }

  /** In the modern era changes are told to whoever keeps a request open for them. */
  #listen(): void {
    const { capabilities } = this.agreement;
    const changes = (name: string) =>
      isRecord(capabilities[name]) && capabilities[name].listChanged === true;
    const notifications = {
      ...(changes("tools") && { toolsListChanged: true }),
      ...(changes("resources") && { resourcesListChanged: true }),
      ...(changes("prompts") && { promptsListChanged: true }),
    };
    if (Object.keys(notifications).length === 0) return;
    const params = { notifications, ...this.#metaParam() };
    void this.conversation.request("subscriptions/listen", params).then((reply) => {
      if (reply.kind === "error") return;
      // The stream has ended, and with it what would have told of changes.
      this.#relisten(() => {
        this.#parts.listener.onListChanged("tools");
        this.#listen();
      });
    });
  }

  #openSubscriptions(): ResourceSubscriptions {
    const ask: Ask = (method, params, options) =>
      this.conversation.request(method, { ...params, ...this.#metaParam() }, options);
    return this.agreement.era === "modern"
      ? new ModernSubscriptions(ask, (again) => this.#relisten(again))
      : new LegacySubscriptions(ask, this.#parts.settings.connectMs);
  }

  #relisten(again: () => void): void {
    if (this.#isGone) return;
    const cancel = this.#parts.clock.after(RELISTEN_MS, () => {
      this.#relistens.delete(cancel);
      again();
    });
    this.#relistens.add(cancel);
  }

  #onGone(end: TransportEnd): void {
    this.#isGone = true;
    for (const cancel of this.#relistens) cancel();
    const { why = end.detail, planned = false } = this.#ending ?? {};
    const detail = `its connection has ended: ${why}`;
    this.conversation.fail({ code: "upstream_failed", detail });
    this.#resolveExit({ kind: planned ? "shutdown" : "crash", detail: why });
  }
}
