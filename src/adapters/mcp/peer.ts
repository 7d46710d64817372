/** One conversation: a stdio process, a legacy HTTP session, or a single modern HTTP request. */
import type { AdapterName, Call, ClientInfo } from "../../pipeline/call.ts";
import type { RequestId } from "../../protocol/jsonrpc.ts";
import type { McpLogLevel } from "../../protocol/logging.ts";
import type { LegacyVersion } from "../../protocol/versions.ts";

export class Peer {
  readonly adapter: AdapterName;
  /** What the connection shows of the client. */
  readonly connection: ClientInfo;
  /** What is known of the client: the connection, and after a handshake what it said of itself. */
  client: ClientInfo;
  /** What the handshake agreed on; undefined before one, and always for modern requests. */
  version: LegacyVersion | undefined = undefined;
  /** What a legacy client set by `logging/setLevel`. */
  logLevel: McpLogLevel | undefined = undefined;
  /** Calls that have no answer yet, for `notifications/cancelled` and for duplicate ids. */
  readonly open = new Map<RequestId, Call>();

  constructor(adapter: AdapterName, connection: ClientInfo) {
    this.adapter = adapter;
    this.connection = connection;
    this.client = connection;
  }

  /** Ends all open calls; each is answered as cancelled, if there is still somebody to read it. */
  stopAll(detail: string): void {
    for (const call of [...this.open.values()]) call.cancel(detail);
  }
}

/** The way back to the client for one message. */
export interface Exchange {
  /** Sends a notification ahead of the answer. */
  notify(text: string): void;
  /** Told when a call is not answered at once, so that it can be stopped from outside. */
  onPending?(call: Call): void;
  /** When a refused call is worth trying again; set by the endpoint. */
  retryAfterMs?: number;
}
