/** The audit log and its sinks: who gets what when, and what a call learns of it. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { createAuditLog } from "./audit_log.ts";
import type { AuditBatch } from "./batch.ts";
import type { AuditLogOptions } from "./log_options.ts";
import type { AuditRecord } from "./record.ts";
import type { AuditSink } from "./sink.ts";
import { entryOf } from "./testing.ts";

/** A sink whose writes end as the test says: at once, badly, or when the test wants it. */
class TestSink implements AuditSink {
  readonly seqs: number[] = [];
  readonly durables: boolean[] = [];
  writes = 0;
  dropped = 0;
  closed = 0;
  reopened = 0;
  mode: "takes" | "throws" | "hangs" = "takes";
  #release: (() => void) | undefined;

  constructor(readonly name = "test", readonly durable = true) {}

  async write(batches: readonly AuditBatch[], options: { durable: boolean }): Promise<void> {
    this.writes++;
    if (this.mode === "hangs") await new Promise<void>((resolve) => this.#release = resolve);
    if (this.mode === "throws") throw new Error("no space");
    this.durables.push(options.durable);
    for (const { records } of batches) this.seqs.push(...records.map(({ seq }) => seq));
  }

  onDropped(records: number): void {
    this.dropped += records;
  }

  release(): void {
    this.#release?.();
  }

  reopen(): Promise<void> {
    this.reopened++;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

const ENTRY = entryOf();
const turn = () => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

/** Lets everything that is ready run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn();
}

function make(sinks: readonly TestSink[], options: AuditLogOptions = {}) {
  const clock = new FakeClock();
  return { clock, audit: createAuditLog({ clock, sinks, waitMs: 500, ...options }) };
}

Deno.test("an audit log without sinks keeps the last records in memory, numbered by tenant", () => {
  const { audit, clock } = make([], { ringMax: 3 });
  const tenants = ["a", "b", "a", "a"];
  assertEquals(tenants.map((tenant) => audit.log(entryOf({ tenant }))), [1, 1, 2, 3]);
  const seen = audit.recent().map(({ tenant, seq }) => `${tenant}${seq}`);
  assertEquals(seen, ["b1", "a2", "a3"]);
  assertEquals(audit.recent(1).map(({ seq }) => seq), [3]);
  assertEquals([audit.stats().records, clock.pending], [4, 0]);
});

Deno.test("an audit log tells its listeners each record until they leave", () => {
  const { audit } = make([]);
  const seen: number[] = [];
  const leave = audit.listen(({ seq }) => seen.push(seq));
  audit.log(ENTRY);
  audit.log(ENTRY);
  leave();
  audit.log(ENTRY);
  assertEquals(seen, [1, 2]);
});

Deno.test("records are written when their batch is full, or after a time", async () => {
  const sink = new TestSink();
  const { audit, clock } = make([sink]);
  for (let i = 0; i < LIMITS.auditBatchRecords - 1; i++) audit.log(ENTRY);
  await settle();
  assertEquals(sink.writes, 0);
  audit.log(ENTRY);
  await settle();
  assertEquals([sink.writes, sink.seqs.length], [1, LIMITS.auditBatchRecords]);
  audit.log(ENTRY);
  clock.advance(LIMITS.auditFlushMs - 1);
  await settle();
  assertEquals(sink.writes, 1);
  clock.advance(1);
  await settle();
  assertEquals([sink.writes, sink.seqs.at(-1)], [2, LIMITS.auditBatchRecords + 1]);
  await audit.close();
  assertEquals([sink.closed, clock.pending], [1, 0]);
});

Deno.test("commit() shares one write among those of one turn, and asks for stable storage in strict only", async () => {
  for (const mode of ["required", "strict"] as const) {
    const sink = new TestSink();
    const { audit } = make([sink], { mode });
    const all = await Promise.all([audit.commit(ENTRY), audit.commit(ENTRY), audit.commit(ENTRY)]);
    assertEquals(all.map(({ seq, taken }) => [seq, taken]), [[1, true], [2, true], [3, true]]);
    assertEquals([sink.writes, sink.durables], [1, [mode === "strict"]]);
    await audit.close();
  }
});

/** Vault's truth table: one sink that takes a record is enough, none is too few. */
const TRUTH:
  readonly (readonly ["takes" | "throws" | "hangs", "takes" | "throws" | "hangs", boolean])[] = [
    ["takes", "takes", true],
    ["takes", "throws", true],
    ["throws", "takes", true],
    ["takes", "hangs", true],
    ["hangs", "takes", true],
    ["throws", "throws", false],
    ["throws", "hangs", false],
    ["hangs", "hangs", false],
  ];

for (const mode of ["required", "strict"] as const) {
  for (const [first, second, expected] of TRUTH) {
    Deno.test(`${mode}: a sink that ${first} and one that ${second} ${expected ? "are enough" : "are not"}`, async () => {
      const sinks = [new TestSink("first"), new TestSink("second")];
      [sinks[0]!.mode, sinks[1]!.mode] = [first, second];
      const { audit, clock } = make(sinks, { mode });
      const commit = audit.commit(ENTRY);
      await settle();
      clock.advance(500);
      assertEquals((await commit).taken, expected);
      const states = { takes: "ok", throws: "failed", hangs: "stalled" };
      const { sinks: stats, refused } = audit.stats();
      assertEquals(stats.map(({ state }) => state), [states[first], states[second]]);
      assertEquals(stats.map(({ failures }) => failures > 0), [
        first !== "takes",
        second !== "takes",
      ]);
      assertEquals(refused, expected ? 0 : 1);
      const closing = audit.close();
      await settle();
      clock.advance(500);
      sinks.forEach((sink) => sink.release());
      await closing;
    });
  }
}

Deno.test("strict counts only sinks that have stable storage", async () => {
  const sinks = [new TestSink("collector", false), new TestSink("file")];
  const { audit } = make(sinks, { mode: "strict" });
  sinks[1]!.mode = "throws";
  assertEquals((await audit.commit(ENTRY)).taken, false);
  await audit.close();
});

Deno.test("commit() waits for a sink that does not answer once, and not again", async () => {
  const sink = new TestSink();
  const { audit, clock } = make([sink], { mode: "required" });
  sink.mode = "hangs";
  let ended = false;
  const first = audit.commit(ENTRY).finally(() => ended = true);
  await settle();
  clock.advance(499);
  await settle();
  assertEquals(ended, false);
  clock.advance(1);
  assertEquals((await first).taken, false);
  assertEquals((await audit.commit(ENTRY)).taken, false);
  sink.mode = "takes";
  sink.release();
  await settle();
  assertEquals((await audit.commit(ENTRY)).taken, true);
  // What came meanwhile was kept.
  assertEquals(sink.seqs, [1, 2, 3]);
  await audit.close();
});

Deno.test("a sink that failed gets the same records again, and works again", async () => {
  const sink = new TestSink();
  const { audit, clock } = make([sink]);
  sink.mode = "throws";
  audit.log(ENTRY);
  clock.advance(LIMITS.auditFlushMs);
  await settle();
  assertEquals(audit.stats().sinks[0]!.state, "failed");
  sink.mode = "takes";
  audit.log(ENTRY);
  clock.advance(LIMITS.auditRetryMs);
  await settle();
  assertEquals(sink.seqs, [1, 2]);
  const [stats] = audit.stats().sinks;
  assertEquals([stats!.state, stats!.written, stats!.pending], ["ok", 2, 0]);
  await audit.close();
});

Deno.test("what waits for a sink is bounded: the oldest goes, and is counted", async () => {
  const sink = new TestSink();
  const { audit } = make([sink]);
  sink.mode = "hangs";
  const args = JSON.stringify("x".repeat(64 * 1024));
  const records = Math.ceil(LIMITS.auditPendingBytesMax / args.length) +
    4 * LIMITS.auditBatchRecords;
  for (let i = 0; i < records; i++) audit.log(entryOf({ args }));
  const { dropped, pending } = audit.stats().sinks[0]!;
  assert(dropped > 0 && pending > 0);
  assertEquals(sink.dropped, dropped);
  sink.mode = "takes";
  sink.release();
  await audit.flush();
  assertEquals(sink.seqs.length, records - dropped);
  assertEquals(sink.seqs.at(-1), records);
  await audit.close();
});

Deno.test("stats() tells of each sink what it took, what waits and for how long, and what failed", async () => {
  const sinks = [new TestSink("good"), new TestSink("bad"), new TestSink("slow")];
  const { audit, clock } = make(sinks);
  sinks[1]!.mode = "throws";
  sinks[2]!.mode = "hangs";
  audit.log(ENTRY);
  clock.advance(LIMITS.auditFlushMs);
  await settle();
  clock.advance(300);
  audit.log(ENTRY);
  clock.advance(LIMITS.auditFlushMs);
  await settle();
  const told = { state: "ok" as const, written: 0, pending: 0, lagMs: 0, dropped: 0, failures: 0 };
  assertEquals(audit.stats(), {
    mode: "best_effort",
    records: 2,
    refused: 0,
    sinks: [
      { ...told, name: "good", written: 2 },
      { ...told, name: "bad", state: "failed", pending: 2, lagMs: 350, failures: 1 },
      { ...told, name: "slow", pending: 2, lagMs: 350 },
    ],
  });
  sinks[1]!.mode = sinks[2]!.mode = "takes";
  sinks[2]!.release();
  await audit.flush();
  assertEquals(audit.stats().sinks.map(({ pending, lagMs }) => [pending, lagMs]), [
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  await audit.close();
});

Deno.test("one sink that hangs does not keep the records from another", async () => {
  const sinks = [new TestSink(), new TestSink()];
  const { audit, clock } = make(sinks);
  sinks[0]!.mode = "hangs";
  audit.log(ENTRY);
  clock.advance(LIMITS.auditFlushMs);
  await settle();
  assertEquals(sinks.map(({ seqs }) => seqs), [[], [1]]);
  sinks[0]!.release();
  await audit.close();
});

Deno.test("close() writes what waits, ends once, and keeps later records in memory only", async () => {
  const sink = new TestSink();
  const { audit } = make([sink], { mode: "required" });
  audit.log(ENTRY);
  await Promise.all([audit.close(), audit.close()]);
  assertEquals([sink.seqs, sink.closed], [[1], 1]);
  assertEquals((await audit.commit(ENTRY)).taken, false);
  assertEquals([audit.recent().length, sink.seqs], [2, [1]]);
});

Deno.test("close() does not wait for ever for a sink that hangs", async () => {
  const sink = new TestSink();
  const { audit, clock } = make([sink]);
  sink.mode = "hangs";
  audit.log(ENTRY);
  const closing = audit.close();
  await settle();
  clock.advance(500);
  await closing;
  assertEquals(sink.closed, 0);
  sink.release();
});

Deno.test("reopen() writes what waits before the file is changed", async () => {
  const sink = new TestSink();
  const { audit } = make([sink]);
  audit.log(ENTRY);
  await audit.reopen();
  assertEquals([sink.seqs, sink.reopened], [[1], 1]);
  await audit.close();
});

Deno.test("numbers go on from those that the sinks have", () => {
  const sink = new TestSink();
  const other = new TestSink();
  const named = Object.assign(sink, { sequences: new Map([["a", 7], ["b", 1]]) });
  const more = Object.assign(other, { sequences: new Map([["a", 9]]) });
  const { audit } = make([named, more]);
  assertEquals(["a", "b", "c"].map((tenant) => audit.log(entryOf({ tenant }))), [10, 2, 1]);
});

const REFUSED: readonly (readonly [AuditLogOptions, string])[] = [
  [{ mode: "sometimes" as "strict" }, 'its mode is "sometimes", expected best_effort, required'],
  [{ mode: "required" }, 'mode "required" has no sink, expected at least one'],
  [{ mode: "strict", sinks: [new TestSink("x", false)] }, 'mode "strict" has no sink on stable'],
  [{ waitMs: 0 }, "waitMs is 0, expected more than 0"],
  [{ waitMs: NaN }, "waitMs is NaN, expected more than 0"],
  [{ ringMax: -1 }, "ringMax is -1, expected an integer from 0 to"],
  [
    { ringMax: LIMITS.auditRingMax + 1 },
    `ringMax is ${LIMITS.auditRingMax + 1}, expected an integer`,
  ],
  [{ key: new Uint8Array(31) }, "its key has 31 bytes, expected 32"],
];

for (const [options, what] of REFUSED) {
  Deno.test(`createAuditLog() refuses: ${what}`, () => {
    const error = assertThrows(() => createAuditLog(options), GomcpError, what);
    assertEquals(error.code, "invalid_request");
  });
}

/** Keeps the objects that it is given. */
class KeepingSink extends TestSink {
  readonly kept: AuditRecord[] = [];

  constructor(readonly borrowsRecords: boolean) {
    super();
  }

  override async write(
    batches: readonly AuditBatch[],
    options: { durable: boolean },
  ): Promise<void> {
    await super.write(batches, options);
    for (const { records } of batches) this.kept.push(...records);
  }
}

for (const borrows of [true, false]) {
  Deno.test(`a sink that ${borrows ? "borrows" : "may keep"} records gets each as it was logged`, async () => {
    const sink = new KeepingSink(borrows);
    const { audit } = make([sink]);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i <= LIMITS.auditBatchRecords; i++) audit.log(entryOf({ id: i, args: "{}" }));
      await audit.flush();
    }
    const all = 3 * (LIMITS.auditBatchRecords + 1);
    const expected = Array.from({ length: all }, (_, i) => i + 1);
    assertEquals(sink.seqs, expected);
    // Its own objects stay what they were; borrowed ones are used again.
    const kept = sink.kept.map(({ seq }) => seq);
    if (borrows) assert(new Set(sink.kept).size < all);
    else assertEquals(kept, expected);
    await audit.close();
  });
}

Deno.test("records are not used again while one of two sinks has not taken them", async () => {
  const [fast, slow] = [new KeepingSink(true), new KeepingSink(true)];
  const { audit } = make([fast, slow]);
  slow.mode = "hangs";
  audit.log(entryOf({ id: "first" }));
  const flushed = audit.flush();
  await settle();
  assertEquals([fast.seqs, slow.seqs], [[1], []]);
  for (let i = 0; i < 2 * LIMITS.auditBatchRecords; i++) audit.log(entryOf({ id: "later" }));
  slow.mode = "takes";
  slow.release();
  await flushed;
  assertEquals([slow.kept[0]?.id, slow.kept[0]?.seq], ["first", 1]);
  await audit.close();
});

Deno.test("who listens may keep what it hears", async () => {
  const { audit } = make([new KeepingSink(true)]);
  const heard: AuditRecord[] = [];
  audit.listen((record) => heard.push(record));
  for (let round = 0; round < 3; round++) {
    audit.log(ENTRY);
    await audit.flush();
  }
  assertEquals(heard.map(({ seq }) => seq), [1, 2, 3]);
  await audit.close();
});

Deno.test("the timer of a batch serves the next ones, too: no record waits for longer", async () => {
  const sink = new TestSink();
  const { audit, clock } = make([sink]);
  for (let i = 0; i <= LIMITS.auditBatchRecords; i++) audit.log(ENTRY);
  clock.advance(LIMITS.auditFlushMs);
  await settle();
  assertEquals(sink.seqs.length, LIMITS.auditBatchRecords + 1);
  await audit.flush();
  assertEquals(clock.pending, 0);
  await audit.close();
});
