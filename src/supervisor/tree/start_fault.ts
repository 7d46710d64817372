/** What one hears who asked for a child that does not come up. */
import { GomcpError } from "../../base/errors.ts";

export function startFault(what: string, why: string): GomcpError {
  return new GomcpError("worker_lost", `Cannot start "${what}": ${why}`);
}
