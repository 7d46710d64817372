/**
 * What a server and its tool hosts say to each other: lines of JSON. What a host says is looked at
 * as what a stranger says: the tool in it can write to the channel as well.
 */
import { CODE_TABLE, type ErrorCode } from "../../base/code_table.ts";
import type { Problem } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import type { CallEvent } from "../../pipeline/call.ts";
import type { ListName } from "../../pipeline/events.ts";
import type { InputMethod } from "../../pipeline/input.ts";
import type { TraceContext } from "../../pipeline/trace.ts";
import { isMcpLogLevel } from "../../protocol/logging.ts";
import type { CallKind } from "../../protocol/methods.ts";

/** What a question can be of, as `ctx.can` has it. */
export const ASKABLE = ["form", "url", "sample", "roots"] as const;
export type Askable = (typeof ASKABLE)[number];

/** A call for a host. */
export interface CallFrame {
  readonly t: "call";
  readonly id: number;
  readonly kind: CallKind;
  readonly name: string;
  readonly args: unknown;
  readonly request: string | number;
  readonly adapter: string;
  readonly tenant: string;
  readonly client: Readonly<Record<string, unknown>>;
  /** What the client can be asked; undefined when nobody can be asked. */
  readonly can: readonly Askable[] | undefined;
  /** Whether somebody listens to what the tool says. */
  readonly heard: boolean;
  /** The trace that the call belongs to. */
  readonly trace?: TraceContext | undefined;
}

/** What a server says to a host. */
export type ServerFrame =
  | CallFrame
  | { readonly t: "abort"; readonly id: number; readonly why: Problem }
  /** To a question: the answer, or why there is none; `interrupted` ends the handler's run. */
  | {
    readonly t: "answer";
    readonly id: number;
    readonly q: number;
    readonly value?: unknown;
    readonly problem?: Problem;
    readonly interrupted?: true;
  }
  | { readonly t: "ping"; readonly n: number };

/** A question of a handler's. */
export interface AskFrame {
  readonly t: "ask";
  readonly id: number;
  readonly q: number;
  readonly key: string;
  readonly method: InputMethod;
  readonly params: Readonly<Record<string, unknown>>;
  /** An answer came that cannot be used. */
  readonly again: boolean;
}

/** What a host says to its server. */
export type HostFrame =
  | { readonly t: "ready"; readonly about: unknown }
  | { readonly t: "failed"; readonly detail: string }
  | { readonly t: "done"; readonly id: number; readonly value: unknown }
  | { readonly t: "problem"; readonly id: number; readonly problem: Problem }
  | { readonly t: "event"; readonly id: number; readonly event: CallEvent }
  | AskFrame
  | { readonly t: "changed"; readonly id: number; readonly list: ListName }
  | { readonly t: "updated"; readonly id: number; readonly uri: string }
  | { readonly t: "disconnect"; readonly id: number }
  | {
    readonly t: "log";
    readonly level: "debug" | "info" | "warn" | "error";
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }
  | { readonly t: "pong"; readonly n: number; readonly rss: number };

const METHODS: readonly unknown[] = [
  "elicitation/create",
  "sampling/createMessage",
  "roots/list",
] satisfies InputMethod[];
const LISTS: readonly unknown[] = ["tools", "resources", "prompts"] satisfies ListName[];
const LEVELS: readonly unknown[] = ["debug", "info", "warn", "error"];
const DETAIL_CHARS_MAX = 16_384;

/** What a host said, or what is wrong with it. */
export function readHostFrame(line: string): HostFrame | string {
  let frame: unknown;
  try {
    frame = JSON.parse(line);
  } catch {
    return "a line that is no JSON";
  }
  if (!isRecord(frame)) return "a line that is no object";
  return checkFrame(frame) ? frame as unknown as HostFrame : `a wrong "${shown(frame.t)}"`;
}

function checkFrame(frame: Record<string, unknown>): boolean {
  switch (frame.t) {
    case "done":
      return isId(frame.id);
    case "problem":
      return isId(frame.id) && (frame.problem = readProblem(frame.problem)) !== undefined;
    case "event":
      return isId(frame.id) && isEvent(frame.event);
    case "ask":
      return isId(frame.id) && isId(frame.q) && isShort(frame.key) && isRecord(frame.params) &&
        METHODS.includes(frame.method) && typeof frame.again === "boolean";
    case "changed":
      return isId(frame.id) && LISTS.includes(frame.list);
    case "updated":
      return isId(frame.id) && isText(frame.uri, LIMITS.uriCharsMax);
    case "disconnect":
      return isId(frame.id);
    case "log":
      return LEVELS.includes(frame.level) && isText(frame.message) && isRecord(frame.fields);
    case "pong":
      return isId(frame.n) && isId(frame.rss);
    case "ready":
      return isRecord(frame.about);
    case "failed":
      return isText(frame.detail);
    default:
      return false;
  }
}

/** Only what is known of problems, each of its type; undefined for what is none. */
function readProblem(value: unknown): Problem | undefined {
  if (!isRecord(value) || !isText(value.detail) || typeof value.code !== "string") return undefined;
  if (!Object.hasOwn(CODE_TABLE, value.code)) return undefined;
  const { pointer, uri, retryAfterMs, requiredCapabilities } = value;
  return {
    code: value.code as ErrorCode,
    detail: value.detail,
    ...(isText(pointer) && { pointer }),
    ...(isText(uri) && { uri }),
    ...(isId(retryAfterMs) && { retryAfterMs }),
    ...(isRecord(requiredCapabilities) && { requiredCapabilities }),
  };
}

function isEvent(event: unknown): event is CallEvent {
  if (!isRecord(event)) return false;
  if (event.kind === "log") return isMcpLogLevel(event.level);
  return event.kind === "progress" && Number.isFinite(event.progress) &&
    (event.total === undefined || Number.isFinite(event.total)) &&
    (event.message === undefined || typeof event.message === "string");
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isShort(value: unknown): value is string {
  return isText(value, 256);
}

function isText(value: unknown, charsMax = DETAIL_CHARS_MAX): value is string {
  return typeof value === "string" && value.length <= charsMax;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 20) : typeof value;
}
