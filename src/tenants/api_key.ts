/** API keys: 256 random bits with a checksum, behind a prefix that scanners find. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What every key begins with. */
export const KEY_PREFIX = "gmcp_";

const UTF8 = new TextEncoder();
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 62^43 is just above 2^256, 62^6 above 2^32. */
const SECRET_DIGITS = 43;
const SUM_DIGITS = 6;
const FORM = /^gmcp_[0-9A-Za-z]{49}$/;

/** A key as the store has it. The key itself is nowhere. */
export interface KeyRecord {
  /** Names the key to people; no secret. */
  readonly id: string;
  /** The SHA-256 of the key, base64url. */
  readonly hash: string;
  /** Whose it is. */
  readonly tenant: string;
  /** What it is for. */
  readonly name: string;
  /** Globs of what it is good for; undefined for all that the tenant may see. */
  readonly scopes: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  /** From when on it is refused, in milliseconds since 1970; undefined for never. */
  readonly expiresMs: number | undefined;
  /** When it was last seen, to the minute; undefined for never. */
  readonly lastUsedMs: number | undefined;
}

/** A new key: `gmcp_`, 43 digits of the secret and 6 of its CRC-32, both in base 62. */
export function createKeyText(): string {
  const secret = toBase62(BigInt(`0x${randomBytes(32).toString("hex")}`), SECRET_DIGITS);
  return KEY_PREFIX + secret + checksum(secret);
}

/** A new key's id. */
export function createKeyId(): string {
  return toBase62(BigInt(`0x${randomBytes(8).toString("hex")}`), 11).slice(-10);
}

/** False for what was mistyped, cut off or never was a key: no store has to be asked for it. */
export function isKeyText(text: string): boolean {
  if (!FORM.test(text)) return false;
  const secret = text.slice(KEY_PREFIX.length, -SUM_DIGITS);
  return text.endsWith(checksum(secret));
}

/** What stands in the store for a key. A key has 256 random bits: no salt could add to that. */
export function hashKey(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** Takes the same time wherever they differ. */
export function isSameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(UTF8.encode(a), UTF8.encode(b));
}

function checksum(secret: string): string {
  return toBase62(BigInt(crc32(KEY_PREFIX + secret)), SUM_DIGITS);
}

function toBase62(value: bigint, digits: number): string {
  let text = "";
  for (let rest = value; text.length < digits; rest /= 62n) {
    text = DIGITS[Number(rest % 62n)] + text;
  }
  return text;
}

/** ISO 3309, as in gzip (RFC 1952 section 8). */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
