/** The signatures that access tokens may have. */

/** How a token is signed: by a private key, checked by the public one (RFC 7518, RFC 8037, RFC 9864). */
export type TokenAlgorithm =
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA"
  | "Ed25519";

/** All of them. Those with a secret are no use to who only checks, and "none" is none. */
export const TOKEN_ALGORITHMS: readonly TokenAlgorithm[] = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const,
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"] as const,
];
