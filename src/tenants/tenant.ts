/** A tenant as a record: who it is, what it may use, and how much of it. */
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { isPrintable } from "./printable.ts";

/** The part of the UTC calendar that a quota is for. */
export type QuotaPeriod = "minute" | "hour" | "day" | "month";

/** All of them, the shortest first. */
export const QUOTA_PERIODS: readonly QuotaPeriod[] = ["minute", "hour", "day", "month"];

/** How fast a tenant may call, over all processes. */
export interface TenantRate {
  /** Calls per period, 1 to 1,000,000. */
  readonly count: number;
  /** Milliseconds, 1 to 86,400,000. @default 1_000 */
  readonly periodMs?: number;
  /** Calls that may come at once after a pause, 1 to 1,000,000. @default `count` */
  readonly burst?: number;
}

/** How much a tenant may use. What is left out has no limit of the tenant's own. */
export interface TenantLimits {
  /** Calls that reach a tool, per `period`: 1 to 1,000,000,000,000. */
  readonly maxToolCalls?: number;
  /** Bytes of arguments and results as JSON, per `period`: 1 to 1,000,000,000,000,000. */
  readonly maxBytes?: number;
  /** What `maxToolCalls` and `maxBytes` are for: a minute, hour, day or month of UTC. @default "day" */
  readonly period?: QuotaPeriod;
  /** Calls of tools that run at once, over all processes: 1 to 100,000. */
  readonly maxConcurrent?: number;
  /** Calls of one batch: 1 to 1,000. */
  readonly maxBatchSize?: number;
  /** How fast it may call, over all processes. */
  readonly rate?: TenantRate;
}

/** A tenant. */
export interface Tenant {
  /** 1 to 64 of a–z, 0–9, ".", "_" and "-", beginning with a letter or digit. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** Whether nobody can call on its behalf. */
  readonly suspended: boolean;
  /** How much it may use. */
  readonly limits: TenantLimits;
  /** Globs of what it may see; undefined for everything. */
  readonly allowed: readonly string[] | undefined;
  /** Globs of what it may not see, whatever `allowed` says. */
  readonly denied: readonly string[];
  /** When it was created, in milliseconds since 1970. */
  readonly createdMs: number;
  /**
   * Tells it from an earlier or later tenant of the same id: random, 1 to 2^30 - 1; 0 for those that
   * were created before there was this.
   */
  readonly incarnation: number;
  /** Counts the changes, from 1. */
  readonly version: number;
}

const ID = /^[a-z0-9][a-z0-9._-]*$/;

/** @throws {GomcpError} `invalid_request` for what is no id of a tenant. */
export function checkTenantId(id: string): string {
  if (typeof id === "string" && ID.test(id) && id.length <= LIMITS.tenantIdCharsMax) return id;
  const text = `Cannot use tenant id ${JSON.stringify(id)}: expected 1 to ` +
    `${LIMITS.tenantIdCharsMax} of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit`;
  throw new GomcpError("invalid_request", text);
}

/** @throws {GomcpError} `invalid_request` for what is no name. */
export function checkDisplayName(name: string, what = "tenant"): string {
  if (
    typeof name === "string" && isPrintable(name) && name !== "" &&
    name.length <= LIMITS.tenantNameCharsMax
  ) return name;
  const text = `Cannot use name of ${what}: expected 1 to ${LIMITS.tenantNameCharsMax} ` +
    "characters, none of them a control character";
  throw new GomcpError("invalid_request", text);
}

/** @throws {GomcpError} `invalid_request` naming the limit that is out of range. */
export function checkTenantLimits(limits: TenantLimits): TenantLimits {
  inRange("maxToolCalls", limits.maxToolCalls, 1_000_000_000_000);
  inRange("maxBytes", limits.maxBytes, 1_000_000_000_000_000);
  inRange("maxConcurrent", limits.maxConcurrent, LIMITS.workersMax);
  inRange("maxBatchSize", limits.maxBatchSize, 1_000);
  const { period, rate } = limits;
  if (period !== undefined && !QUOTA_PERIODS.includes(period)) {
    throw wrong("period", JSON.stringify(period), QUOTA_PERIODS.join(", "));
  }
  if (rate !== undefined) {
    inRange("rate.count", rate.count, 1_000_000, true);
    inRange("rate.periodMs", rate.periodMs, 86_400_000);
    inRange("rate.burst", rate.burst, 1_000_000);
  }
  return limits;
}

function inRange(name: string, value: number | undefined, max: number, needed = false): void {
  if (value === undefined && !needed) return;
  if (Number.isInteger(value) && value! >= 1 && value! <= max) return;
  throw wrong(name, String(value), `a whole number from 1 to ${max}`);
}

function wrong(name: string, value: string, expected: string): GomcpError {
  const text = `Cannot use limits: ${name} is ${value}, expected ${expected}`;
  return new GomcpError("invalid_request", text);
}
