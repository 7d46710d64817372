/** Signs seals, so that only who has the key can make a log anew (Ed25519, RFC 8032). */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { describeThrown, GomcpError } from "../base/errors.ts";

/** Signs the hashes of seals. */
export interface AuditSigner {
  /** 32 bytes as base64url. */
  readonly publicKey: string;
  /** 64 bytes as base64url. */
  sign(hash: string): string;
}

/** So that a signature of a seal is good for nothing else. */
const CONTEXT = "gomcp audit seal ";

/**
 * Makes a signer of a private key in PEM (PKCS #8), as `openssl genpkey -algorithm ed25519` writes it.
 *
 * @throws {GomcpError} `invalid_request` for anything else; the message holds nothing of the key.
 */
export function createAuditSigner(pem: string): AuditSigner {
  const key = readKey(() => createPrivateKey(pem), "a private key");
  return {
    publicKey: rawKey(createPublicKey(key)),
    sign: (hash) => sign(null, messageOf(hash), key).toString("base64url"),
  };
}

/**
 * Reads a public key in PEM, as `openssl pkey -pubout` writes it: 32 bytes as base64url.
 *
 * @throws {GomcpError} `invalid_request` for anything else.
 */
export function readPublicKey(pem: string): string {
  return rawKey(readKey(() => createPublicKey(pem), "a public key"));
}

/** Whether a signature is that of the key, both as base64url in its one canonical form. */
export function isSignatureOf(publicKey: string, hash: string, signature: string): boolean {
  try {
    const bytes = decoded(signature);
    const key = createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: publicKey },
      format: "jwk",
    });
    if (rawKey(key) !== publicKey) return false;
    return verify(null, messageOf(hash), key, bytes);
  } catch {
    return false;
  }
}

function messageOf(hash: string): Uint8Array {
  return new TextEncoder().encode(CONTEXT + hash);
}

function rawKey(key: KeyObject): string {
  return key.export({ format: "jwk" }).x!;
}

/** Base64 has several texts for the same bytes; only the canonical one is taken. */
function decoded(text: string): Uint8Array {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(padded), (char) => char.charCodeAt(0));
  const again = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_")
    .replace(/=+$/, "");
  if (again !== text) throw new RangeError("not canonical");
  return bytes;
}

function readKey(read: () => KeyObject, what: string): KeyObject {
  const expected = `expected ${what} of Ed25519 in PEM`;
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    const text = `Cannot read signing key: ${describeThrown(cause)}, ${expected}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  const text = `Cannot read signing key: it is of ${key.asymmetricKeyType}, ${expected}`;
  throw new GomcpError("invalid_request", text);
}
