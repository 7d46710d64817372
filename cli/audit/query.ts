/** `gomcp audit query`: the records that fit, as text, as JSON lines, or some of their members. */
import { systemClock } from "../../src/base/clock.ts";
import { GomcpError } from "../../src/base/errors.ts";
import type { Flag } from "../../src/config/flags.ts";
import { type ReadRecord, RECORD_MEMBERS } from "../../src/runtime/audit.ts";
import { filesOf, HELP_FLAG, JSON_FLAG, printHelp, readAuditArgs, ROTATED_FLAG } from "./args.ts";
import { FILTER_FLAGS, readCount, readFilter } from "./filter.ts";
import { recordsOf } from "./open_log.ts";
import { printable, Printer, recordText } from "./print.ts";

const USAGE = "gomcp audit query [FLAGS] FILE...";
const FLAGS: readonly Flag[] = [
  ...FILTER_FLAGS,
  { name: "fields", kind: "text", value: "A,B", help: "only these members, in this order" },
  { name: "limit", kind: "text", value: "N", default: "999999999", help: "at most so many" },
  ROTATED_FLAG,
  { ...JSON_FLAG, help: "one JSON object a line" },
  HELP_FLAG,
];
const EXAMPLE =
  "gomcp audit query --rotated --since=1h --code=rate_limited --fields=time,tenant,tool audit.jsonl";

export async function run(args: readonly string[]): Promise<number> {
  const all = readAuditArgs(FLAGS, args);
  const { values } = all;
  if (values.help === true) return printHelp(USAGE, "Prints the records that fit.", FLAGS, EXAMPLE);
  const fits = readFilter(values, systemClock.wall());
  const render = renderer(values.fields as string | undefined, values.json === true);
  let left = readCount(values, "limit");
  const printer = new Printer();
  for await (const { record, text } of recordsOf(await filesOf(all, USAGE))) {
    if (!fits(record)) continue;
    if (left-- <= 0) break;
    await printer.line(render(record, text));
  }
  await printer.flush();
  return 0;
}

type Render = (record: ReadRecord, text: string) => string;

function renderer(fields: string | undefined, json: boolean): Render {
  if (fields === undefined) return json ? (_, text) => text : recordText;
  const names = fields.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const known: readonly string[] = RECORD_MEMBERS;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined || names.length === 0) {
    const what = `Cannot read --fields: it has "${unknown ?? ""}", expected ${known.join(", ")}`;
    throw new GomcpError("invalid_request", what);
  }
  const pick = (record: ReadRecord) =>
    names.map((name) => [name, (record as Record<string, unknown>)[name]] as const);
  if (json) return (record) => JSON.stringify(Object.fromEntries(pick(record)));
  return (record) => pick(record).map(([, value]) => cell(value)).join("\t");
}

function cell(value: unknown): string {
  if (value === undefined) return "";
  return printable(typeof value === "string" ? value : JSON.stringify(value));
}
