/** JSON in one form only, so that equal values have equal hashes (RFC 8785). */
import { createHash } from "node:crypto";
import { GomcpError } from "../base/errors.ts";

/**
 * The value as canonical JSON: keys in the order of their UTF-16 units, no blanks, numbers and
 * strings as ECMAScript writes them.
 *
 * @throws {GomcpError} `invalid_request` for what JSON has no text for, and for half a surrogate pair.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") {
    const members = Object.entries(value).filter(([, each]) => each !== undefined);
    members.sort(([a], [b]) => a < b ? -1 : 1);
    return `{${members.map(([key, each]) => `${text(key)}:${canonicalJson(each)}`).join(",")}}`;
  }
  throw new GomcpError("invalid_request", `Cannot make canonical JSON: ${typeof value} has none`);
}

/** The SHA-256 of the canonical JSON, such as "sha256-" and 43 characters of base64url. */
export function canonicalHash(value: unknown): string {
  return "sha256-" + createHash("sha256").update(canonicalJson(value)).digest("base64url");
}

/** True for values that are equal as JSON; nothing is equal to nothing only. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b);
}

function text(value: string): string {
  if (value.isWellFormed()) return JSON.stringify(value);
  const what = "Cannot make canonical JSON: a text has half of a surrogate pair";
  throw new GomcpError("invalid_request", what);
}
