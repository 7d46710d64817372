/** What the tool hosts of a module can be told, and within which bounds. */
import { GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";

const MIB = 1024 * 1024;

/** The bounds of the tool hosts of each module. */
export interface HostOptions {
  /** Hosts of one module at the same time; more than one start when the others are busy. @default 2 */
  readonly instances?: number;
  /** Calls that one host has at once. @default 64 */
  readonly callsPerHost?: number;
  /** Hosts of a module that are kept although nobody calls. @default 1 */
  readonly warm?: number;
  /** A host above `warm` that had no call for this long is stopped, in milliseconds. @default 60_000 */
  readonly idleMs?: number;
  /** After so many calls a host is replaced by a new one. @default 1_000_000 */
  readonly recycleCalls?: number;
  /** A host that holds so much memory (its resident set) is replaced. @default 512 MiB */
  readonly recycleBytes?: number;
  /** V8's heap in one host; above, the host ends. @default 256 MiB */
  readonly heapBytes?: number;
  /** How long a module may take to load, in milliseconds. @default 30_000 */
  readonly loadMs?: number;
  /** How long a call may go on after its signal aborted; then its host is killed. @default 1_000 */
  readonly graceMs?: number;
  /** How often hosts are asked whether they live; one that misses three is killed. @default 5_000 */
  readonly heartbeatMs?: number;
  /** Losses of hosts in a row that a tool may cause; then its calls are refused. @default 5 */
  readonly breakerFailures?: number;
  /** For how long, in milliseconds; then one call is tried. @default 10_000 */
  readonly breakerMs?: number;
  /** Restarts of hosts of one module within `restartPeriodMs`; above, the module fails. @default 10 */
  readonly restarts?: number;
  /** See `restarts`. @default 10_000 */
  readonly restartPeriodMs?: number;
  /** After how long a module that has failed is tried again, in milliseconds. @default 10_000 */
  readonly retryMs?: number;
}

/** Every option, said or by default. */
export type HostSettings = Required<HostOptions>;

const DEFAULTS: HostSettings = {
  instances: 2,
  callsPerHost: 64,
  warm: 1,
  idleMs: 60_000,
  recycleCalls: 1_000_000,
  recycleBytes: 512 * MIB,
  heapBytes: 256 * MIB,
  loadMs: 30_000,
  graceMs: 1_000,
  heartbeatMs: 5_000,
  breakerFailures: 5,
  breakerMs: 10_000,
  restarts: 10,
  restartPeriodMs: 10_000,
  retryMs: 10_000,
};

/** The least and the most of each. */
const RANGES: Readonly<Record<keyof HostSettings, readonly [number, number]>> = {
  instances: [1, LIMITS.hostInstancesMax],
  callsPerHost: [1, LIMITS.hostCallsMax],
  warm: [0, LIMITS.hostInstancesMax],
  idleMs: [1, LIMITS.timeoutMsMax],
  recycleCalls: [1, Number.MAX_SAFE_INTEGER],
  recycleBytes: [64 * MIB, 1024 * 1024 * MIB],
  heapBytes: [16 * MIB, 1024 * 1024 * MIB],
  loadMs: [1, LIMITS.timeoutMsMax],
  graceMs: [0, LIMITS.timeoutMsMax],
  heartbeatMs: [10, LIMITS.timeoutMsMax],
  breakerFailures: [1, 1_000_000],
  breakerMs: [1, LIMITS.timeoutMsMax],
  restarts: [0, 1_000_000],
  restartPeriodMs: [1, LIMITS.timeoutMsMax],
  retryMs: [1, LIMITS.timeoutMsMax],
};

/** Fills in the defaults. @throws {GomcpError} `invalid_request` for the first that is out of range. */
export function checkHostOptions(options: HostOptions = {}): HostSettings {
  const settings = { ...DEFAULTS, ...options };
  for (const [name, [min, max]] of Object.entries(RANGES)) {
    const value = settings[name as keyof HostSettings];
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    const text =
      `Cannot host tools: ${name} is ${value}, expected an integer from ${min} to ${max}`;
    throw new GomcpError("invalid_request", text);
  }
  return settings;
}
