/** How messages reach an upstream server: the port that processes and HTTP connections implement. */
import type { Problem } from "../base/errors.ts";

/** Why a connection has ended, as supervisors have it. */
export interface TransportEnd {
  readonly kind: "normal" | "shutdown" | "crash" | "killed";
  readonly detail: string;
}

/** A message on its way to the upstream, with what HTTP repeats of it outside of the body. */
export interface Outgoing {
  /** JSON, without a newline. */
  readonly text: string;
  /** Of a request: its id. */
  readonly id?: number | undefined;
  /** Undefined for an answer. */
  readonly method?: string | undefined;
  /** The tool or prompt that it names, or the resource. */
  readonly name?: string | undefined;
  /** Arguments that are repeated as headers (2026-07-28, transports: x-mcp-header). */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Hears what the upstream says. */
export interface TransportListener {
  /** A message; `about` is the request whose answer stream it came by, where there are such. */
  onMessage(text: string, about: number | undefined): void;
  /** A request will have no answer. */
  onLost(id: number, problem: Problem): void;
  /** Whether somebody waits for the answer to a request. */
  isWaiting(id: number): boolean;
}

/** What both sides have agreed on. */
export interface Agreed {
  readonly era: "modern" | "legacy";
  /** The revision. */
  readonly version: string;
}

/** A connection to an upstream. */
export interface UpstreamTransport {
  /** Whether what comes as an answer's stream belongs to that answer's request alone. */
  readonly hasStreams: boolean;
  /** Resolves once, when it has ended. */
  readonly exited: Promise<TransportEnd>;
  /** Of a process that was started for it: its id. */
  readonly pid?: number;
  send(message: Outgoing): void;
  /** Nobody waits for the answer to a request any more. */
  abandon(id: number): void;
  /** From now on messages are of this era. */
  agree(agreed: Agreed): void;
  /** Asks it to end in its own time. */
  stop(why: string): void;
  /** Ends it at once. */
  kill(): void;
}

/** Opens a connection; rejects with a `GomcpError` of `upstream_failed`. */
export type OpenTransport = (
  listener: TransportListener,
  signal: AbortSignal,
) => Promise<UpstreamTransport>;
