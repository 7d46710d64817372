/** What the SDK takes and gives: tools, results, and how a map of tools types calls of them. */
import type { ContentBlock, Icon } from "../protocol/content.ts";
import type { McpLogLevel } from "../protocol/logging.ts";
import type { GoMCPError } from "./errors.ts";
import type { FetchLike } from "./platform.ts";
import type { RequestOptions } from "./transport.ts";

/** What is known of one tool's types; `gomcp types` writes them. */
export interface ToolTypes {
  /** What it takes. */
  readonly args: object;
  /** Its structured content. */
  readonly structured: unknown;
}

/** A map of tools by their names; interfaces, as `gomcp types` writes them, are such maps. */
export type ToolMap<T> = { readonly [Name in keyof T]: ToolTypes };

/** Without a map any name and any arguments pass the compiler; the server checks them. */
export type AnyTools = Readonly<Record<string, ToolTypes>>;

/** The arguments of `callTool` behind the name; those of a tool that demands none may be left out. */
export type CallRest<Args> = Record<never, never> extends Args
  ? [args?: Args, options?: CallOptions]
  : [args: Args, options?: CallOptions];

/** What a client is made of. */
export interface GoMCPClientOptions {
  /** Where the server is, such as "http://127.0.0.1:8080"; a path before "/v1" is kept. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`. */
  readonly apiKey?: string | undefined;
  /** The longest a request may take, all tries and waits together. @default 60_000 */
  readonly timeoutMs?: number | undefined;
  /** How many times a request that failed is made again, where that is safe: 0 to 10. @default 2 */
  readonly retries?: number | undefined;
  /** Makes the requests. @default the global `fetch` */
  readonly fetch?: FetchLike | undefined;
  /** More header fields of each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How far a tool is, as it says. */
export interface Progress {
  /** Grows from report to report. */
  readonly progress: number;
  /** Where it ends, if the tool knows. */
  readonly total?: number;
  /** What the tool says of it. */
  readonly message?: string;
}

/** What a tool logs while it works. */
export interface LogEvent {
  /** How grave it is. */
  readonly level: McpLogLevel;
  /** Any JSON value, mostly a string. */
  readonly data: unknown;
}

/** What a call may be told by its caller. */
export interface CallOptions extends RequestOptions {
  /** Told how far the tool is. When a call is made again, it begins anew. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told what the tool logs. */
  readonly onLog?: ((event: LogEvent) => void) | undefined;
  /**
   * Your statement that the call may run twice, whatever its tool says: then it is made again also
   * where nobody knows whether it ran. It stays with the client; no server compares it, so what
   * must happen once only has to be told apart by the tool, by an argument of its own.
   */
  readonly idempotencyKey?: string | undefined;
}

/** A tool as the server tells of it. */
export interface ToolInfo {
  /** What calls name it by. */
  readonly name: string;
  /** What people call it. */
  readonly title?: string;
  /** What it does, for a model. */
  readonly description: string;
  /** JSON Schema (2020-12) of its arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** JSON Schema of its structured content. */
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  /** What it says of itself, such as `readOnlyHint`. */
  readonly annotations?: {
    readonly title?: string;
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
    readonly openWorldHint?: boolean;
  };
  /** Pictures of it. */
  readonly icons?: readonly Icon[];
}

/** What a tool gave. */
export interface CallResult<Structured = unknown> {
  /** What a model reads; may be empty. */
  readonly content: readonly ContentBlock[];
  /** What programs read, as the tool's output schema says. */
  readonly structuredContent?: Structured;
  /** The tool ran and failed, by its own word; the content says why. */
  readonly isError?: boolean;
  /** Extra data, under keys with a prefix of their own. */
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** One call of a batch. */
export type BatchCall<T extends ToolMap<T> = AnyTools> = {
  [Name in keyof T & string]: {
    /** The caller's name for it, no two the same in a batch. @default its place, "0", "1", … */
    readonly id?: string | number;
    /** The tool's name. */
    readonly tool: Name;
    /** The tool's arguments. */
    readonly arguments?: T[Name]["args"];
  };
}[keyof T & string];

/** What a batch may be told by its caller. */
export interface BatchOptions extends RequestOptions {
  /** How many run at once: `true` for as many as the tenant may. @default false: one after another */
  readonly parallel?: boolean | number | undefined;
  /** What becomes of the rest when one fails: with "stop" it ends as `cancelled`. @default "continue" */
  readonly onError?: "continue" | "stop" | undefined;
  /** When the server ends what has not ended, as `deadline_exceeded`; the other results are kept. */
  readonly deadlineMs?: number | undefined;
  /** As in `CallOptions`, for all calls of the batch. */
  readonly idempotencyKey?: string | undefined;
}

/** How one call of a batch ended: `ok` tells whether it came to a result. */
export type BatchResult =
  & {
    /** The caller's name for the call. */
    readonly id: string | number;
    /** Its place in the batch, from 0. */
    readonly index: number;
    /** How long it took; what it waited for calls before it is no part of it. */
    readonly durationMs: number;
  }
  & (
    | { readonly ok: true; readonly result: CallResult }
    | { readonly ok: false; readonly error: GoMCPError }
  );

/** How a server is. */
export interface Health {
  /** False while it stops, or its state store is away. */
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly detail?: string;
}

/** A task as it stood when it was asked for. */
export interface Task {
  /** Unguessable; good for its caller alone. */
  readonly taskId: string;
  /** Where it stands. */
  readonly status: "working" | "input_required" | "completed" | "failed" | "cancelled";
  /** For people: how far it is, or why it ended. */
  readonly statusMessage?: string;
  /** When it began: a moment of ISO 8601 in UTC. */
  readonly createdAt: string;
  /** When it last changed. */
  readonly lastUpdatedAt: string;
  /** How long after its beginning it is kept, in milliseconds. */
  readonly ttlMs: number;
  /** How often it may be asked for, in milliseconds. */
  readonly pollIntervalMs: number;
  /** What the tool gave; of a completed task. */
  readonly result?: CallResult;
}

/** What waiting for a task may be told. */
export interface AwaitOptions extends RequestOptions {
  /** Told the task as it is, and whenever it has changed. */
  readonly onTask?: ((task: Task) => void) | undefined;
}
