/** Which records a command is asked for. */
import { CODE_TABLE } from "../../src/base/code_table.ts";
import { parseDuration } from "../../src/base/duration.ts";
import { GomcpError } from "../../src/base/errors.ts";
import type { Flag, FlagValues } from "../../src/config/flags.ts";
import {
  AUDIT_STAGES,
  type AuditDecision,
  globTest,
  type ReadRecord,
} from "../../src/runtime/audit.ts";

/** Members of records that can be asked for by a pattern. */
// deno-fmt-ignore: names, not a list to be read one by one.
const NAMES = [
  "tenant", "tool", "decision", "code", "stage", "adapter", "client", "address", "kind",
] as const;

/** Of these every value is known: one that is none would find nothing and not say why. */
const VALUES: Readonly<Partial<Record<(typeof NAMES)[number], readonly string[]>>> = {
  decision: ["pending", "allowed", "refused"] satisfies AuditDecision[],
  stage: AUDIT_STAGES,
  code: ["pending", "ok", "input_required", ...Object.keys(CODE_TABLE)],
};

export const FILTER_FLAGS: readonly Flag[] = [
  ...NAMES.map((name): Flag => ({
    name,
    kind: "list",
    value: "NAME",
    help: `only this ${name}; * stands for anything; may be repeated`,
  })),
  {
    name: "since",
    kind: "text",
    value: "TIME",
    help: 'from then on: 2026-01-31T12:00Z, or "2h" ago',
  },
  { name: "until", kind: "text", value: "TIME", help: "until then" },
];

export type RecordTest = (record: ReadRecord) => boolean;

/** @throws {GomcpError} `invalid_request` for a time or a name that is none. */
export function readFilter(values: FlagValues, nowMs: number): RecordTest {
  const tests: RecordTest[] = [];
  for (const name of NAMES) {
    const wanted = (values[name] as readonly string[]).map((pattern) => namesTest(name, pattern));
    if (wanted.length === 0) continue;
    tests.push((record) => wanted.some((test) => test(String(record[name] ?? ""))));
  }
  const since = readTime(values.since, "--since", nowMs);
  const until = readTime(values.until, "--until", nowMs);
  // Times of records are all written alike, so their texts are in the order of time.
  if (since !== undefined) tests.push(({ time }) => time >= since);
  if (until !== undefined) tests.push(({ time }) => time <= until);
  return (record) => tests.every((test) => test(record));
}

function namesTest(name: (typeof NAMES)[number], pattern: string): (text: string) => boolean {
  const test = globTest(pattern);
  const values = VALUES[name];
  if (values === undefined || values.some(test)) return test;
  const what = `Cannot read --${name}: it is "${pattern}", expected ${values.join(", ")}`;
  throw new GomcpError("invalid_request", what);
}

function readTime(said: unknown, flag: string, nowMs: number): string | undefined {
  if (typeof said !== "string") return undefined;
  const ago = /^\d/.test(said) && /[a-z]$/.test(said) ? nowMs - parseDuration(said) : NaN;
  // Date.parse takes a lot more: "5" for a day in May.
  const ms = Number.isNaN(ago) && /^\d{4}-\d\d/.test(said) ? Date.parse(said) : ago;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  const expected = 'a time such as 2026-01-31T12:00Z, or "2h" for two hours ago';
  throw new GomcpError(
    "invalid_request",
    `Cannot read ${flag}: it is "${said}", expected ${expected}`,
  );
}

/** A number of records, from a flag. */
export function readCount(values: FlagValues, name: string): number {
  const text = values[name] as string;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const what = `Cannot read --${name}: it is "${text}", expected a number`;
  throw new GomcpError("invalid_request", what);
}
