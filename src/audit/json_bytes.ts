/**
 * How many bytes a value is as JSON, without making the text: a size is on record of every call,
 * and the text of its values of few. Says what `JSON.stringify` and UTF-8 would come to.
 */

import { isPlainJson } from "../base/json.ts";
import { utf8Length } from "../base/utf8_length.ts";

/** From this length on the engine's own way is faster than a loop. */
const LONG_CHARS = 4_096;

/** Undefined for what has no JSON. @throws what JSON.stringify throws, for cycles and BigInt. */
export function jsonBytes(value: unknown): number | undefined {
  switch (typeof value) {
    case "string":
      return textBytes(value);
    case "number":
      return Number.isFinite(value) ? String(value).length : 4;
    case "boolean":
      return value ? 4 : 5;
    case "object":
      return value === null ? 4 : objectBytes(value);
    default:
      return wholeBytes(value);
  }
}

function objectBytes(value: object): number | undefined {
  if (Array.isArray(value)) return arrayBytes(value);
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  if (!isPlain || (value as { toJSON?: unknown }).toJSON !== undefined) return wholeBytes(value);
  let bytes = 1;
  // Own keys and no others: such prototypes have none that this loop would see.
  for (const key in value) {
    const each = (value as Record<string, unknown>)[key];
    const member = typeof each === "string" ? textBytes(each) : jsonBytes(each);
    // A colon, and a comma or the brace at the end.
    if (member !== undefined) bytes += textBytes(key) + 1 + member + 1;
  }
  return bytes === 1 ? 2 : bytes;
}

function arrayBytes(list: readonly unknown[]): number | undefined {
  if ("toJSON" in list) return wholeBytes(list);
  let bytes = 2 + Math.max(list.length - 1, 0);
  for (let i = 0; i < list.length; i++) bytes += jsonBytes(list[i]) ?? 4;
  return bytes;
}

function wholeBytes(value: unknown): number | undefined {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : utf8Length(text);
}

/** A text with its quotes and escapes. */
export function textBytes(text: string): number {
  const { length } = text;
  if (isPlainJson(text)) return length + 2;
  if (length > LONG_CHARS) return utf8Length(JSON.stringify(text));
  let bytes = length + 2;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x20 && unit < 0x7f) {
      if (unit === 0x22 || unit === 0x5c) bytes++;
    } else if (unit > 0x7f || unit < 0x20) return utf8Length(JSON.stringify(text));
  }
  return bytes;
}
