/** `gomcp audit stats`: who called what, how often, how it ended and how long it took. */
import { systemClock } from "../../src/base/clock.ts";
import type { Flag } from "../../src/config/flags.ts";
import type { ReadRecord } from "../../src/runtime/audit.ts";
import { filesOf, HELP_FLAG, JSON_FLAG, printHelp, readAuditArgs, ROTATED_FLAG } from "./args.ts";
import { FILTER_FLAGS, readFilter } from "./filter.ts";
import { recordsOf } from "./open_log.ts";
import { durationText, printable } from "./print.ts";

const USAGE = "gomcp audit stats [FLAGS] FILE...";
const FLAGS: readonly Flag[] = [
  ...FILTER_FLAGS,
  ROTATED_FLAG,
  { ...JSON_FLAG, help: "one JSON object" },
  HELP_FLAG,
];
const EXAMPLE = "gomcp audit stats --rotated --tenant=acme --since=2026-01-31T12:00Z audit.jsonl";

export async function run(args: readonly string[]): Promise<number> {
  const all = readAuditArgs(FLAGS, args);
  const { values } = all;
  if (values.help === true) return printHelp(USAGE, "Counts the records that fit.", FLAGS, EXAMPLE);
  const fits = readFilter(values, systemClock.wall());
  const stats = new Stats();
  for await (const { record } of recordsOf(await filesOf(all, USAGE))) {
    if (fits(record)) stats.add(record);
  }
  console.log(values.json === true ? JSON.stringify(stats.facts()) : stats.text());
  return 0;
}

/** How the calls of one tool went. */
interface ToolStats {
  calls: number;
  readonly codes: Map<string, number>;
  readonly durationsUs: number[];
  argBytes: number;
  resultBytes: number;
}

export class Stats {
  #records = 0;
  #first = "";
  #last = "";
  readonly #stages = new Map<string, number>();
  readonly #tenants = new Map<string, number>();
  readonly #tools = new Map<string, ToolStats>();

  add(record: ReadRecord): void {
    this.#records++;
    if (this.#first === "" || record.time < this.#first) this.#first = record.time;
    if (record.time > this.#last) this.#last = record.time;
    count(this.#stages, record.stage);
    // One call has one end; what came in has not ended yet.
    if (record.stage === "received") return;
    count(this.#tenants, record.tenant);
    const name = record.kind === "tool" ? record.tool : `${record.kind}:${record.tool}`;
    const tool: ToolStats = this.#tools.get(name) ??
      { calls: 0, codes: new Map(), durationsUs: [], argBytes: 0, resultBytes: 0 };
    this.#tools.set(name, tool);
    tool.calls++;
    count(tool.codes, record.code);
    tool.argBytes += record.argBytes ?? 0;
    tool.resultBytes += record.resultBytes ?? 0;
    if (record.durationUs !== undefined) tool.durationsUs.push(record.durationUs);
  }

  facts() {
    const tools = [...this.#tools].sort(([, a], [, b]) => b.calls - a.calls);
    return {
      records: this.#records,
      first: this.#first || undefined,
      last: this.#last || undefined,
      stages: Object.fromEntries(this.#stages),
      tenants: Object.fromEntries(this.#tenants),
      tools: Object.fromEntries(tools.map(([name, tool]) => [name, toolFacts(tool)])),
    };
  }

  text(): string {
    const { records, first, last, stages, tenants, tools } = this.facts();
    const list = (counts: Readonly<Record<string, number>>) =>
      Object.entries(counts).map(([name, n]) => `${name} ${n}`).join(", ");
    const rows = Object.entries(tools).map(([name, tool]) =>
      [
        name,
        String(tool.calls),
        durationText(tool.p50Us),
        durationText(tool.p95Us),
        durationText(tool.p99Us),
        list(tool.codes),
      ].map(printable)
    );
    return [
      `records  ${records}${first === undefined ? "" : ` from ${first} to ${last}`}`,
      `stages   ${list(stages)}`,
      `tenants  ${printable(list(tenants))}`,
      ...table([["tool", "calls", "p50", "p95", "p99", "codes"], ...rows]),
    ].join("\n");
  }
}

function toolFacts({ calls, codes, durationsUs, argBytes, resultBytes }: ToolStats) {
  const sorted = Float64Array.from(durationsUs).sort();
  const at = (part: number) =>
    sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? 0;
  return {
    calls,
    codes: Object.fromEntries(codes),
    p50Us: at(0.5),
    p95Us: at(0.95),
    p99Us: at(0.99),
    argBytes,
    resultBytes,
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function table(rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 1) return [];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) => row.map((text, i) => text.padEnd(widths[i]!)).join("  ").trimEnd());
}
