/** One call of a tool on its way through the layers. */
import { GomcpError, type Problem } from "../base/errors.ts";
import type { ContentBlock } from "../protocol/content.ts";
import type { McpLogLevel } from "../protocol/logging.ts";
import type { CallKind } from "../protocol/methods.ts";
import type { Access } from "./access.ts";
import type { EventHub } from "./events.ts";
import type { Asker } from "./input.ts";
import type { Decision, Outcome } from "./outcome.ts";
import type { TraceContext } from "./trace.ts";
import type { BatchTicket } from "./ticket.ts";
import type { RateReading } from "./rate.ts";
import type { ArgumentPurposes } from "./purpose.ts";

/** How a call came in. */
export type AdapterName = "stdio" | "http" | "rest" | "grpc" | "library";

/** What is known of the caller. Nothing here is proof of identity but `access`. */
export interface ClientInfo {
  /** Who it is, where that was proven. */
  readonly access?: Access | undefined;
  /** As the client calls itself. */
  readonly name?: string | undefined;
  /** As the client says. */
  readonly version?: string | undefined;
  /** Network address, where there is one. */
  readonly address?: string | undefined;
}

/** What a tool says while it works. */
export type CallEvent =
  | {
    readonly kind: "progress";
    readonly progress: number;
    readonly total: number | undefined;
    readonly message: string | undefined;
  }
  | { readonly kind: "log"; readonly level: McpLogLevel; readonly data: unknown }
  /** A piece of the result, ahead of it. */
  | { readonly kind: "content"; readonly block: ContentBlock };

/** What a call is made of. */
export interface CallOptions {
  /** What it is of. @default "tool" */
  readonly kind?: CallKind;
  /** The name of the tool or prompt, or the URI of the resource. */
  readonly tool: string;
  /** The arguments as they came in, not yet checked. */
  readonly args: unknown;
  /** How it came in. */
  readonly adapter: AdapterName;
  /** The adapter's id of the request, for logs and for the tool. */
  readonly id?: string | number;
  /** Who is charged for it. @default the tenant of `access`, or "default" */
  readonly tenant?: string;
  /** What the caller may do, where that was proven. @default that of `client` */
  readonly access?: Access | undefined;
  /** What pays for it: a batch, or an earlier round of the same call. */
  readonly ticket?: BatchTicket | undefined;
  /** The number of the audit record of the batch that it belongs to. */
  readonly batch?: number | undefined;
  /** What is known of the caller. */
  readonly client?: ClientInfo;
  /** The caller's own deadline from now on; the tool's or the server's holds if it is shorter. */
  readonly timeoutMs?: number;
  /** Takes what the tool says while it works. Without it, nobody listens. */
  readonly onEvent?: (event: CallEvent) => void;
  /** Asks the client on behalf of the handler. Without it, nobody can be asked. */
  readonly asker?: Asker;
}

export const DEFAULT_TENANT = "default";
const UNKNOWN_CLIENT: ClientInfo = {};

/**
 * A call. Made by an adapter, filled in by the layers: admission sets `target`,
 * validation sets `checkedArgs`.
 */
export class Call {
  /** What it is of. */
  readonly kind: CallKind;
  /** The name of the tool or prompt, or the URI of the resource. */
  readonly tool: string;
  /** The arguments as they came in, not yet checked. */
  readonly args: unknown;
  /** How it came in. */
  readonly adapter: AdapterName;
  /** The adapter's id of the request; empty when there is none. */
  readonly id: string | number;
  /** Who is charged for it. */
  readonly tenant: string;
  /** What the caller may do; admission looks it up where no adapter has proven it. */
  access: Access | undefined;
  /** What pays for it: a batch, or an earlier round of the same call. */
  readonly ticket: BatchTicket | undefined;
  /** The number of the audit record of the batch that it belongs to. */
  readonly batch: number | undefined;
  /** What is known of the caller. */
  readonly client: ClientInfo;
  /** The caller's own deadline in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Who listens to what the tool says; the adapter takes it away when it answers. */
  onEvent: ((event: CallEvent) => void) | undefined;
  /** Asks the client on behalf of the handler. */
  readonly asker: Asker | undefined;

  /** Takes what is to be told to all clients that listen; the runtime sets it. */
  events: EventHub | undefined = undefined;
  /** The tool that admission found. */
  target: Target | undefined = undefined;
  /** What the caller's rate limits had left, for adapters that can say so. */
  rates: readonly RateReading[] | undefined = undefined;
  /** The arguments as the schema gives them, defaults filled in. */
  checkedArgs: unknown = undefined;
  /** The generation that answers it, as long as reloads are told apart by it. */
  generation: object | undefined = undefined;
  /** When it arrived, by the monotonic clock; set by its adapter, or by who reads the clock first. */
  arrivedMs: number | undefined = undefined;
  /** When its tool had ended, by the same clock; set by whoever reads it then, if anybody. */
  endedMs: number | undefined = undefined;
  /** What may make a task of it; undefined for a caller that takes none. */
  task: TaskTicket | undefined = undefined;
  /** What counts it while it is open. */
  meter: object | undefined = undefined;
  /** The trace that it belongs to: the caller's, then, where spans are made, its own. */
  trace: TraceContext | undefined = undefined;
  /** True once the tool was started; a call that ends before it was refused. */
  dispatched = false;
  /** Why the call was stopped, once it was. */
  stopped: Problem | undefined = undefined;
  /** Told once when the call is stopped; belongs to whoever runs the call. */
  onStop: ((why: Problem) => void) | undefined = undefined;
  /** Told like `onStop`; belongs to whoever does the work elsewhere, such as a tool host. */
  onAbort: ((why: Problem) => void) | undefined = undefined;

  #controller: AbortController | undefined = undefined;

  /**
   * Makes a call that no layer has seen yet.
   *
   * @throws {GomcpError} `invalid_request` for a deadline that is no positive number.
   */
  constructor(options: CallOptions) {
    this.kind = options.kind ?? "tool";
    this.tool = options.tool;
    this.args = options.args;
    this.adapter = options.adapter;
    this.id = options.id ?? "";
    this.client = options.client ?? UNKNOWN_CLIENT;
    this.access = options.access ?? this.client.access;
    this.tenant = options.tenant ?? this.access?.tenant ?? DEFAULT_TENANT;
    this.ticket = options.ticket;
    this.batch = options.batch;
    this.timeoutMs = checkTimeout(options.timeoutMs);
    this.onEvent = options.onEvent;
    this.asker = options.asker;
  }

  /** Aborts when the call is stopped. Made when first asked for: most tools never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.stopped !== undefined) this.#controller.abort(abortReason(this.stopped));
    }
    return this.#controller.signal;
  }

  /** Ends the call from outside: it is answered with `why` at once, and its tool is told to stop. */
  stop(why: Problem): void {
    if (this.stopped !== undefined) return;
    this.stopped = why;
    this.onStop?.(why);
    this.onAbort?.(why);
    this.#controller?.abort(abortReason(why));
  }

  /** The client does not want the answer any more. */
  cancel(detail = "The client cancelled the call"): void {
    this.stop({ code: "cancelled", detail });
  }
}

function checkTimeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs > 0) return timeoutMs;
  throw new GomcpError(
    "invalid_request",
    `Cannot make call: its timeoutMs is ${timeoutMs}, expected a positive number`,
  );
}

function abortReason(why: Problem): DOMException {
  const name = why.code === "deadline_exceeded" ? "TimeoutError" : "AbortError";
  return new DOMException(why.detail, name);
}

/** Work that can be stopped from outside; a call is. */
export interface Cancellable {
  /** Ends it; nobody waits for what it gives. */
  cancel(detail?: string): void;
}

/** Answers a call; without a promise when it can. */
export type Handler = (call: Call) => Outcome | Promise<Outcome>;

/** Wraps a handler in one concern. Nested once, when the pipeline is built, never per call. */
export type Layer = (next: Handler) => Handler;

/** What a schema says of a value: the value to go on with, or where it is wrong. */
export type ArgumentsCheck =
  | { readonly ok: true; readonly value: unknown }
  | {
    readonly ok: false;
    /** JSON Pointer of the first fault. */
    readonly pointer: string;
    /** What is wrong there; never the value itself. */
    readonly detail: string;
  };

/** What a tool says of its calls as tasks. */
export interface TargetTask {
  /** "required": it is never called otherwise; "optional": with callers that take tasks. */
  readonly mode: "optional" | "required" | undefined;
  /** So long, in milliseconds, its caller waits for the call itself; undefined for not at all. */
  readonly afterMs: number | undefined;
  /** The same call twice does no more than once: it may run again when its server is lost. */
  readonly mayRepeat: boolean;
}

/** Belongs to one call; decides whether and when it becomes a task. */
export interface TaskTicket {
  /** The deadline of the call in place of the server's, once it is known that it may be a task. */
  readonly timeoutMs: number | undefined;
  /**
   * Asked when the call has passed all layers and before its tool runs; a problem refuses it. What
   * it lets pass may be on record as a task by then.
   */
  admit(call: Call): Decision | Promise<Decision>;
}

/** What a call's name resolves to: the part of a tool that the layers need. */
export interface Target {
  /** The name of the tool or prompt, or the URI of the resource, as it was defined: a template's. */
  readonly name: string;
  /** The tool's own deadline in milliseconds; undefined for the server's. */
  readonly timeoutMs: number | undefined;
  /** What its arguments are for, where its author said so. */
  readonly purposes?: ArgumentPurposes | undefined;
  /** It belongs to a server that is not ours: what looks like an attack may be what it is for. */
  readonly isUpstreams?: boolean | undefined;
  /** When a call of it goes on as a task. */
  readonly task?: TargetTask | undefined;
  /** Checks arguments against the tool's input schema. */
  checkArguments(args: unknown): ArgumentsCheck;
  /** Runs the tool with `call.checkedArgs`. Never throws, never rejects. */
  run(call: Call): Outcome | Promise<Outcome>;
}
