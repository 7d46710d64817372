/** subscriptions/listen: a request that stays open and carries what the client asked to be told. */
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import type { CancelTimer } from "../../base/clock.ts";
import type { Access } from "../../pipeline/access.ts";
import {
  LIST_NAMES,
  type Listener,
  type ListName,
  type ServerEvent,
} from "../../pipeline/events.ts";
import {
  errorText,
  invalidParams,
  notificationText,
  problemToRpc,
  type RequestId,
  resultText,
  type RpcError,
} from "../../protocol/jsonrpc.ts";
import { completeTail } from "../../protocol/modern.ts";
import { mayHear, seen } from "./legacy_events.ts";
import { viewOf } from "./lists.ts";
import { refuseOpening } from "./open_requests.ts";
import type { OpenRequest } from "./peer.ts";
import type { Answer, Request } from "./request.ts";
import { refuseUndeclared } from "./tasks.ts";
import { ownerOf, showDetails } from "../../runtime/tasks.ts";

const SUBSCRIPTION_KEY = "io.modelcontextprotocol/subscriptionId";
const LISTS = {
  tools: "toolsListChanged",
  resources: "resourcesListChanged",
  prompts: "promptsListChanged",
} as const satisfies Record<ListName, keyof Filter>;

/** What a client is told, as it asked for it and as far as it is honoured. */
interface Filter {
  readonly toolsListChanged?: boolean;
  readonly promptsListChanged?: boolean;
  readonly resourcesListChanged?: boolean;
  readonly resourceSubscriptions?: readonly string[];
  /** Of the tasks extension. */
  readonly taskIds?: readonly string[];
}

export function listen(request: Request): Answer | Promise<Answer> {
  const filter = readFilter(request.params.notifications, viewOf(request).offers);
  if (typeof filter === "string") return errorText(request.id, invalidParams(filter));
  const tasks = readTaskIds(request);
  if (tasks !== undefined && "error" in tasks) return errorText(request.id, tasks.error);
  const refusal = refuseOpening(request);
  if (refusal !== undefined || tasks === undefined) {
    return refusal ?? new Subscription(request, filter).run();
  }
  return ownTasks(request, tasks.ids).then((taskIds) =>
    refuseOpening(request) ?? new Subscription(request, { ...filter, taskIds }).run()
  );
}

function readFilter(wanted: unknown, offers: (list: ListName) => boolean): Filter | string {
  if (!isRecord(wanted)) return 'Invalid params: "notifications" is an object of what to be told';
  const { resourceSubscriptions: uris } = wanted;
  const filter = Object.fromEntries(
    LIST_NAMES.filter((list) => wanted[LISTS[list]] === true && offers(list))
      .map((list) => [LISTS[list], true]),
  );
  if (uris === undefined) return filter;
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === "string")) {
    return 'Invalid params: "resourceSubscriptions" is a list of URIs';
  }
  if (uris.length > LIMITS.subscriptionsMax) {
    return `Invalid params: at most ${LIMITS.subscriptionsMax} resources can be subscribed to`;
  }
  return offers("resources") ? { ...filter, resourceSubscriptions: uris } : filter;
}

type TaskIds = { readonly ids: readonly string[] } | { readonly error: RpcError };

/** The tasks that the client wants to be told of; undefined for none. */
function readTaskIds(request: Request): TaskIds | undefined {
  const { taskIds: ids } = request.params.notifications as Record<string, unknown>;
  if (ids === undefined) return undefined;
  const undeclared = refuseUndeclared(request);
  if (undeclared !== undefined) return { error: undeclared };
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === "string")) {
    return { error: invalidParams('Invalid params: "taskIds" is a list of ids of tasks') };
  }
  if (ids.length <= LIMITS.taskSubscriptionsMax) return { ids: [...new Set(ids)] };
  const text = `Invalid params: at most ${LIMITS.taskSubscriptionsMax} tasks can be subscribed to`;
  return { error: invalidParams(text) };
}

/** What is not the caller's is left out, as what is not there. */
async function ownTasks(
  { runtime, peer }: Request,
  ids: readonly string[],
): Promise<readonly string[]> {
  const { tasks } = runtime;
  const owner = ownerOf(peer.access);
  const found = await Promise.all(ids.map((id) => tasks?.get(id, owner)));
  return ids.filter((_, i) => found[i] !== undefined);
}

class Subscription implements Listener, OpenRequest {
  readonly #request: Request;
  readonly #filter: Filter;
  readonly #uris: ReadonlySet<string>;
  readonly #access: Access | undefined;
  readonly #answer = Promise.withResolvers<Answer>();
  #cancelKeepAlive: CancelTimer | undefined;
  /** What ends the watching of tasks. */
  #unwatch: readonly (() => void)[] = [];

  constructor(request: Request, filter: Filter) {
    this.#request = request;
    this.#filter = filter;
    this.#access = request.peer.access;
    this.#uris = new Set(filter.resourceSubscriptions);
  }

  run(): Answer | Promise<Answer> {
    const { runtime, peer, exchange, id } = this.#request;
    if (!runtime.events.add(this)) {
      const detail = "Cannot listen: too many clients do, or the server is shutting down";
      return errorText(id, problemToRpc({ code: "overloaded", detail, retryAfterMs: 1_000 }));
    }
    peer.open.set(id, this);
    exchange.onPending?.(this);
    this.#notify("notifications/subscriptions/acknowledged", { notifications: this.#filter });
    this.#watchTasks();
    this.#keepAlive();
    return this.#answer.promise;
  }

  watched(): readonly string[] {
    return this.#uris.size === 0 ? [] : seen(this.#request.runtime, this.#access, this.#uris);
  }

  /** Each is told of as it is now, then whenever it changes. */
  #watchTasks(): void {
    const { runtime } = this.#request;
    const owner = ownerOf(this.#access);
    this.#unwatch = (this.#filter.taskIds ?? []).map((id) =>
      runtime.tasks!.watch(id, owner, (task) => {
        if (task === undefined || this.#access?.problem !== undefined) return;
        this.#notify("notifications/tasks", { ...showDetails(task) });
      })
    );
  }

  onEvent(event: ServerEvent): void {
    if (event.kind === "resource_updated" && !this.#uris.has(event.uri)) return;
    if (!mayHear(this.#request.runtime, this.#access, event)) return;
    if (event.kind === "resource_updated") {
      this.#notify("notifications/resources/updated", { uri: event.uri });
    } else if (this.#filter[LISTS[event.list]] === true) {
      this.#notify(`notifications/${event.list}/list_changed`, {});
    }
  }

  /**
   * The server ends the stream: its last message says so. Where the stream is not the connection,
   * that is announced while the request is still open (2026-07-28, cancellation: stdio).
   */
  onClose(): void {
    const { runtime, peer, id } = this.#request;
    if (peer.adapter !== "http") {
      const reason = "The server ends the subscription";
      this.#notify("notifications/cancelled", { requestId: id, reason });
    }
    const tail = completeTail(runtime.info, { [SUBSCRIPTION_KEY]: id }).slice(1);
    this.#finish(resultText(id, tail));
  }

  end(): void {
    this.#request.runtime.events.delete(this);
    this.onClose();
  }

  /** The client does not want to listen any more: nothing follows. */
  cancel(): void {
    this.#request.runtime.events.delete(this);
    this.#finish(undefined);
  }

  #finish(answer: Answer): void {
    this.#cancelKeepAlive?.();
    for (const unwatch of this.#unwatch) unwatch();
    const { peer, id } = this.#request;
    if (peer.open.get(id) === this) peer.open.delete(id);
    this.#answer.resolve(answer);
  }

  #notify(method: string, params: Record<string, unknown>): void {
    const id: RequestId = this.#request.id;
    const tagged = { ...params, _meta: { [SUBSCRIPTION_KEY]: id } };
    this.#request.exchange.notify(notificationText(method, tagged));
  }

  /** Proxies end connections on which nothing moves. */
  #keepAlive(): void {
    const { runtime, exchange } = this.#request;
    if (exchange.keepAlive === undefined) return;
    this.#cancelKeepAlive = runtime.clock.after(LIMITS.keepAliveMs, () => {
      exchange.keepAlive?.();
      this.#keepAlive();
    });
  }
}
