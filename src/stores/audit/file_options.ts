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
