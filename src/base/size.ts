/** Sizes as people write them ("64KiB", "4MiB") and as the core takes them (bytes). */
import { GomcpError } from "./errors.ts";

const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
};

/**
 * Reads a size such as "65536", "64KiB" or "4MB"; 0 or more bytes, rounded.
 *
 * @throws {GomcpError} `invalid_request` when the text is no size.
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(B|[KMG]i?B)?$/.exec(text);
  if (match === null) {
    throw new GomcpError(
      "invalid_request",
      `Cannot read size "${text}", expected bytes or a number with a unit, such as "64KiB" or "4MB"`,
    );
  }
  return Math.round(Number(match[1]) * UNIT_BYTES[match[2] ?? "B"]!);
}

/** Writes bytes in the largest binary unit that is exact: 4194304 → "4MiB". */
export function formatSize(bytes: number): string {
  for (const unit of ["GiB", "MiB", "KiB"]) {
    if (bytes >= UNIT_BYTES[unit]! && bytes % UNIT_BYTES[unit]! === 0) {
      return `${bytes / UNIT_BYTES[unit]!}${unit}`;
    }
  }
  return `${bytes}B`;
}
