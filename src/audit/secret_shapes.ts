/** What secrets look like wherever they stand. */

/** Shapes of secrets, by name. */
export type SecretShape =
  | "private_key"
  | "jwt"
  | "authorization"
  | "aws_key"
  | "github_token"
  | "slack_token"
  | "stripe_key"
  | "openai_key"
  | "google_key"
  | "url_password";

/** What each matches. All are linear: no repetition within a repetition. */
export const SECRET_SHAPES: Readonly<Record<SecretShape, RegExp>> = {
  /** PEM, RFC 7468: also one whose end is missing. */
  private_key:
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g,
  /** Compact JWS, RFC 7515. */
  jwt: /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /** RFC 6750 and RFC 7617, as headers have them. */
  authorization: /\b(?:[Bb]earer|[Bb]asic) +[\w.~+/=-]{8,}/g,
  aws_key: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  github_token: /\b(?:gh[pousr]_\w{30,}|github_pat_\w{30,})/g,
  slack_token: /\bxox[abeoprs]-[\w-]{10,}/g,
  stripe_key: /\b[rs]k_(?:live|test)_\w{16,}/g,
  openai_key: /\bsk-[\w-]{20,}/g,
  google_key: /\bAIza[\w-]{35}/g,
  /** User and password of an address, RFC 3986 section 3.2.1. */
  url_password: /:\/\/[^\s/:@]{1,200}:[^\s/@]{1,200}@/g,
};
