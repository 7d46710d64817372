/** What this program is: its version, and the revisions of MCP that it serves. */
import { LEGACY_VERSIONS, MODERN_VERSIONS } from "../protocol/versions.ts";

/** `deno.json` says the same; a test holds them together. */
export const VERSION = "0.1.0";

/** Newest first. */
export const SERVED_REVISIONS: readonly string[] = [...MODERN_VERSIONS, ...LEGACY_VERSIONS];
