/** How an audit file is written. */
import type { AuditSigner } from "../../audit/signer.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";

/**
 * When what is written goes to stable storage: left to the system, once a second, with every
 * write. In mode `strict`, what calls wait for always does.
 */
export type FsyncPolicy = "never" | "interval" | "always";

/** How an audit file is written. */
export interface AuditFileOptions {
  /** The file. Those that are full are beside it, with the number of their segment in the name. */
  readonly path: string;
  /** Bytes after which a file is full; 0 for no bound. @default 64 MiB */
  readonly rotateBytes?: number;
  /** Milliseconds after which a file is full; 0 for no bound. @default 0 */
  readonly rotateMs?: number;
  /** Full files that are kept, the oldest go; 0 keeps all. @default 0 */
  readonly keep?: number;
  /** When it goes to stable storage. @default "interval" */
  readonly fsync?: FsyncPolicy;
  /** Signs seals. @default they are not signed */
  readonly signer?: AuditSigner;
  /** Where its troubles are told. @default nobody is told */
  readonly log?: Logger;
  /** Where time comes from. @default the system's */
  readonly clock?: Clock;
}

/** `/var/log/audit.jsonl` and 7 → `/var/log/audit.00000007.jsonl`, which sorts before it. */
export function rotatedName(path: string, segment: number): string {
  const { stem, extension } = parts(path);
  return `${stem}.${String(segment).padStart(8, "0")}${extension}`;
}

/** The segment of a full file of `path`; undefined for any other name. */
export function segmentOfName(path: string, name: string): number | undefined {
  const { stem, extension } = parts(path);
  if (!name.startsWith(`${stem}.`) || !name.endsWith(extension)) return undefined;
  const middle = name.slice(stem.length + 1, name.length - extension.length);
  return /^\d{8,}$/.test(middle) ? Number(middle) : undefined;
}

/** The log that a full file is of, by its name; any other name as it is. */
export function logOfName(path: string): string {
  const { stem, extension } = parts(path);
  return stem.replace(/\.\d{8,}$/, "") + extension;
}

function parts(path: string): { stem: string; extension: string } {
  const dot = path.lastIndexOf(".");
  return dot > path.lastIndexOf("/") + 1
    ? { stem: path.slice(0, dot), extension: path.slice(dot) }
    : { stem: path, extension: "" };
}
