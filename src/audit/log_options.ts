/** What an audit log is made of, checked before it is made. */
import type { Clock } from "../base/clock.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { AuditPolicy } from "./policy.ts";
import type { AuditSink } from "./sink.ts";

/**
 * What happens to calls when records cannot be kept. `best_effort`: nothing. `required`: a call
 * runs only once a sink has the record that it came in. `strict`: only once that record is on
 * stable storage.
 */
export const AUDIT_MODES = ["best_effort", "required", "strict"] as const;
/** One of them. */
export type AuditMode = (typeof AUDIT_MODES)[number];

/** What an audit log is made of. */
export interface AuditLogOptions {
  /** What is recorded of which call. @default who and what of every call */
  readonly policy?: AuditPolicy;
  /** What happens when records cannot be kept. @default "best_effort" */
  readonly mode?: AuditMode;
  /** Where records go. @default nowhere but into memory */
  readonly sinks?: readonly AuditSink[];
  /** The secret of hashes and of what stands for secrets, 32 bytes. @default a random one */
  readonly key?: Uint8Array;
  /** How long a sink may take, in milliseconds, before it counts as failed. @default 2_000 */
  readonly waitMs?: number;
  /** Records that are kept in memory, 0 to 100,000. @default 1_000 */
  readonly ringMax?: number;
  /** Where the log's own troubles are told. @default nobody is told */
  readonly log?: Logger;
  /** Where time comes from. @default the system's */
  readonly clock?: Clock;
}

type Settings = AuditLogOptions & Required<Pick<AuditLogOptions, keyof typeof DEFAULTS>>;

const DEFAULTS = { mode: "best_effort", waitMs: 2_000, ringMax: 1_000, sinks: [] } as const;

/** The options with their defaults. @throws {GomcpError} `invalid_request` saying which is wrong. */
export function checkLogOptions(options: AuditLogOptions): Settings {
  const settings = { ...DEFAULTS, ...options };
  const { waitMs, ringMax, sinks } = settings;
  const { mode, key } = options;
  const refuse = (what: string) => {
    throw new GomcpError("invalid_request", `Cannot make audit log: ${what}`);
  };
  if (mode !== undefined && !AUDIT_MODES.includes(mode)) {
    refuse(`its mode is "${mode}", expected ${AUDIT_MODES.join(", ")}`);
  }
  if (mode !== undefined && mode !== "best_effort" && sinks.length === 0) {
    refuse(`mode "${mode}" has no sink, expected at least one`);
  }
  if (mode === "strict" && !sinks.some(({ durable }) => durable)) {
    refuse(`mode "strict" has no sink on stable storage, expected a file`);
  }
  if (!(waitMs > 0 && waitMs <= LIMITS.timeoutMsMax)) {
    refuse(`waitMs is ${waitMs}, expected more than 0 and at most ${LIMITS.timeoutMsMax}`);
  }
  if (!Number.isInteger(ringMax) || ringMax < 0 || ringMax > LIMITS.auditRingMax) {
    refuse(`ringMax is ${ringMax}, expected an integer from 0 to ${LIMITS.auditRingMax}`);
  }
  if (key !== undefined && key.length !== 32) {
    refuse(`its key has ${key.length} bytes, expected 32`);
  }
  return settings;
}
