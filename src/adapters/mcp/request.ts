/** A request of MCP on its way to its method, and what comes back. */
import type { Era } from "../../protocol/era.ts";
import type { OpenBatch } from "../../runtime/batches.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { Exchange, Peer } from "./peer.ts";

/** The text of the answer, or undefined when none is to be sent. */
export type Answer = string | undefined;

/** A request on its way to its method. */
export interface Request {
  readonly runtime: Runtime;
  readonly peer: Peer;
  readonly exchange: Exchange;
  readonly id: string | number;
  readonly params: Record<string, unknown>;
  /** The batch that it came in. */
  readonly batch?: OpenBatch | undefined;
  /** Whose rules it goes by. */
  readonly era: Era;
}
