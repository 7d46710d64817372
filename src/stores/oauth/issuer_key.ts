/** Public keys of an issuer (RFC 7517), and which algorithms each is good for. */
import type { CryptoKey, JWK } from "jose";
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";

/** The members that a public key has: others, those of a private one above all, are left out. */
const MEMBERS = ["kty", "kid", "alg", "crv", "n", "e", "x", "y"] as const;
const CURVES: Readonly<Record<string, string>> = {
  ES256: "P-256",
  ES384: "P-384",
  ES512: "P-521",
  EdDSA: "Ed25519",
  Ed25519: "Ed25519",
};
/** 2,048 bits at least (RFC 7518 section 3.3); above 8,192 one check takes too long. */
const RSA_CHARS = { min: 341, max: 1_366 };

/** A key as the issuer has it now. */
export class IssuerKey {
  /** Told apart by all that it is made of. */
  readonly identity: string;
  readonly kid: string | undefined;
  /** False once the issuer has it no more. */
  isCurrent = true;
  readonly #jwk: JWK;
  readonly #byAlgorithm = new Map<string, Promise<CryptoKey>>();

  constructor(jwk: JWK) {
    this.#jwk = jwk;
    this.kid = jwk.kid;
    this.identity = JSON.stringify(MEMBERS.map((name) => jwk[name] ?? null));
  }

  /** Whether it may be used with this algorithm: one that it names, or its kind fits. */
  suits(algorithm: string): boolean {
    const { kty, alg, crv } = this.#jwk;
    if (alg !== undefined && alg !== algorithm && !isSameCurve(alg, algorithm)) return false;
    if (/^[RP]S/.test(algorithm)) return kty === "RSA";
    return crv !== undefined && crv === CURVES[algorithm];
  }

  /** The key as WebCrypto takes it. */
  imported(algorithm: string): Promise<CryptoKey> {
    let key = this.#byAlgorithm.get(algorithm);
    if (key === undefined) {
      key = importKey(this.#jwk, algorithm);
      this.#byAlgorithm.set(algorithm, key);
    }
    return key;
  }
}

/** "EdDSA" with a key on Ed25519 is what RFC 9864 calls "Ed25519". */
function isSameCurve(a: string, b: string): boolean {
  return CURVES[a] === "Ed25519" && CURVES[b] === "Ed25519";
}

async function importKey(jwk: JWK, algorithm: string): Promise<CryptoKey> {
  const { importJWK } = await import("jose");
  return await importJWK(jwk, algorithm) as CryptoKey;
}

/**
 * The keys of a JWK Set that signatures can be checked with; others are left out.
 *
 * @throws {Error} for what is no JWK Set, or too large a one.
 */
export function readKeys(value: unknown): IssuerKey[] {
  const keys = isRecord(value) ? value.keys : undefined;
  if (!Array.isArray(keys)) throw new Error("it has no list of keys");
  if (keys.length > LIMITS.issuerKeysMax) {
    throw new Error(`it has ${keys.length} keys, expected at most ${LIMITS.issuerKeysMax}`);
  }
  return keys.flatMap((key) => {
    const jwk = publicJwk(key);
    return jwk === undefined ? [] : [new IssuerKey(jwk)];
  });
}

/** Undefined for keys of other uses, for secrets, and for what is malformed or weak. */
function publicJwk(value: unknown): JWK | undefined {
  if (!isRecord(value)) return undefined;
  const { use, key_ops: operations } = value;
  if (use !== undefined && use !== "sig") return undefined;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) {
    return undefined;
  }
  const members = MEMBERS.filter((name) => value[name] !== undefined);
  if (members.some((name) => typeof value[name] !== "string")) return undefined;
  const jwk = Object.fromEntries(members.map((name) => [name, value[name]])) as unknown as JWK;
  return isUsable(jwk) ? jwk : undefined;
}

function isUsable({ kty, n, e, crv, x, y }: JWK): boolean {
  if (kty === "RSA") {
    const { length } = n ?? "";
    return e !== undefined && length >= RSA_CHARS.min && length <= RSA_CHARS.max;
  }
  if (kty === "EC") return crv !== undefined && x !== undefined && y !== undefined;
  return kty === "OKP" && crv === "Ed25519" && x !== undefined;
}
