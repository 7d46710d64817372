/** Audit files: rotation, what a crash leaves, and that the chain goes on. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AuditBatch } from "../../audit/batch.ts";
import { entryOf } from "../../audit/testing.ts";
import type { AuditSink } from "../../audit/sink.ts";
import { Verifier } from "../../audit/verify/verifier.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { GomcpError } from "../../base/errors.ts";
import type { AuditFileOptions } from "./file_options.ts";
import { openAuditFile } from "./file_sink.ts";
import { rotatedFiles } from "./full_files.ts";
import { verifyFiles } from "./verify_files.ts";

interface Place extends AsyncDisposable {
  readonly path: string;
  readonly clock: FakeClock;
  open(options?: Partial<AuditFileOptions>): Promise<AuditSink>;
  verify(): Promise<{ ok: boolean; kinds: string[]; records: number; segments: number }>;
  names(): string[];
}

async function place(): Promise<Place> {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-audit-" });
  const path = `${folder}/audit.jsonl`;
  const clock = new FakeClock();
  return {
    path,
    clock,
    open: (options = {}) => openAuditFile({ path, clock, ...options }),
    async verify() {
      const files = [...(await rotatedFiles(path)).map((each) => each.path), path];
      const there = files.filter((file) => exists(file));
      const open = (file: string) => Deno.open(file, { read: true });
      const { ok, findings, records, segments } = await verifyFiles(new Verifier(), there, open);
      return { ok, kinds: findings.map(({ kind }) => kind), records, segments };
    },
    names: () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

let next = 1;

/** A batch of `count` records that go on from those before, in this file's tests one after another. */
function batchOf(count: number, from = next): AuditBatch {
  next = from + count;
  const records = Array.from({ length: count }, (_, i) => ({ ...entryOf(), seq: from + i }));
  return new AuditBatch(records);
}

async function put(sink: AuditSink, count: number, from?: number, durable = false): Promise<void> {
  await sink.write([batchOf(count, from)], { durable });
}

Deno.test("an audit file is private, sealed at its end, and nothing is written before a record", async () => {
  await using at = await place();
  const sink = await at.open();
  assertEquals((await Deno.stat(at.path)).size, 0);
  await put(sink, 3, 1);
  await sink.close();
  assertEquals((await Deno.stat(at.path)).mode! & 0o777, 0o600);
  assertEquals(await at.verify(), { ok: true, kinds: [], records: 3, segments: 1 });
  assertEquals(at.names(), ["audit.jsonl", "audit.jsonl.state"]);
});

Deno.test("a restart continues the chain and the numbers", async () => {
  await using at = await place();
  for (let start = 0; start < 3; start++) {
    const sink = await at.open();
    assertEquals(sink.sequences?.get("default") ?? 0, start * 2);
    await put(sink, 2, start * 2 + 1);
    await sink.close();
  }
  assertEquals(await at.verify(), { ok: true, kinds: [], records: 6, segments: 3 });
});

Deno.test("a restart continues the chain also when the file was moved away meanwhile", async () => {
  await using at = await place();
  const first = await at.open();
  await put(first, 2, 1);
  await first.close();
  await Deno.rename(at.path, at.path.replace(".jsonl", ".00000001.jsonl"));
  const second = await at.open();
  assertEquals(second.sequences?.get("default"), 2);
  await put(second, 1, 3);
  await second.close();
  assertEquals(await at.verify(), { ok: true, kinds: [], records: 3, segments: 2 });
});

Deno.test("a restart continues the chain from the last full file when nothing else is there", async () => {
  await using at = await place();
  const first = await at.open({ rotateBytes: 1 });
  await put(first, 2, 1);
  await put(first, 1);
  await first.close();
  await Deno.remove(at.path);
  await Deno.remove(`${at.path}.state`);
  const second = await at.open();
  assertEquals(second.sequences?.get("default"), 2);
  await put(second, 1, 3);
  await second.close();
  assertEquals(await at.verify(), { ok: true, kinds: [], records: 3, segments: 2 });
});

Deno.test("no full file is ever written over", async () => {
  await using at = await place();
  const taken = at.path.replace(".jsonl", ".00000001.jsonl");
  const sink = await at.open({ rotateBytes: 1 });
  await put(sink, 1, 1);
  await Deno.writeTextFile(taken, "mine");
  await put(sink, 1);
  await put(sink, 1);
  await sink.close();
  assertEquals(await Deno.readTextFile(taken), "mine");
  await Deno.remove(taken);
  assertEquals(await at.verify(), { ok: true, kinds: [], records: 3, segments: 2 });
});

Deno.test("a full file is sealed and moved aside; only so many are kept", async () => {
  await using at = await place();
  const sink = await at.open({ rotateBytes: 1_000, keep: 2 });
  for (let i = 0; i < 5; i++) await put(sink, 10, 1 + i * 10);
  await sink.close();
  const full = at.names().filter((name) => /^audit\.\d+\.jsonl$/.test(name));
  assertEquals(full, ["audit.00000003.jsonl", "audit.00000004.jsonl"]);
  assertEquals(await at.verify(), { ok: true, kinds: ["note"], records: 30, segments: 3 });
});

Deno.test("a file is full after its time, when something is written", async () => {
  await using at = await place();
  const sink = await at.open({ rotateMs: 60_000 });
  await put(sink, 1, 1);
  at.clock.advance(59_999);
  await put(sink, 1);
  assertEquals((await rotatedFiles(at.path)).length, 0);
  at.clock.advance(1);
  await put(sink, 1);
  assertEquals((await rotatedFiles(at.path)).map(({ segment }) => segment), [1]);
  await sink.close();
  assertEquals(await at.verify(), { ok: true, kinds: [], records: 3, segments: 2 });
});

Deno.test("after reopen() the old file is sealed and a new one goes on", async () => {
  await using at = await place();
  const sink = await at.open();
  await put(sink, 2, 1);
  const moved = at.path.replace(".jsonl", ".00000001.jsonl");
  await Deno.rename(at.path, moved);
  await put(sink, 1);
  await sink.reopen!();
  await put(sink, 1);
  await sink.close();
  assert((await Deno.readTextFile(moved)).includes('"seal":1'));
  assertEquals(await at.verify(), { ok: true, kinds: [], records: 4, segments: 2 });
});

/** Writes some batches and lets go of the file as a killed process does. */
async function crashed(at: Place): Promise<Uint8Array> {
  const sink = await at.open();
  for (let i = 0; i < 3; i++) await put(sink, 2, 1 + i * 2, true);
  const text = await Deno.readFile(at.path);
  await sink.close();
  return text;
}

Deno.test("whatever a crash cuts off, the next start seals what is there and keeps the rest aside", async () => {
  await using at = await place();
  const whole = await crashed(at);
  const step = Math.ceil(whole.length / 60);
  for (let size = 1; size <= whole.length; size += step) {
    for (const name of at.names()) await Deno.remove(at.path.replace("audit.jsonl", name));
    const cut = whole.slice(0, size);
    await Deno.writeFile(at.path, cut);
    const sink = await at.open();
    const last = sink.sequences?.get("default") ?? 0;
    await put(sink, 1, last + 1);
    await sink.close();
    const lines = new TextDecoder().decode(cut).split("\n");
    const torn = lines.pop()!;
    const records = lines.filter((line) => line.startsWith('{"seq"')).length;
    const verdict = await at.verify();
    assertEquals([verdict.ok, verdict.records], [true, records + 1], `cut at ${size}`);
    const aside = at.names().filter((name) => name.includes(".torn-"));
    assertEquals(aside.length, torn === "" ? 0 : 1, `cut at ${size}`);
    if (torn === "") continue;
    const kept = await Deno.readTextFile(at.path.replace("audit.jsonl", aside[0]!));
    assertEquals(kept, torn);
  }
});

Deno.test("a crash is on record in the seal of the next start", async () => {
  await using at = await place();
  const whole = await crashed(at);
  const text = new TextDecoder().decode(whole);
  // The last chain line is half written: two records stand there unchained.
  await Deno.writeTextFile(at.path, text.slice(0, -40));
  const sink = await at.open();
  await sink.close();
  const seal = JSON.parse((await Deno.readTextFile(at.path)).trimEnd().split("\n").at(-1)!);
  assertEquals(seal.recovered.unchained, 2);
  assert(seal.recovered.tornBytes > 0);
  assertEquals(await at.verify(), { ok: true, kinds: ["note"], records: 6, segments: 1 });
});

Deno.test("a file that is something else is left as it is", async () => {
  await using at = await place();
  for (const text of ["hello\n", '{"a":1}\n', "no newline", '{"seq":1}\n']) {
    await Deno.writeTextFile(at.path, text);
    const error = await assertRejects(
      () => at.open(),
      GomcpError,
      "it holds something else already",
    );
    assertEquals(error.code, "invalid_request");
    assertEquals(await Deno.readTextFile(at.path), text);
  }
});

Deno.test("a file in a folder that is not there is refused", async () => {
  await using at = await place();
  const path = `${at.path}/x/audit.jsonl`;
  await assertRejects(() => at.open({ path }), GomcpError, `Cannot write audit log ${path}`);
});

Deno.test("two writers of one file are refused", async () => {
  await using at = await place();
  const sink = await at.open();
  // A lock belongs to the process that holds it; another one is needed to see it.
  const script = `const f = await Deno.open(${
    JSON.stringify(at.path)
  }, { read: true, append: true });
    console.log(f.tryLockSync(true));`;
  const command = new Deno.Command(Deno.execPath(), { args: ["eval", script] });
  const { stdout } = await command.output();
  assertEquals(new TextDecoder().decode(stdout).trim(), "false");
  await sink.close();
});

Deno.test("dropped records are told in the log, and verify names them", async () => {
  await using at = await place();
  const sink = await at.open();
  await put(sink, 2, 1);
  sink.onDropped!(3);
  await put(sink, 1, 6);
  await sink.close();
  assertEquals(await at.verify(), {
    ok: false,
    kinds: ["dropped", "missing"],
    records: 3,
    segments: 1,
  });
});

Deno.test("a file that begins anew beside an older one begins with the log's numbers", async () => {
  await using at = await place();
  const sink = await at.open();
  sink.startAfter!(new Map([["default", 41]]));
  await put(sink, 1, 42);
  await sink.close();
  assertEquals(await at.verify(), { ok: true, kinds: [], records: 1, segments: 1 });
});
