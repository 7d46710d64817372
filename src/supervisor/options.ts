/** What a supervisor can be told, and within which bounds. */
import { type Clock, systemClock } from "../base/clock.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { type Logger, SILENT_LOG } from "../base/log.ts";

/** The bounds of a supervisor, and what it stands on. */
export interface SupervisorOptions {
  /** The deadline of a call whose tool and client name none. @default 30_000 */
  readonly defaultTimeoutMs?: number;
  /** Calls that run at once; at least 1. @default 100 */
  readonly maxWorkers?: number;
  /** Calls that may wait for a slot; 0 refuses what cannot run at once. @default 1_000 */
  readonly queueMax?: number;
  /**
   * How often calls are looked at whose answer is given but whose tool goes on. One that
   * was seen twice is given up: its slot is free again, and it counts as `abandoned`.
   * @default 5_000
   */
  readonly heartbeatPeriodMs?: number;
  /** Where time comes from. @default the system's clock */
  readonly clock?: Clock;
  /** Where warnings go. @default nowhere */
  readonly log?: Logger;
}

const DEFAULTS = {
  defaultTimeoutMs: 30_000,
  maxWorkers: 100,
  queueMax: 1_000,
  heartbeatPeriodMs: 5_000,
  clock: systemClock,
  log: SILENT_LOG,
} as const;

/** Every option, said or by default. */
export type SupervisorSettings = Required<SupervisorOptions>;

/** Fills in the defaults and checks the ranges. Throws `invalid_request` for the first that is out. */
export function checkOptions(options: SupervisorOptions): SupervisorSettings {
  const settings = { ...DEFAULTS, ...options };
  checkRange("defaultTimeoutMs", settings.defaultTimeoutMs, 1, LIMITS.timeoutMsMax);
  checkRange("maxWorkers", settings.maxWorkers, 1, LIMITS.workersMax);
  checkRange("queueMax", settings.queueMax, 0, LIMITS.queueMax);
  checkRange("heartbeatPeriodMs", settings.heartbeatPeriodMs, 10, LIMITS.timeoutMsMax);
  return settings;
}

function checkRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new GomcpError(
    "invalid_request",
    `Cannot create supervisor: ${name} is ${value}, expected an integer from ${min} to ${max}`,
  );
}
