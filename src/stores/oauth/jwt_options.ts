/** What a verifier of JWTs is told, and what of it is refused. */
import { type Clock, systemClock } from "../../base/clock.ts";
import { GomcpError } from "../../base/errors.ts";
import { type Logger, SILENT_LOG } from "../../base/log.ts";
import { TOKEN_ALGORITHMS, type TokenAlgorithm } from "../../base/token_algorithms.ts";
import { webAddressFault } from "../../base/web_address.ts";
import { type ScopeRule, ScopeRules } from "../../tenants/scope_rules.ts";
import type { TenantSource } from "./token_claims.ts";

/** Whose tokens are taken, and what they are good for. */
export interface JwtVerifierOptions {
  /** The issuer, exactly as tokens have it in `iss`: https, or http on loopback. */
  readonly issuer: string;
  /** What tokens must be meant for, one of these in `aud`: this server's names. */
  readonly audiences: readonly string[];
  /** Where the issuer's keys are. @default what its metadata says (RFC 8414, OpenID Connect) */
  readonly jwksUrl?: string | undefined;
  /** Algorithms that are taken. @default all with public keys */
  readonly algorithms?: readonly TokenAlgorithm[] | undefined;
  /** What scopes are good for; "any": tokens are good for all that their tenant may see. */
  readonly scopes: readonly ScopeRule[] | "any";
  /** Which tenant a token is of. @default "default" */
  readonly tenants?: TenantSource | undefined;
  /** Where time comes from. @default the system's clock */
  readonly clock?: Clock;
  /** Who is told of keys that cannot be had. @default nobody */
  readonly log?: Logger;
}

/** The options, checked and whole. */
export interface CheckedOptions {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly jwksUrl: string | undefined;
  readonly algorithms: readonly TokenAlgorithm[];
  readonly scopes: ScopeRules | undefined;
  readonly tenants: TenantSource;
  readonly clock: Clock;
  readonly log: Logger;
}

/** @throws {GomcpError} `invalid_request` naming what is wrong. */
export function checkOptions(options: JwtVerifierOptions): CheckedOptions {
  const { issuer, audiences, jwksUrl, scopes } = options;
  checkUrl("issuer", issuer);
  // Some issuers have a query in the address of their keys.
  if (jwksUrl !== undefined) checkUrl("address of keys", jwksUrl.split("?", 1)[0]!);
  if (audiences.length === 0 || audiences.includes("")) {
    const text = "Cannot check tokens: no audience is given, or an empty one, expected what they " +
      "are meant for";
    throw new GomcpError("invalid_request", text);
  }
  const { algorithms = TOKEN_ALGORITHMS } = options;
  const wrong = algorithms.find((name) => !TOKEN_ALGORITHMS.includes(name));
  if (wrong !== undefined || algorithms.length === 0) {
    const text = `Cannot check tokens: their algorithm is "${wrong ?? ""}", expected some of ` +
      TOKEN_ALGORITHMS.join(", ");
    throw new GomcpError("invalid_request", text);
  }
  return {
    issuer,
    audiences,
    jwksUrl,
    algorithms,
    scopes: scopes === "any" ? undefined : new ScopeRules(scopes),
    tenants: options.tenants ?? { tenant: "default" },
    clock: options.clock ?? systemClock,
    log: options.log ?? SILENT_LOG,
  };
}

function checkUrl(what: string, url: string): void {
  const fault = webAddressFault(url);
  if (fault === undefined) return;
  throw new GomcpError("invalid_request", `Cannot check tokens by ${what} "${url}": ${fault}`);
}
