/** What tools and prompts say of themselves, checked in one place. */
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";

/** The names that tools and prompts may have (2025-11-25, server/tools: tool names). */
export const NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** @throws {GomcpError} `invalid_request` when these are no icons. */
export function checkIcons(icons: unknown): void {
  if (icons === undefined) return;
  if (!Array.isArray(icons)) throw new GomcpError("invalid_request", "its icons are no array");
  for (const icon of icons) {
    if (!isRecord(icon) || typeof icon.src !== "string" || !/^(https:|data:)/.test(icon.src)) {
      const text = 'an icon needs a "src" that is an https: or data: URI';
      throw new GomcpError("invalid_request", text);
    }
  }
}
