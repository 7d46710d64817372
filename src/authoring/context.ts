/** The context of one call, as its handler sees it. */
import { GomcpError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import {
  type ElicitResult,
  type FormContent,
  type FormRequest,
  Questions,
  type Root,
  type SampleRequest,
  type SampleResult,
  type UrlRequest,
} from "./ask.ts";
import { type HandlerLog, handlerLog } from "./handler_log.ts";
import type { SchemaSource } from "./schema.ts";
import type { Call, ClientInfo } from "../pipeline/call.ts";
import type { TraceContext } from "../pipeline/trace.ts";
import { blockFault, type ContentBlock } from "../protocol/content.ts";

/** What a handler gets beside its arguments. */
export interface HandlerContext {
  /** Aborts when the call is cancelled, passes its deadline, or the server stops. */
  readonly signal: AbortSignal;
  /**
   * Tells the client how far the work is, if the client asked to know. Values that do
   * not grow are left out, as MCP demands (basic/utilities/progress).
   */
  readonly progress: (done: number, total?: number, message?: string) => void;
  /**
   * Shows the client a piece of the result before the rest, where it listens for that: over gRPC's
   * CallToolStream only. The result must hold it as well; other clients see nothing else.
   *
   * @throws {GomcpError} `tool_error` for what is no content block.
   */
  readonly content: (block: ContentBlock) => void;
  /**
   * Asks the user by a form, or sends them to a page. The handler may be run again from its
   * start once there is an answer: what it did before it asked, it does again.
   */
  readonly elicit: {
    <S extends SchemaSource>(request: FormRequest<S>): Promise<ElicitResult<FormContent<S>>>;
    (request: UrlRequest): Promise<ElicitResult>;
  };
  /** Asks the client's model. The handler may be run again, as with `elicit`. */
  readonly sample: (request: SampleRequest) => Promise<SampleResult>;
  /** Asks for the folders that the client has opened. The handler may be run again. */
  readonly roots: (key?: string) => Promise<readonly Root[]>;
  /** Whether the client can be asked by a form, to open a page, for its model, for its roots. */
  readonly can: (what: "form" | "url" | "sample" | "roots") => boolean;
  /** Tells the clients that listen that a resource has changed. */
  readonly notifyResourceUpdated: (uri: string) => void;
  /** Tells the clients that listen that a list has changed. */
  readonly notifyListChanged: (list: "tools" | "resources" | "prompts") => void;
  /**
   * Ends the connection that waits for this call, and lets the client come back for the answer: a
   * long call then holds no connection. Only clients of 2025-11-25 over HTTP know how; with others
   * nothing happens (transports: sending messages to the server).
   */
  readonly disconnect: () => void;
  /**
   * Goes to the server's log, and to the client as far as it asked for log messages, by MCP's
   * levels: debug, info, notice, warning (or warn), error, critical, alert, emergency.
   */
  readonly log: HandlerLog;
  /** Who is charged for the call; "default" where there are no tenants. */
  readonly tenant: string;
  /** What the caller says of itself; no proof of anything. */
  readonly client: ClientInfo;
  /** The caller's id of the request; empty where it gave none. */
  readonly requestId: string | number;
  /**
   * The trace that the call belongs to, to be passed on to what the handler calls: the span of this
   * call where the server exports spans, else the caller's. Undefined where there is none.
   */
  readonly trace: TraceContext | undefined;
}

/**
 * Reads from the call when asked, so that a call pays only for what its tool uses.
 * `progress` and `log` are getters of closures: they survive destructuring.
 */
export class CallContext implements HandlerContext {
  readonly #call: Call;
  readonly #serverLog: Logger;
  #lastProgress = -Infinity;
  #asked: Questions | undefined = undefined;

  constructor(call: Call, serverLog: Logger) {
    this.#call = call;
    this.#serverLog = serverLog;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get tenant(): string {
    return this.#call.tenant;
  }

  get client(): ClientInfo {
    return this.#call.client;
  }

  get requestId(): string | number {
    return this.#call.id;
  }

  get trace(): TraceContext | undefined {
    return this.#call.trace;
  }

  get progress(): HandlerContext["progress"] {
    return (done, total, message) => {
      if (!Number.isFinite(done) || done <= this.#lastProgress) return;
      this.#lastProgress = done;
      const known = Number.isFinite(total) ? total : undefined;
      this.#call.onEvent?.({ kind: "progress", progress: done, total: known, message });
    };
  }

  get content(): HandlerContext["content"] {
    return (block) => {
      const fault = blockFault(block, "/content");
      if (fault !== undefined) throw new GomcpError("tool_error", `Cannot show content: ${fault}`);
      this.#call.onEvent?.({ kind: "content", block });
    };
  }

  get elicit(): HandlerContext["elicit"] {
    const ask = (request: FormRequest | UrlRequest) =>
      quiet<unknown>(
        "url" in request ? this.#questions.url(request) : this.#questions.form(request),
      );
    return ask as HandlerContext["elicit"];
  }

  get sample(): HandlerContext["sample"] {
    return (request) => quiet(this.#questions.sample(request));
  }

  get roots(): HandlerContext["roots"] {
    return (key) => quiet(this.#questions.roots(key));
  }

  get can(): HandlerContext["can"] {
    return (what) => this.#questions.can(what);
  }

  get notifyResourceUpdated(): HandlerContext["notifyResourceUpdated"] {
    return (uri) => this.#call.events?.emit({ kind: "resource_updated", uri });
  }

  get notifyListChanged(): HandlerContext["notifyListChanged"] {
    return (list) => this.#call.events?.emit({ kind: "list_changed", list });
  }

  get disconnect(): HandlerContext["disconnect"] {
    return () => this.#call.asker?.disconnect?.();
  }

  get #questions(): Questions {
    return this.#asked ??= new Questions(this.#call);
  }

  get log(): HandlerLog {
    return handlerLog(this.#call, this.#serverLog);
  }
}

/** A handler may ask without waiting; that must not count as an error that nobody caught. */
function quiet<T>(asking: Promise<T>): Promise<T> {
  asking.catch(() => {});
  return asking;
}
