/** The state in SQLite keeps the contract of all stores, and looks after its file. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { GomcpError } from "../../base/errors.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { type OpenedStore, testStateStore } from "./contract.ts";
import { openSqliteState } from "./sqlite_state.ts";

async function open(): Promise<OpenedStore> {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-test-" });
  const clock = new FakeClock();
  const store = openSqliteState(`${folder}/deep/state.db`, clock);
  const other = openSqliteState(`${folder}/deep/state.db`, clock);
  return {
    store,
    other,
    settle: () => Promise.resolve(clock.advance(LIMITS.statePollMs)),
    async [Symbol.asyncDispose]() {
      await store.close();
      await other.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

testStateStore("openSqliteState()", open);

Deno.test("openSqliteState() makes a file that only its owner can read", async () => {
  await using opened = await open();
  const path = opened.store.location.slice("sqlite:".length);
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertEquals((await Deno.stat(path.slice(0, path.lastIndexOf("/")))).mode! & 0o777, 0o700);
});

Deno.test("openSqliteState() refuses files of a newer version and what is no state file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-test-" });
  const newer = new DatabaseSync(`${folder}/newer.db`);
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  const rows: [string, string][] = [
    ["newer.db", "it is of version 99, expected at most 4; a newer gomcp has written it"],
    ["text.db", "file is not a database"],
    [".", "Is a directory"],
  ];
  await Deno.writeTextFile(`${folder}/text.db`, "not a database, but long enough ".repeat(99));
  for (const [name, what] of rows) {
    const error = assertThrows(() => openSqliteState(`${folder}/${name}`), GomcpError);
    assertEquals(error.code, "invalid_request");
    assertEquals(error.message.includes(what), true, error.message);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openSqliteState() brings a file of an older version up to date, with all that it has", async () => {
  await using opened = await open();
  const path = opened.store.location.slice("sqlite:".length);
  const endsMs = new FakeClock().wall();
  const counter = { tenant: "a", unit: "calls", window: "day:1", endsMs } as const;
  await opened.store.take(counter, 9, 4);
  const db = new DatabaseSync(path);
  // As the first version made it; that knew no incarnations.
  for (const table of ["rates", "tasks", "task_usage", "task_changes"]) {
    db.exec(`DROP TABLE ${table}`);
  }
  db.exec("DROP INDEX counters_by_end; PRAGMA user_version = 1");
  const old = { id: "a", name: "A", suspended: false, limits: {}, denied: [], createdMs: 1 };
  db.prepare("INSERT INTO tenants (id, version, record) VALUES ('a', 1, ?)")
    .run(JSON.stringify({ ...old, version: 1 }));
  db.close();
  const store = openSqliteState(path, new FakeClock());
  assertEquals(await store.readCounter(counter), 4);
  const expected = { ...old, allowed: undefined, incarnation: 0, version: 1 };
  assertEquals(await store.getTenant("a"), expected);
  const rate = { intervalMs: 1_000, toleranceMs: 0 };
  assertEquals((await store.takeRate("a", rate, 1, 1, 1)).granted, 1);
  await store.close();
});

Deno.test("openSqliteState() forgets counters a day after their period", async () => {
  await using opened = await open();
  const path = opened.store.location.slice("sqlite:".length);
  const clock = new FakeClock();
  const counter = (window: string, endsMs: number) =>
    ({ tenant: "a", unit: "calls", window, endsMs }) as const;
  const [old, recent] = [counter("day:1", clock.wall()), counter("day:2", clock.wall() + 1)];
  await opened.store.take(old, 9, 1);
  await opened.store.take(recent, 9, 1);
  clock.advance(86_400_001);
  const later = openSqliteState(path, clock);
  assertEquals([await later.readCounter(old), await later.readCounter(recent)], [0, 1]);
  clock.advance(3_600_000);
  await later.take(counter("day:3", clock.wall()), 9, 1);
  assertEquals(await later.readCounter(recent), 0, "also in a process that goes on");
  await later.close();
});

Deno.test("openSqliteState() tells that anything may have changed after too many changes", async () => {
  await using opened = await open();
  const { store, other } = opened;
  const seen: (string | undefined)[] = [];
  const stop = await other.watch((id) => void seen.push(id));
  const path = store.location.slice("sqlite:".length);
  const db = new DatabaseSync(path);
  db.exec(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) " +
      "INSERT INTO changes (tenant) SELECT 't' || i FROM n; DELETE FROM changes WHERE seq = 1",
  );
  db.close();
  await opened.settle(() => true);
  assertEquals(seen, [undefined]);
  stop();
});

Deno.test("openSqliteState() waits shortly where others write, and says so until they are done", async () => {
  await using opened = await open();
  const { store } = opened;
  const counter = { tenant: "a", unit: "calls", window: "day:1", endsMs: 0 } as const;
  const other = new DatabaseSync(store.location.slice("sqlite:".length));
  other.exec("BEGIN IMMEDIATE");
  const beganMs = performance.now();
  const error = assertThrows(() => store.take(counter, 9, 1), GomcpError);
  const tookMs = performance.now() - beganMs;
  assertEquals(error.code, "overloaded");
  assert(tookMs < LIMITS.stateTimeoutMs * 0.75, `all calls are held up for ${tookMs} ms`);
  assertThrows(() => store.ping(), GomcpError, "locked");
  assertEquals(store.getTenant("a"), undefined, "who only reads does not mind");
  other.exec("COMMIT");
  other.close();
  store.ping();
  assertEquals(store.take(counter, 9, 1), { granted: 1, taken: 1 });
  assertEquals(store.readSlots("", 0), 0);
});
