/** A task: a call of a tool that goes on after its request was answered, as it stands in the store. */
import type { Problem } from "../base/errors.ts";
import type { Access } from "../pipeline/access.ts";
import { type AdapterName, DEFAULT_TENANT } from "../pipeline/call.ts";
import type { InputRequest } from "../pipeline/input.ts";
import type { ToolResult } from "../protocol/content.ts";

/** Where a task stands (MCP extensions: tasks, 2026-07-28). */
export type TaskStatus = "working" | "input_required" | "completed" | "failed" | "cancelled";

/** All of them. */
export const TASK_STATUSES: readonly TaskStatus[] = [
  "working",
  "input_required",
  "completed",
  "failed",
  "cancelled",
];

/** Whose a task is: for all others there is none of that id. */
export interface TaskOwner {
  /** The tenant. */
  readonly tenant: string;
  /** The credential's name, such as a key's id or a token's subject; empty without one. */
  readonly principal: string;
}

/** A question that a task waits for. */
export interface AskedInput {
  /** The handler's key of it. */
  readonly key: string;
  /** What the client is asked. */
  readonly request: InputRequest;
}

/** What is known of a task. It never changes: what happens to it makes another one. */
export interface Task extends TaskOwner {
  /** Unguessable. */
  readonly id: string;
  /** How its call came in. */
  readonly adapter: AdapterName;
  /** The tool. */
  readonly tool: string;
  /** Its arguments, as they came in. */
  readonly args: unknown;
  /** What the client said of itself. */
  readonly client: { readonly name?: string | undefined; readonly version?: string | undefined };
  /** What the client can be asked, as it declared it. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Where it stands. */
  readonly status: TaskStatus;
  /** For people: how far it is, or why it ended. */
  readonly statusMessage?: string | undefined;
  /** When it began, in milliseconds since 1970. */
  readonly createdMs: number;
  /** When it last changed. */
  readonly updatedMs: number;
  /** How long after its beginning it is kept, in milliseconds. */
  readonly ttlMs: number;
  /** How often a client may ask for it, in milliseconds. */
  readonly pollMs: number;
  /** The same call twice does no more than once. */
  readonly mayRepeat: boolean;
  /** How often its tool was started since somebody last answered it. */
  readonly attempts: number;
  /** Somebody has begun to run it, and has not said how that ended. */
  readonly running: boolean;
  /** How often it has asked. */
  readonly rounds: number;
  /** What was answered, by the handler's keys. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** What is not answered yet, by the client's keys, which are never used again. */
  readonly asked: Readonly<Record<string, AskedInput>>;
  /** What the tool gave; of a completed task. */
  readonly result?: ToolResult | undefined;
  /** Why there is no result; of a failed task. */
  readonly problem?: Problem | undefined;
}

/** Nothing happens to it any more. */
export function isOver({ status }: Pick<Task, "status">): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** Whose tasks a caller's are; where nothing was proven, those of all whom nothing was proven of. */
export function ownerOf(access: Access | undefined): TaskOwner {
  return { tenant: access?.tenant ?? DEFAULT_TENANT, principal: access?.credential ?? "" };
}

/** 192 random bits: whoever has an id was given it. */
export function newTaskId(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
}

/** Whether a caller is the one whose task it is. */
export function isOwner(task: TaskOwner, { tenant, principal }: TaskOwner): boolean {
  return task.tenant === tenant && task.principal === principal;
}
