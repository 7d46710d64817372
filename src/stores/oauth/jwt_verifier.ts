/** Access tokens of OAuth that are JWTs (RFC 9068), checked by the keys of their issuer. */
import type { JWTPayload, JWTVerifyOptions } from "jose";
import type { Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { TokenClaims, TokenVerifier } from "../../tenants/token.ts";
import type { IssuerKey } from "./issuer_key.ts";
import { type CheckedOptions, checkOptions, type JwtVerifierOptions } from "./jwt_options.ts";
import { KeyRing } from "./key_ring.ts";
import { grantedScopes, type Read, subjectOf, tenantOf, wrongKind } from "./token_claims.ts";

/** Checks the tokens of one issuer. */
export interface JwtVerifier extends TokenVerifier {
  /** False until the issuer's keys are there, and when it has been away for too long. */
  isReady(): boolean;
  /** Asks the issuer for its keys now. Never rejects: what went wrong stands in the log. */
  refresh(): Promise<void>;
  /** Asks the issuer no more. May be called twice. */
  close(): Promise<void>;
}

/** What a token names to be checked by; nothing else of its header is looked at. */
interface Header {
  readonly alg: string;
  readonly kid: string | undefined;
}

/** Three parts of base64url (RFC 7515 section 7.1). */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const AWAY_RETRY_MS = 1_000;

/**
 * Makes a verifier and asks the issuer for its keys. A token is good when one of these has signed it
 * by an algorithm that is taken, and issuer, audience, expiry and subject are as they must be; what
 * the token itself says of keys (`jwk`, `jku`, `x5u`) is not looked at.
 *
 * @example
 * ```ts
 * import { createJwtVerifier, createTenantManager, memoryState } from "gomcp";
 *
 * const tokens = createJwtVerifier({
 *   issuer: "http://127.0.0.1:9",
 *   audiences: ["https://tools.example.com/mcp"],
 *   scopes: [{ scope: "files:read", globs: ["read_*", "list_*"] }],
 * });
 * const tenants = createTenantManager(memoryState(), { tokens });
 * const refused = await tenants.authenticate("no.such.token");
 * if (!("code" in refused) || refused.code !== "unauthenticated") throw new Error();
 * await tenants.close();
 * await tokens.close();
 * ```
 *
 * @throws {GomcpError} `invalid_request` for an issuer that is neither https nor on loopback, no
 * audience, an algorithm with a secret, and scopes that are none.
 */
export function createJwtVerifier(options: JwtVerifierOptions): JwtVerifier {
  return new Verifier(checkOptions(options));
}

class Verifier implements JwtVerifier {
  readonly #options: CheckedOptions;
  readonly #ring: KeyRing;

  constructor(options: CheckedOptions) {
    this.#options = options;
    this.#ring = new KeyRing(options);
    this.#ring.look();
  }

  isReady(): boolean {
    return this.#ring.isReady;
  }

  refresh(): Promise<void> {
    return this.#ring.look();
  }

  close(): Promise<void> {
    return this.#ring.close();
  }

  async verify(token: string): Promise<TokenClaims | Problem> {
    // Before anything of it is decoded.
    if (token.length > LIMITS.credentialCharsMax) return refused("it is too long");
    if (!JWT.test(token)) return refused("it is neither an API key nor a JWT");
    const jose = await import("jose");
    const header = readHeader(token, jose.decodeProtectedHeader, this.#options.algorithms);
    if ("fault" in header) return refused(header.fault);
    const { alg, kid } = header.value;
    const keys = await this.#ring.find(alg, kid);
    if (!this.#ring.isReady) return AWAY;
    const [key] = keys;
    if (key === undefined || keys.length > 1) return refused(keyFault(header.value, keys.length));
    try {
      const options = this.#verifyOptions(alg);
      const { payload, protectedHeader } = await jose.jwtVerify(
        token,
        await key.imported(alg),
        options,
      );
      const fault = wrongKind({ ...protectedHeader }, payload);
      return fault === undefined ? this.#claimsOf(payload, key) : refused(fault);
    } catch (error) {
      return refused(faultOf(error, this.#options));
    }
  }

  #verifyOptions(alg: string): JWTVerifyOptions {
    const { issuer, audiences, clock } = this.#options;
    return {
      algorithms: [alg],
      issuer,
      audience: [...audiences],
      requiredClaims: ["exp", "sub"],
      clockTolerance: LIMITS.tokenSkewMs / 1_000,
      currentDate: new Date(clock.wall()),
    };
  }

  #claimsOf(payload: JWTPayload, key: IssuerKey): TokenClaims | Problem {
    const subject = subjectOf(payload);
    if ("fault" in subject) return refused(subject.fault);
    const tenant = tenantOf(payload, this.#options.tenants);
    if ("fault" in tenant) return refused(tenant.fault);
    const claims = {
      tenant: tenant.value,
      namesTenant: "claim" in this.#options.tenants,
      subject: subject.value,
      expiresMs: payload.exp! * 1_000 + LIMITS.tokenSkewMs,
      isCurrent: () => this.#ring.isGood(key),
    };
    const { scopes } = this.#options;
    if (scopes === undefined) return { ...claims, scopes: undefined };
    const said = grantedScopes(payload);
    // No more of them is kept than means something.
    const granted = new Set(scopes.names.filter((name) => said.has(name)));
    return {
      ...claims,
      scopes: scopes.globsOf(granted),
      scopesFor: (name) => scopes.scopesFor(granted, name),
    };
  }
}

function readHeader(
  token: string,
  decode: (token: string) => { alg?: unknown; kid?: unknown },
  algorithms: readonly string[],
): Read<Header> {
  let header;
  try {
    header = decode(token);
  } catch {
    return { fault: "its header cannot be read" };
  }
  const { alg, kid } = header;
  if (typeof alg !== "string" || !algorithms.includes(alg)) {
    return { fault: `its algorithm is ${quoted(alg)}, expected one of ${algorithms.join(", ")}` };
  }
  if (kid !== undefined && typeof kid !== "string") return { fault: "its kid is no text" };
  return { value: { alg, kid } };
}

function keyFault({ alg, kid }: Header, found: number): string {
  const name = kid === undefined ? "" : ` ${quoted(kid)}`;
  if (found === 0) return `its issuer has no key${name} for ${alg}`;
  return `its issuer has several keys${name} for ${alg}, and it does not say which`;
}

/** What jose found, in words that help whoever set the issuer up. */
function faultOf(error: unknown, { issuer, audiences }: CheckedOptions): string {
  const { code, claim, reason, payload } = error as {
    readonly code?: string;
    readonly claim?: string;
    readonly reason?: string;
    readonly payload?: JWTPayload;
  };
  if (code === "ERR_JWT_EXPIRED") return "it has expired";
  if (code === "ERR_JWS_SIGNATURE_VERIFICATION_FAILED") return "its signature is wrong";
  if (code !== "ERR_JWT_CLAIM_VALIDATION_FAILED") return "it is malformed or not supported";
  if (reason === "missing") return `it has no claim "${claim}"`;
  if (claim === "iss") return `its issuer is ${quoted(payload?.iss)}, expected "${issuer}"`;
  if (claim === "aud") {
    const expected = audiences.map((audience) => `"${audience}"`).join(" or ");
    return `its audience is ${quoted(payload?.aud)}, expected ${expected}`;
  }
  return claim === "nbf" ? "it is not valid yet" : `its claim "${claim}" is wrong`;
}

/** Of what a token says, in bounded length. */
function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 200).toWellFormed();
}

function refused(fault: string): Problem {
  return { code: "unauthenticated", detail: `The token is not valid: ${fault}` };
}

const AWAY: Problem = {
  code: "overloaded",
  detail: "Cannot check the token: the keys of its issuer cannot be had now",
  retryAfterMs: AWAY_RETRY_MS,
};
