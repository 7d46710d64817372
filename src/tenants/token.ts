/** The port to what checks tokens of OAuth. */
import type { Problem } from "../base/errors.ts";

/** What a good token says. */
export interface TokenClaims {
  /** Whose calls are made with it. */
  readonly tenant: string;
  /** Whom it was given to, for logs. */
  readonly subject: string;
  /** Globs of what it is good for; undefined for all that the tenant may see. */
  readonly scopes: readonly string[] | undefined;
  /** From when on it is refused, in milliseconds since 1970. */
  readonly expiresMs: number;
}

/** Checks tokens. */
export interface TokenVerifier {
  /** What the token says, or a problem `unauthenticated` that does not say which part is wrong. */
  verify(token: string): Promise<TokenClaims | Problem>;
}
