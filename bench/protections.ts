/**
 * What each protection costs: calls of a synchronous tool through all layers, object to object, with
 * everything on, and with one protection after another switched off, in rounds that take turns.
 *
 *     deno run -A bench/protections.ts [--rounds=9] [--duration=500ms]
 *
 * Told is the processor time of a call, all threads together, which other work on the machine touches
 * least: the median of the rounds, and how much less it is within a round.
 */
import { measure } from "../cli/bench/measure.ts";
import { openInProcess } from "../cli/bench/in_process.ts";
import { type Protection, PROTECTIONS } from "../cli/bench/subject.ts";
import { parseDuration } from "../src/base/duration.ts";
import { formatUs } from "../src/bench/report/units.ts";
import { toolCall, USUAL_TEXT } from "../src/bench/wire/tool_call.ts";
import { readFlags } from "../src/config/flags.ts";
import { closedLoop, median } from "./support.ts";

const FLAGS = [
  { name: "rounds", kind: "text", value: "N", default: "9", help: "" },
  { name: "duration", kind: "text", value: "TIME", default: "500ms", help: "" },
] as const;

const values = readFlags(FLAGS, Deno.args, () => undefined);
const rounds = Number(values.rounds);
const durationMs = parseDuration(values.duration as string);
const folder = await Deno.makeTempDir({ prefix: "gomcp-bench-" });
const variants: readonly (readonly Protection[])[] = [
  [],
  ...PROTECTIONS.map((name) => [name]),
  PROTECTIONS,
];

async function cpuOf(without: readonly Protection[]): Promise<number> {
  const call = toolCall("echo", { msg: "$payload" }, USUAL_TEXT);
  const options = { call, folder, without: new Set(without) };
  const subject = await openInProcess("supervisor", options);
  const plan = closedLoop(durationMs);
  try {
    const run = await measure(subject, plan, new AbortController().signal, () => {});
    if (Object.keys(run.errors).length > 0) throw new Error(JSON.stringify(run.errors));
    return run.server!.cpuUsPerCall;
  } finally {
    await subject.close();
  }
}

const costs: number[][] = variants.map(() => []);
try {
  // The first round is for the compiler.
  for (let round = 0; round <= rounds; round++) {
    for (const [at, without] of variants.entries()) {
      const cpuUs = await cpuOf(without);
      if (round > 0) costs[at]!.push(cpuUs);
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
for (const [at, without] of variants.entries()) {
  const name = at === 0 ? "everything on" : `without ${without.join(", ")}`;
  const less = median(costs[at]!.map((cpuUs, round) => costs[0]![round]! - cpuUs));
  const saved = at === 0 ? "" : less < 0 ? ", no less" : `, ${formatUs(less)} less`;
  console.log(`${name}: ${formatUs(median(costs[at]!))} of CPU a call${saved}`);
}
