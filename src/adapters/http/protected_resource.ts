/** What clients are told of where tokens come from: RFC 9728, and the challenges of RFC 6750. */
import { GomcpError, type Problem } from "../../base/errors.ts";
import { webAddressFault } from "../../base/web_address.ts";

/** A server that takes tokens of OAuth, as it is told to clients. */
export interface ProtectedResource {
  /**
   * The address of the server as clients reach it, with or without /mcp. Behind a proxy it cannot be
   * known from requests. @default "http://" and the Host that a request names
   */
  readonly url?: string | undefined;
  /** The issuers that clients can get tokens from, at least one. */
  readonly authorizationServers: readonly string[];
  /** The scopes that are good for something. @default none */
  readonly scopes?: readonly string[];
}

/** Where metadata is, before the resource's own path (RFC 9728 section 3.1). */
const WELL_KNOWN = "/.well-known/oauth-protected-resource";
const MCP = "/mcp";
/** How every challenge begins. */
export const REALM = 'Bearer realm="gomcp"';
const DETAIL_CHARS_MAX = 300;

/** Says where tokens come from. */
export class ResourceMetadata {
  readonly #resource: ProtectedResource;
  readonly #origin: string | undefined;
  /** The path that the server is below, most often empty. */
  readonly #path: string;

  /** @throws {GomcpError} `invalid_request` for an address that is no such thing. */
  constructor(resource: ProtectedResource) {
    const { url } = resource;
    const fault = url === undefined ? undefined : webAddressFault(url);
    if (fault !== undefined) {
      const text = `Cannot use resource URL "${url}": ${fault}`;
      throw new GomcpError("invalid_request", text);
    }
    this.#resource = resource;
    const base = url === undefined ? undefined : new URL(url);
    this.#origin = base?.origin;
    this.#path = base?.pathname.replace(/\/$/, "").replace(/\/mcp$/, "") ?? "";
  }

  /** The metadata at a path, as JSON; undefined where none is. `host` is the request's. */
  at(path: string, host: string): string | undefined {
    if (!path.startsWith(WELL_KNOWN)) return undefined;
    const own = this.#path;
    const ofPath = path.slice(WELL_KNOWN.length);
    const isMcp = ofPath === MCP || ofPath === own + MCP;
    if (!isMcp && !["", "/", own].includes(ofPath)) return undefined;
    const { authorizationServers, scopes = [] } = this.#resource;
    return JSON.stringify({
      // A client refuses metadata of another resource than it asked for (section 3.3).
      resource: this.#originFor(host) + own + (isMcp ? MCP : ""),
      authorization_servers: authorizationServers,
      ...(scopes.length > 0 && { scopes_supported: scopes }),
      bearer_methods_supported: ["header"],
    });
  }

  /** The challenge for a refused request (RFC 6750 section 3, RFC 9728 section 5.1). */
  challenge(problem: Problem, credentialSent: boolean, path: string, host: string): string {
    const scopes = problem.requiredScopes ?? this.#resource.scopes ?? [];
    return [
      REALM,
      ...(credentialSent ? errorParts(problem) : []),
      ...scopePart(scopes),
      this.#metadataPart(path, host),
    ].join(", ");
  }

  /** Adds where tokens come from to a challenge that was made by `moreScopes`. */
  completeChallenge(headers: Headers, path: string, host: string): void {
    const begun = headers.get("www-authenticate");
    if (begun === null) return;
    headers.set("www-authenticate", `${begun}, ${this.#metadataPart(path, host)}`);
  }

  #metadataPart(path: string, host: string): string {
    const url = this.#originFor(host) + WELL_KNOWN + this.#path + (path === MCP ? MCP : "");
    return `resource_metadata="${url}"`;
  }

  #originFor(host: string): string {
    return this.#origin ?? `http://${host}`;
  }
}

/** The header that asks for a token with more scopes; none for other problems. */
export function moreScopes(problem: Problem): Record<string, string> {
  const { requiredScopes } = problem;
  if (requiredScopes === undefined) return {};
  const parts = [REALM, ...errorParts(problem), ...scopePart(requiredScopes)];
  return { "www-authenticate": parts.join(", ") };
}

function scopePart(scopes: readonly string[]): readonly string[] {
  return scopes.length > 0 ? [`scope="${scopes.join(" ")}"`] : [];
}

/** What RFC 6750 section 3.1 calls a problem. */
export function errorParts(problem: Problem): readonly string[] {
  const error = problem.requiredScopes !== undefined
    ? "insufficient_scope"
    : problem.code === "invalid_request"
    ? "invalid_request"
    : "invalid_token";
  // Other characters than these may not stand there (section 3).
  const detail = problem.detail.slice(0, DETAIL_CHARS_MAX).replace(/["\\]/g, "'")
    .replace(/[^\x20-\x7e]/g, "?");
  return [`error="${error}"`, `error_description="${detail}"`];
}
