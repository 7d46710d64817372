/** `gomcp audit tail`: the last records, and those to come. */
import { systemClock } from "../../src/base/clock.ts";
import { GomcpError } from "../../src/base/errors.ts";
import type { Flag } from "../../src/config/flags.ts";
import { readRecord } from "../../src/runtime/audit.ts";
import { onStopSignal } from "../signals.ts";
import { filesOf, HELP_FLAG, JSON_FLAG, printHelp, readAuditArgs } from "./args.ts";
import { FILTER_FLAGS, readCount, readFilter } from "./filter.ts";
import { LogFollower } from "./follow.ts";
import { recordsOf } from "./open_log.ts";
import { Printer, recordText } from "./print.ts";

const USAGE = "gomcp audit tail [FLAGS] FILE";
const FLAGS: readonly Flag[] = [
  { name: "follow", kind: "switch", help: "waits for more until SIGINT or SIGTERM" },
  { name: "lines", kind: "text", value: "N", default: "10", help: "how many of the last" },
  ...FILTER_FLAGS,
  { ...JSON_FLAG, help: "one JSON object a line" },
  HELP_FLAG,
];
const EXAMPLE = 'gomcp audit tail --follow --tool="pay_*" --decision=refused audit.jsonl';

export async function run(args: readonly string[]): Promise<number> {
  const all = readAuditArgs(FLAGS, args);
  const { values } = all;
  if (values.help === true) {
    return printHelp(USAGE, "Prints the last records of a log.", FLAGS, EXAMPLE);
  }
  const fits = readFilter(values, systemClock.wall());
  const render = (text: string) => {
    const record = readRecord(text);
    if (record === undefined || !fits(record)) return undefined;
    return values.json === true ? text : recordText(record);
  };
  const files = await filesOf(all, USAGE);
  const count = readCount(values, "lines");
  if (values.follow !== true) return await printLast(files, count, render);
  if (files.length === 1) return await follow(files[0]!, count, render);
  throw new GomcpError("invalid_request", "Cannot follow: expected one file, " + USAGE);
}

type Render = (text: string) => string | undefined;

async function printLast(files: readonly string[], count: number, render: Render): Promise<number> {
  const last = new Last(count);
  for await (const { text } of recordsOf(files)) last.add(render(text));
  await last.print(new Printer());
  return 0;
}

async function follow(file: string, count: number, render: Render): Promise<number> {
  const stop = new AbortController();
  onStopSignal().then(() => stop.abort());
  const printer = new Printer();
  const last = new Last(count);
  let caughtUp = false;
  for await (const line of new LogFollower(file, stop.signal).lines()) {
    if (line === undefined) {
      if (!caughtUp) await last.print(printer);
      caughtUp = true;
      await printer.flush();
      continue;
    }
    const text = render(line);
    if (!caughtUp) last.add(text);
    else if (text !== undefined) await printer.line(text);
  }
  return 0;
}

class Last {
  readonly #max: number;
  #lines: string[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  add(line: string | undefined): void {
    if (line === undefined) return;
    this.#lines.push(line);
    if (this.#lines.length > 2 * this.#max + 100) this.#lines = this.#lines.slice(-this.#max);
  }

  async print(printer: Printer): Promise<void> {
    for (const line of this.#max === 0 ? [] : this.#lines.slice(-this.#max)) {
      await printer.line(line);
    }
    await printer.flush();
  }
}
