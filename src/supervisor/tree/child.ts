/** What a supervisor supervises: a child by its port, and its specification (OTP, supervisor: child_spec). */

/** Why a child has ended. */
export type ExitReason =
  /** By itself, its work done. */
  | { readonly kind: "normal"; readonly detail?: string }
  /** Because it was asked to. */
  | { readonly kind: "shutdown"; readonly detail?: string }
  /** By a fault of its own. */
  | { readonly kind: "crash"; readonly detail: string }
  /** By force. */
  | { readonly kind: "killed"; readonly detail?: string };

/** A child that runs: the port that processes, connections and nested supervisors implement. */
export interface ChildHandle {
  /** Resolves once, when it has ended, for whatever reason. A rejection counts as a crash. */
  readonly exited: Promise<ExitReason>;
  /** Asks it to end in its own time. Called once at most; must not wait. */
  stop(why: string): void;
  /** Ends it at once. May be called when it has ended already. */
  kill(): void;
}

/**
 * When a child that ended is started again: `permanent` always, `transient` unless it ended
 * normally or was asked to, `temporary` never, not even together with its siblings.
 */
export type RestartType = "permanent" | "transient" | "temporary";

/** What a supervisor has to know of a child. */
export interface ChildSpec {
  /** Names it among its siblings. */
  readonly id: string;
  /**
   * Starts it; it runs when the promise resolves. The signal aborts when nobody waits any more:
   * what comes after that is killed.
   */
  readonly start: (signal: AbortSignal) => ChildHandle | Promise<ChildHandle>;
  /** When it is started again. @default "permanent" */
  readonly restart?: RestartType;
  /**
   * How long it may take to end when asked, in milliseconds; then it is killed. "kill" does not
   * ask. `Infinity` is for nested supervisors, whose own children have their times.
   * @default 5_000
   */
  readonly shutdownMs?: number | "kill";
  /** How long it may take to start. @default 30_000 */
  readonly startMs?: number;
}

/** Whether a child that ended so is to be started again. */
export function restartsAfter(restart: RestartType, { kind }: ExitReason): boolean {
  if (restart === "temporary") return false;
  return restart === "permanent" || kind === "crash" || kind === "killed";
}

/** The reason in words, for logs. */
export function describeExit({ kind, detail }: ExitReason): string {
  return detail === undefined ? kind : `${kind}: ${detail}`;
}
