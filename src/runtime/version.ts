/** What this program is: its version, and the revisions of MCP that it serves. */
import { LEGACY_VERSIONS, MODERN_VERSIONS } from "../protocol/versions.ts";

/** `deno.json` says the same; a test holds them together. */
export const VERSION = "0.1.0";

/** What the build of one file writes the commit over (scripts/compile). */
export const COMMIT_MARK: string = "commit-of-this-build-not-stamped";

/** The commit that a build was made of; undefined where the program runs from source, or git was missing. */
export const COMMIT: string | undefined = /^[0-9a-f]{40}(-dirty)?$/.test(COMMIT_MARK)
  ? COMMIT_MARK
  : undefined;

/** Newest first. */
export const SERVED_REVISIONS: readonly string[] = [...MODERN_VERSIONS, ...LEGACY_VERSIONS];
