/** What a supervisor tells of its children. */
import type { ExitReason } from "./child.ts";

/** Something that has happened in a supervisor, in the order in which it happened. */
export type TreeEvent =
  & {
    /** The name of the supervisor. */
    readonly supervisor: string;
  }
  & (
    | { readonly kind: "started"; readonly child: string }
    | { readonly kind: "start_failed"; readonly child: string; readonly detail: string }
    | { readonly kind: "stopping"; readonly child: string; readonly why: string }
    /** It did not end when asked, or was never to be asked. */
    | { readonly kind: "killed"; readonly child: string }
    /** It did not even end when it was killed; nobody waits for it any more. */
    | { readonly kind: "lost"; readonly child: string }
    | {
      readonly kind: "exited";
      readonly child: string;
      readonly reason: ExitReason;
      /** True when the supervisor had asked for it. */
      readonly expected: boolean;
    }
    /** It will be started again, with its siblings where the strategy says so, after `delayMs`. */
    | {
      readonly kind: "restarting";
      readonly child: string;
      readonly delayMs: number;
      /** How often in a row it has failed by now. */
      readonly attempt: number;
    }
    /** Too many restarts: all children are stopped, and whoever supervises the supervisor is told. */
    | { readonly kind: "gave_up"; readonly detail: string }
    | { readonly kind: "stopped" }
  );

/** Hears of events. Must not throw; may call the supervisor. */
export type TreeListener = (event: TreeEvent) => void;
