/** What tools and prompts say of themselves, checked in one place. */
import { GomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";

/** The names that tools and prompts may have (2025-11-25, server/tools: tool names). */
export const NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** @throws {GomcpError} `invalid_request` when these are no icons. */
export function checkIcons(icons: unknown): void {
  if (icons === undefined) return;
  if (!Array.isArray(icons)) return reject("its icons are no array");
  for (const icon of icons) {
    if (!isRecord(icon) || typeof icon.src !== "string" || !/^(https:|data:)/.test(icon.src)) {
      reject('an icon needs a "src" that is an https: or data: URI');
    }
    const { mimeType, sizes, theme } = icon as Record<string, unknown>;
    if (mimeType !== undefined && typeof mimeType !== "string") {
      reject(`an icon's mimeType is ${kindOf(mimeType)}, expected string`);
    }
    if (sizes !== undefined && !(Array.isArray(sizes) && sizes.every(isString))) {
      reject(`an icon's sizes are no list of strings such as "48x48"`);
    }
    if (theme !== undefined && theme !== "light" && theme !== "dark") {
      reject(`an icon's theme is not "light" or "dark"`);
    }
  }
}

/** @throws {GomcpError} `invalid_request` for an option that is misspelt, or that there is not. */
export function checkOptionNames(options: unknown, known: ReadonlySet<string>): void {
  if (!isRecord(options)) return reject(`its options are ${kindOf(options)}, expected object`);
  for (const key of Object.keys(options)) {
    if (!known.has(key)) reject(`"${key}" is not a known option`);
  }
}

/** @throws {GomcpError} `invalid_request` for one that is there and no string. */
export function checkTexts(texts: Readonly<Record<string, unknown>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (text !== undefined && typeof text !== "string") {
      reject(`its ${name} is ${kindOf(text)}, expected string`);
    }
  }
}

function isString(value: unknown): boolean {
  return typeof value === "string";
}

function reject(what: string): never {
  throw new GomcpError("invalid_request", what);
}
