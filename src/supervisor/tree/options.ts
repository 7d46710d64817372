/** What a supervisor of children can be told, and within which bounds. */
import { type Clock, systemClock } from "../../base/clock.ts";
import { GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { ChildSpec } from "./child.ts";
import type { TreeListener } from "./events.ts";

/**
 * Who is started again when a child fails: the child alone, all children, or the child and those
 * that were started after it (OTP, supervisor: restart strategy).
 */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";

/** What a supervisor of children is made of. */
export interface TreeOptions {
  /** Names it in events. */
  readonly name: string;
  /** In the order in which they start; they stop in the reverse order. @default none */
  readonly children?: readonly ChildSpec[];
  /** Who is started again when a child fails. @default "one_for_one" */
  readonly strategy?: Strategy;
  /** Restarts within a period that are tolerated; one more, and it gives up. @default 3 */
  readonly intensity?: number;
  /** The period, in milliseconds. @default 10_000 */
  readonly periodMs?: number;
  /** Delays of restarts in a row. */
  readonly backoff?: BackoffOptions;
  /** Hears of what happens. @default nobody */
  readonly onEvent?: TreeListener;
  /** Where time comes from. @default the system's clock */
  readonly clock?: Clock;
  /** From 0 to below 1, for the jitter of delays. @default Math.random */
  readonly random?: () => number;
}

export const CHILD_DEFAULTS = {
  restart: "permanent",
  shutdownMs: 5_000,
  startMs: 30_000,
} as const;

/** A child's specification with its defaults filled in. */
export type CheckedSpec = Required<ChildSpec>;

/** Every option, said or by default. */
export interface TreeSettings extends Required<Omit<TreeOptions, "children" | "backoff">> {
  readonly children: readonly CheckedSpec[];
  readonly backoff: Required<BackoffOptions>;
}

/** Fills in the defaults and checks the ranges. Throws `invalid_request` for the first that is out. */
export function checkTree(options: TreeOptions, random: () => number): TreeSettings {
  const settings: TreeSettings = {
    strategy: "one_for_one",
    intensity: 3,
    periodMs: 10_000,
    onEvent: () => {},
    clock: systemClock,
    random,
    ...options,
    backoff: { minMs: 100, maxMs: 30_000, resetMs: 30_000, ...options.backoff },
    children: (options.children ?? []).map((spec) => checkSpec(options.name, spec)),
  };
  const { name, intensity, periodMs, backoff } = settings;
  checkNumber(name, "intensity", intensity, 0, 1_000_000);
  checkNumber(name, "periodMs", periodMs, 1, LIMITS.timeoutMsMax);
  checkNumber(name, "backoff.minMs", backoff.minMs, 0, LIMITS.timeoutMsMax);
  checkNumber(name, "backoff.maxMs", backoff.maxMs, backoff.minMs, LIMITS.timeoutMsMax);
  checkNumber(name, "backoff.resetMs", backoff.resetMs, 0, LIMITS.timeoutMsMax);
  const ids = settings.children.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw refusal(name, `it has two children with the id "${twice}"`);
  return settings;
}

/** Fills in the defaults of one child. Throws `invalid_request` for what is out of range. */
export function checkSpec(supervisor: string, spec: ChildSpec): CheckedSpec {
  const checked = { ...CHILD_DEFAULTS, ...spec };
  const { id, shutdownMs, startMs } = checked;
  if (shutdownMs !== "kill" && shutdownMs !== Infinity) {
    checkNumber(supervisor, `child "${id}": shutdownMs`, shutdownMs, 0, LIMITS.timeoutMsMax);
  }
  if (startMs !== Infinity) {
    checkNumber(supervisor, `child "${id}": startMs`, startMs, 1, LIMITS.timeoutMsMax);
  }
  return checked;
}

function checkNumber(name: string, what: string, value: number, min: number, max: number): void {
  if (Number.isFinite(value) && value >= min && value <= max) return;
  throw refusal(name, `${what} is ${value}, expected a number from ${min} to ${max}`);
}

function refusal(name: string, what: string): GomcpError {
  return new GomcpError("invalid_request", `Cannot create supervisor "${name}": ${what}`);
}
