/** What the command line needs to supervise processes. */
export {
  type ChildSupervisor,
  createChildSupervisor,
} from "../supervisor/tree/child_supervisor.ts";
export type { ChildHandle, ChildSpec, ExitReason } from "../supervisor/tree/child.ts";
export type { TreeEvent } from "../supervisor/tree/events.ts";
