/** Records as lines: valid JSON with what they hold, whatever came before. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { readLine, readRecord } from "./read_line.ts";
import { AuditBatch } from "./batch.ts";
import type { AuditRecord } from "./record.ts";
import { entryOf } from "./testing.ts";

const renderRecord = (record: AuditRecord) => new AuditBatch([record]).text;

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const records = fc.record({
  seq: fc.integer({ min: 1, max: 2 ** 40 }),
  time: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  stage: fc.constantFrom("received", "completed", "refused", "panicked"),
  tenant: text,
  adapter: fc.constantFrom("stdio", "rest"),
  client: some(text),
  clientVersion: some(text),
  address: some(text),
  kind: fc.constantFrom("tool", "prompt"),
  tool: fc.constantFrom("a", 'b"\n', "é"),
  id: some(fc.oneof(text, fc.integer())),
  decision: fc.constantFrom("allowed", "refused"),
  code: fc.constantFrom("ok", "internal"),
  durationUs: some(fc.nat()),
  argBytes: some(fc.nat()),
  resultBytes: some(fc.nat()),
  received: some(fc.nat()),
  batch: some(fc.nat()),
  argHash: some(fc.constant("ab")),
  resultHash: some(fc.constant("cd")),
  redacted: some(fc.boolean()),
  args: some(fc.constant('{"a":1}')),
  result: some(fc.constant("[]")),
});

Deno.test("a record reads back from its line, whatever line came before it", () => {
  fc.assert(fc.property(fc.array(records, { minLength: 1, maxLength: 5 }), (list) => {
    for (const record of list) {
      // deno-lint-ignore no-explicit-any -- the arbitrary knows the members, not their literals
      const line = renderRecord(record as any);
      assert(line.endsWith("}\n") && line.indexOf("\n") === line.length - 1);
      const { seq, tenant } = record;
      assertEquals(readLine(line.trimEnd()), { kind: "record", seq, tenant });
      assertEquals<unknown>(readRecord(line), expected(record));
    }
  }));
});

/** What was not known is not there; what is empty or false says nothing. */
function expected(record: Record<string, unknown>): Record<string, unknown> {
  const all = {
    ...record,
    time: new Date(record.time as number).toISOString(),
    args: record.args === undefined ? undefined : { a: 1 },
    result: record.result === undefined ? undefined : [],
    ...(record.id === "" && { id: undefined }),
    ...(record.redacted !== true && { redacted: undefined }),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

Deno.test("times are written as toISOString() writes them, in and across seconds", () => {
  for (const time of [0, 1, 999, 1_000, 1_799_999_999_999, 1_800_000_000_000, 5]) {
    const line = renderRecord({ ...entryOf({ time }), seq: 1 });
    assertEquals(readRecord(line)?.time, new Date(time).toISOString());
  }
});
