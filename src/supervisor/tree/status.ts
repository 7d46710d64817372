/** A picture of a supervisor of children at one moment. */
import type { SlotState } from "./slot.ts";

export interface TreeStatus {
  readonly name: string;
  /** "failed" when it has given up; nothing of it runs then, or will not for long. */
  readonly state:
    | "new"
    | "starting"
    | "running"
    | "restarting"
    | "stopping"
    | "stopped"
    | "failed";
  /** Why it gave up. */
  readonly failure: string | undefined;
  /** In the order in which they start. "waiting" is for the delay before a restart. */
  readonly children: readonly {
    readonly id: string;
    readonly state: SlotState | "waiting";
    /** How often it was started again. */
    readonly restarts: number;
  }[];
}

/** Where a supervisor is in its life. */
export type Phase = "new" | "starting" | "serving" | "ending" | "ended";

/** `isWhole` when no child is to be started again. */
export function stateOf(phase: Phase, hasFailed: boolean, isWhole: boolean): TreeStatus["state"] {
  switch (phase) {
    case "ended":
      return hasFailed ? "failed" : "stopped";
    case "ending":
      return hasFailed ? "failed" : "stopping";
    case "serving":
      return isWhole ? "running" : "restarting";
    default:
      return phase;
  }
}
