/** The port to what checks tokens of OAuth. */
import type { Problem } from "../base/errors.ts";

/** What a good token says. */
export interface TokenClaims {
  /** Whose calls are made with it. */
  readonly tenant: string;
  /**
   * Whether the issuer has named the tenant, and not the operator: then the store must have it, also
   * where it is `default`, which goes without limits else. @default false
   */
  readonly namesTenant?: boolean;
  /** Whom it was given to: sessions belong to it. Never the id of an API key. */
  readonly subject: string;
  /** Globs of what it is good for; undefined for all that the tenant may see. */
  readonly scopes: readonly string[] | undefined;
  /** From when on it is refused, in milliseconds since 1970. */
  readonly expiresMs: number;
  /**
   * The scopes of OAuth with which it would be good for a name, those that it has included; without
   * a name, for anything. Empty where none would do. Left out where scopes mean nothing.
   */
  readonly scopesFor?: (name?: string) => readonly string[];
  /** False once its key has been withdrawn, or cannot be known to be good any more. */
  readonly isCurrent?: () => boolean;
}

/** Checks tokens. */
export interface TokenVerifier {
  /**
   * What the token says; or a problem, whose detail goes to the client and to the log: `overloaded`
   * when it cannot be checked now, else `unauthenticated`. It never has the token in it.
   */
  verify(token: string): Promise<TokenClaims | Problem>;
  /** False while no token can be checked. @default always true */
  isReady?(): boolean;
}
