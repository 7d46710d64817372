/** Where the tools of modules run, and what tool hosts may do: the flags of it, and what they come to. */
import { parseDuration } from "../base/duration.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { parseSize } from "../base/size.ts";
import { collectFaults } from "./faults.ts";
import type { Flag, FlagValues } from "./flags.ts";

const ISOLATIONS = ["process", "inline"] as const;
const KINDS = ["net", "read", "write", "env", "run", "sys"] as const;

export const ISOLATION_FLAGS: readonly Flag[] = [
  {
    name: "isolation",
    kind: "text",
    value: "WHERE",
    choices: ISOLATIONS,
    default: "process",
    flagOnly: true,
    help: "where tools run that do not say it themselves: process (a tool host) or inline",
  },
  {
    name: "permit",
    kind: "list",
    value: "PATH:KIND=VALUES",
    flagOnly: true,
    help: 'lets a module do more than it declares, such as "a.ts:net=x.org:443+y.org"',
  },
];

export const HOST_FLAGS: readonly Flag[] = [
  ...ISOLATION_FLAGS,
  {
    name: "host-instances",
    kind: "text",
    value: "N",
    default: "2",
    help: "tool hosts of one module, at most; those above one start when they are needed",
  },
  {
    name: "host-warm",
    kind: "text",
    value: "N",
    default: "1",
    help: "tool hosts of one module that are kept although nobody calls; 0 starts them on demand",
  },
  {
    name: "calls-per-host",
    kind: "text",
    value: "N",
    default: "64",
    help: "calls that one tool host has at once",
  },
  {
    name: "host-heap",
    kind: "text",
    value: "SIZE",
    default: "256MiB",
    help: "V8's heap in a tool host; above, the host ends",
  },
  {
    name: "host-idle",
    kind: "text",
    value: "TIME",
    default: "1m",
    help:
      "after so long without a call a tool host is stopped, but for those that --host-warm keeps",
  },
  {
    name: "host-grace",
    kind: "text",
    value: "TIME",
    default: "1s",
    help: "how long a tool may go on after its deadline; then its host is killed",
  },
];

/** What the operator lets a module do. */
export interface Grant {
  /** As the user named it. */
  readonly path: string;
  readonly kind: (typeof KINDS)[number];
  readonly values: readonly string[];
}

export interface IsolationConfig {
  /** For modules whose tools do not say it. */
  readonly isolation: (typeof ISOLATIONS)[number];
  readonly grants: readonly Grant[];
}

export interface HostConfig extends IsolationConfig {
  readonly instances: number;
  readonly warm: number;
  readonly callsPerHost: number;
  readonly heapBytes: number;
  readonly idleMs: number;
  readonly graceMs: number;
}

type OriginOf = (name: string) => string;

/** @throws {GomcpError} `invalid_request` naming the flag, and what it takes. */
export function readIsolationConfig(values: FlagValues, originOf: OriginOf): IsolationConfig {
  const permits = values.permit as readonly string[];
  return collectFaults((part) => ({
    isolation: part(() => {
      const isolation = ISOLATIONS.find((known) => known === values.isolation);
      if (isolation !== undefined) return isolation;
      throw bad(originOf("isolation"), values.isolation, ISOLATIONS.join(" or "));
    }),
    grants: permits.map((text) => part(() => readGrant(text, originOf("permit")))),
  }));
}

/** @throws {GomcpError} `invalid_request` naming the flag or variable, and what it takes. */
export function readHostConfig(values: FlagValues, originOf: OriginOf): HostConfig {
  const read = (
    name: string,
    parse: (text: string) => number,
    [min, max]: readonly [number, number],
    expected: string,
  ) => {
    let value = NaN;
    try {
      value = parse(values[name] as string);
    } catch {
      // Told below, together with what is out of range.
    }
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw bad(originOf(name), values[name], expected);
  };
  const count = (name: string, max: number, min = 1) =>
    read(name, Number, [min, max], `a number from ${min} to ${max}`);
  const time = (name: string, min: number) =>
    read(name, parseDuration, [min, LIMITS.timeoutMsMax], 'a time up to 24h, such as "30s"');
  return collectFaults((part) => ({
    ...part(() => readIsolationConfig(values, originOf)),
    instances: part(() => count("host-instances", LIMITS.hostInstancesMax)),
    warm: part(() => count("host-warm", LIMITS.hostInstancesMax, 0)),
    callsPerHost: part(() => count("calls-per-host", LIMITS.hostCallsMax)),
    heapBytes: part(() =>
      read("host-heap", parseSize, [16 * 1024 ** 2, 1024 ** 4], "16MiB to 1024GiB")
    ),
    idleMs: part(() => time("host-idle", 1)),
    graceMs: part(() => time("host-grace", 0)),
  }));
}

function readGrant(text: string, where: string): Grant {
  const match = /^(.+):([a-z]+)=(.+)$/.exec(text);
  const kind = KINDS.find((known) => known === match?.[2]);
  if (kind !== undefined) return { path: match![1]!, kind, values: match![3]!.split("+") };
  throw bad(where, text, `PATH:KIND=VALUE+VALUE with KIND one of ${KINDS.join(", ")}`);
}

function bad(where: string, value: unknown, expected: string): GomcpError {
  const text = `Cannot read ${where}: it is "${value}", expected ${expected}`;
  return new GomcpError("invalid_request", text);
}
