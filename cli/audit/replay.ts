/** `gomcp audit replay`: makes recorded calls again and compares what they give. */
import { systemClock } from "../../src/base/clock.ts";
import { parseDuration } from "../../src/base/duration.ts";
import { GomcpError } from "../../src/base/errors.ts";
import { LIMITS } from "../../src/base/limits.ts";
import type { Flag, FlagValues } from "../../src/config/flags.ts";
import { TenantKeys } from "../../src/runtime/audit.ts";
import { EXIT_UNREACHABLE } from "../admin/find_server.ts";
import { LOCAL_FLAGS, openLocalRuntime } from "../local_runtime.ts";
import { filesOf, HELP_FLAG, JSON_FLAG, printHelp, readAuditArgs, ROTATED_FLAG } from "./args.ts";
import { FILTER_FLAGS, readCount, readFilter } from "./filter.ts";
import { openKey } from "./hash.ts";
import { readText, recordsOf } from "./open_log.ts";
import { localTarget } from "./replay/local_target.ts";
import { ReplayPlan } from "./replay/plan.ts";
import { showProgress } from "./replay/progress.ts";
import { factsText, ReplayReport } from "./replay/report.ts";
import { plannedMs, runCalls } from "./replay/run_calls.ts";
import type { ReplayTarget } from "./replay/target.ts";
import { Unreachable, urlTarget } from "./replay/url_target.ts";

const USAGE = "gomcp audit replay [FLAGS] FILE...";
const FLAGS: readonly Flag[] = [
  { name: "url", kind: "text", value: "URL", help: "a server: http://HOST:PORT (REST) or …/mcp" },
  { name: "token-file", kind: "text", value: "FILE", help: "what the server knows us by" },
  ...LOCAL_FLAGS,
  {
    name: "force",
    kind: "switch",
    flagOnly: true,
    help: "also calls of tools that are neither read-only nor idempotent: they do it again",
  },
  { name: "speed", kind: "text", value: "N", default: "1", help: "times faster than it was; max" },
  { name: "parallel", kind: "text", value: "N", default: "16", help: "calls at once at speed max" },
  {
    name: "latency-factor",
    kind: "text",
    value: "N",
    help: "how many times slower the median may be",
  },
  {
    name: "key-file",
    kind: "text",
    value: "FILE",
    help: "the log's key [GOMCP_AUDIT_KEY, or the log's name with .key]",
  },
  ...FILTER_FLAGS,
  ROTATED_FLAG,
  { ...JSON_FLAG, help: "one JSON object" },
  HELP_FLAG,
];
const WHAT = `Makes calls that were recorded at level request or full again, to a server or to tools
that are loaded here, and compares code, result and latency. Exit status 1 on a difference,
2 when there is nothing that could be replayed, 4 when the server cannot be reached.`;

const EXIT_NOTHING = 2;
const EXAMPLE = "gomcp audit replay --rotated --speed=10 --url=http://127.0.0.1:8080 audit.jsonl";

export async function run(args: readonly string[]): Promise<number> {
  const all = readAuditArgs(FLAGS, args);
  const { values } = all;
  if (values.help === true) return printHelp(USAGE, WHAT, FLAGS, EXAMPLE);
  const files = await filesOf(all, USAGE);
  const fits = readFilter(values, systemClock.wall());
  const pace = { speed: readSpeed(values.speed as string), parallel: readParallel(values) };
  const latencyFactor = readFactor(values["latency-factor"] as string | undefined);
  const keys = await openKeys(values["key-file"] as string | undefined, files);
  const target = await openTarget(values);
  try {
    const plan = new ReplayPlan(await target.tools(), values.force === true);
    for await (const { record } of recordsOf(files)) if (fits(record)) plan.add(record);
    const report = new ReplayReport(keys);
    const calls = plan.ordered();
    const progress = showProgress(report, {
      calls: calls.length,
      plannedMs: plannedMs(calls, pace),
    });
    try {
      await runCalls(target, calls, pace, (replayed) => report.add(replayed));
    } finally {
      progress.end();
    }
    const facts = report.facts(target.name, plan.skipped, latencyFactor);
    console.log(values.json === true ? JSON.stringify(facts) : factsText(facts));
    if (facts.replayed === 0) return EXIT_NOTHING;
    return facts.different > 0 || facts.slower ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    console.error(`gomcp: ${error.message}`);
    return EXIT_UNREACHABLE;
  } finally {
    await target.close();
  }
}

async function openTarget(values: FlagValues): Promise<ReplayTarget> {
  if (values.url !== undefined) {
    const file = values["token-file"] as string | undefined;
    const token = file === undefined ? undefined : (await readText(file)).trim();
    return urlTarget(values.url as string, { token, timeoutMs: readTimeout(values) });
  }
  return localTarget(await openLocalRuntime(values));
}

/** Without a key results are not compared, unless one was named that cannot be read. */
async function openKeys(
  keyFile: string | undefined,
  [file]: readonly string[],
): Promise<TenantKeys | undefined> {
  try {
    return new TenantKeys(await openKey(keyFile, file));
  } catch (error) {
    if (keyFile !== undefined) throw error;
    return undefined;
  }
}

/** Of a server that does not answer. */
function readTimeout(values: FlagValues): number {
  const text = values.timeout as string;
  const timeoutMs = parseDuration(text);
  if (timeoutMs >= 1 && timeoutMs <= LIMITS.timeoutMsMax) return timeoutMs;
  const what = `Cannot read --timeout: it is "${text}", expected a time such as 30s`;
  throw new GomcpError("invalid_request", what);
}

function readSpeed(text: string): number | undefined {
  if (text === "max") return undefined;
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (speed > 0) return speed;
  throw new GomcpError(
    "invalid_request",
    `Cannot read --speed: it is "${text}", expected a number of times, or max`,
  );
}

function readParallel(values: FlagValues): number {
  const parallel = readCount(values, "parallel");
  if (parallel >= 1 && parallel <= LIMITS.auditReplayOpenMax) return parallel;
  const expected = `a number from 1 to ${LIMITS.auditReplayOpenMax}`;
  throw new GomcpError(
    "invalid_request",
    `Cannot read --parallel: it is "${parallel}", expected ${expected}`,
  );
}

function readFactor(text: string | undefined): number {
  if (text === undefined) return Infinity;
  const factor = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (factor > 0) return factor;
  const what = `Cannot read --latency-factor: it is "${text}", expected a number above 0`;
  throw new GomcpError("invalid_request", what);
}
