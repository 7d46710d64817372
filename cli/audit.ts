/** `gomcp audit`: the table of its commands. Each is loaded only when it is run. */
import type { Command } from "./command.ts";

export const AUDIT_COMMANDS: readonly Command[] = [
  {
    name: "tail",
    summary: "the last records of a log; with --follow those to come, too",
    load: () => import("./audit/tail.ts"),
  },
  {
    name: "query",
    summary: "records by time, tenant, tool and more",
    load: () => import("./audit/query.ts"),
  },
  {
    name: "stats",
    summary: "who called what, how often, how it ended and how long it took",
    load: () => import("./audit/stats.ts"),
  },
  {
    name: "verify",
    summary: "whether a log is as it was written; names what is not",
    load: () => import("./audit/verify.ts"),
  },
  {
    name: "hash",
    summary: "what stands in a log for a value",
    load: () => import("./audit/hash.ts"),
  },
  {
    name: "replay",
    summary: "makes recorded calls again and compares what they give",
    load: () => import("./audit/replay.ts"),
  },
];
