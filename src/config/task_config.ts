/** How long work is kept and run: the flags of it, and what they come to. */
import { formatDuration, parseDuration } from "../base/duration.ts";
import { GomcpError } from "../base/errors.ts";
import { formatSize, parseSize } from "../base/size.ts";
import { TASK_RANGES } from "../base/task_ranges.ts";
import type { Flag, FlagValues } from "./flags.ts";

export const TASK_FLAGS: readonly Flag[] = [
  {
    name: "task-after",
    kind: "text",
    value: "TIME",
    help: "after how long calls of any tool go on as tasks, with clients that take them [never]",
  },
  {
    name: "task-ttl",
    kind: "text",
    value: "TIME",
    default: "24h",
    help: "how long a task is kept after its beginning",
  },
  {
    name: "task-timeout",
    kind: "text",
    value: "TIME",
    default: "1h",
    help: "the deadline of a task's run whose tool has none",
  },
  {
    name: "task-poll",
    kind: "text",
    value: "TIME",
    default: "1s",
    help: "how often clients are told to ask for a task",
  },
  {
    name: "task-lease",
    kind: "text",
    value: "TIME",
    default: "15s",
    help: "after how long the tasks of a lost process are taken over",
  },
  {
    name: "tasks-max",
    kind: "text",
    value: "N",
    default: "1000",
    help: "tasks of one tenant that have not ended",
  },
  {
    name: "task-bytes",
    kind: "text",
    value: "SIZE",
    default: "256MiB",
    help: "what the tasks of one tenant may take up",
  },
];

/** Times are in milliseconds; the runtime says what they may be. */
export interface TaskConfig {
  readonly afterMs: number | undefined;
  readonly ttlMs: number;
  readonly timeoutMs: number;
  readonly pollMs: number;
  readonly leaseMs: number;
  readonly openMax: number;
  readonly bytesMax: number;
}

/** @throws {GomcpError} `invalid_request` naming the flag or variable, and what it takes. */
export function readTaskConfig(
  values: FlagValues,
  originOf: (name: string) => string,
): TaskConfig {
  const read = (flag: string, name: keyof TaskConfig, parse: Kind): number => {
    const text = values[flag] as string;
    const value = parse.read(text);
    const [least, most] = TASK_RANGES[name];
    if (value !== undefined && value >= least && value <= most) return value;
    const range = `${parse.show(least)} to ${parse.show(most)}`;
    const what = `Cannot read ${
      originOf(flag)
    }: it is "${text}", expected ${parse.what} from ${range}`;
    throw new GomcpError("invalid_request", what);
  };
  return {
    afterMs: values["task-after"] === undefined ? undefined : read("task-after", "afterMs", TIME),
    ttlMs: read("task-ttl", "ttlMs", TIME),
    timeoutMs: read("task-timeout", "timeoutMs", TIME),
    pollMs: read("task-poll", "pollMs", TIME),
    leaseMs: read("task-lease", "leaseMs", TIME),
    openMax: read("tasks-max", "openMax", COUNT),
    bytesMax: read("task-bytes", "bytesMax", SIZE),
  };
}

/** How a value is written. */
interface Kind {
  readonly what: string;
  /** Undefined for what is no such value. */
  readonly read: (text: string) => number | undefined;
  readonly show: (value: number) => string;
}

const TIME: Kind = { what: "a time", read: tryTo(parseDuration), show: formatDuration };
const SIZE: Kind = { what: "a size", read: tryTo(parseSize), show: formatSize };
const COUNT: Kind = {
  what: "a number",
  read: (text) => /^\d{1,9}$/.test(text) ? Number(text) : undefined,
  show: String,
};

function tryTo(parse: (text: string) => number): Kind["read"] {
  return (text) => {
    try {
      return parse(text);
    } catch {
      return undefined; // told with what is out of range
    }
  };
}
