/** The revisions of MCP that gomcp serves, newest first. */

/** Revisions with per-request metadata and no handshake. */
export const MODERN_VERSIONS = ["2026-07-28"] as const;

/** Revisions with the `initialize` handshake. */
export const LEGACY_VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;

export type ModernVersion = (typeof MODERN_VERSIONS)[number];
export type LegacyVersion = (typeof LEGACY_VERSIONS)[number];

export function isModernVersion(version: unknown): version is ModernVersion {
  return MODERN_VERSIONS.includes(version as ModernVersion);
}

export function isLegacyVersion(version: unknown): version is LegacyVersion {
  return LEGACY_VERSIONS.includes(version as LegacyVersion);
}

/** Who the server says it is. */
export interface ServerInfo {
  /** For programs. */
  readonly name: string;
  /** For people. */
  readonly title?: string;
  /** Its version. */
  readonly version: string;
}
