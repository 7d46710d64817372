/** What an operator decides about an upstream: what configuration gives, and upstreams take. */

/** How a tool or prompt of an upstream is shown. */
export interface ToolOverride {
  /** Its whole name here, in place of the prefix and its own. */
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** Left out of all lists, and not to be called. */
  readonly hide?: boolean | undefined;
  /** Arguments that it gets where a caller says nothing. */
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
  /** The longest that a call of it may take, in milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** Where an upstream is. */
export type UpstreamTarget =
  | {
    readonly kind: "command";
    readonly command: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly cwd: string | undefined;
  }
  | {
    readonly kind: "url";
    readonly url: string;
    /** "auto" tries Streamable HTTP, and what was before it where the server asks for that. */
    readonly transport: "auto" | "http" | "sse";
    readonly headers: Readonly<Record<string, string>>;
    /** Addresses that are refused otherwise: link-local ones and those of clouds' metadata. */
    readonly allowLinkLocal: boolean;
  }
  | {
    readonly kind: "openapi";
    /** A file or an address. */
    readonly document: string;
    /** The address of the API; undefined for what the document says. */
    readonly server: string | undefined;
    readonly headers: Readonly<Record<string, string>>;
    readonly allowLinkLocal: boolean;
    /** Operations that become tools: with one of these tags, or of these names; none for all. */
    readonly tags: readonly string[];
    readonly operations: readonly string[];
    readonly responseBytesMax: number;
  };

/** An upstream as it is to be served. Times are milliseconds. */
export interface UpstreamSettings {
  /** Names it, and stands before the names of what it has. */
  readonly name: string;
  /** In place of the name, before the names of what it has; may be empty. */
  readonly prefix: string;
  readonly target: UpstreamTarget;
  readonly protocol: "auto" | "modern" | "legacy";
  /** The only tenant that sees it; undefined for all. */
  readonly tenant: string | undefined;
  /** How long it may take to connect, and to say what it has. */
  readonly connectMs: number;
  /** The longest that a call may take; undefined for the server's. */
  readonly callMs: number | undefined;
  /** Without calls for so long it is disconnected until the next one; undefined for never. */
  readonly idleMs: number | undefined;
  /** Nobody waits for it at the start. */
  readonly isLazy: boolean;
  /** Calls that it has at once; more wait. */
  readonly concurrency: number;
  /** Calls that wait; more are refused. */
  readonly queueMax: number;
  /** Failures in a row after which calls are refused. */
  readonly breakerFailures: number;
  /** For how long; then one call is tried. */
  readonly breakerMs: number;
  /** How long what it has stays in the lists while it is away. */
  readonly leaveOutMs: number;
  /** Restarts within `restartPeriodMs`; above, it is left alone for `retryMs`. */
  readonly restarts: number;
  readonly restartPeriodMs: number;
  readonly retryMs: number;
  /** How often its lists are read although it has told of no change; undefined for never. */
  readonly refreshMs: number | undefined;
  /** Globs of names, its own: what is served of it. */
  readonly allow: readonly string[];
  /** Globs of names and addresses, its own: what is not. */
  readonly hide: readonly string[];
  /** By the names that the upstream gives them. */
  readonly tools: Readonly<Record<string, ToolOverride>>;
  /** What must not be seen of it anywhere. */
  readonly secrets: readonly string[];
}
