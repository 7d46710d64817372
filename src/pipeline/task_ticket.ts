/** Calls that may go on as a task, after their caller was answered: what the layers know of it. */
import type { Call } from "./call.ts";
import type { Decision } from "./outcome.ts";

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
