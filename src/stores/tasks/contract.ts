/** What every store of tasks promises, as tests: each store's own test file runs all of them. */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../base/limits.ts";
import { newTaskId, type Task } from "../../tasks/task.ts";
import type { StoredTask, TaskQuota, TaskStore } from "../../tasks/task_store.ts";

/** A store for a test, and what is to be done behind it. */
export interface OpenedTasks extends AsyncDisposable {
  readonly store: TaskStore;
  /** Another connection to the same tasks; the same store where there is no other way. */
  readonly other: TaskStore;
}

const QUOTA: TaskQuota = { openMax: 100, bytesMax: 1_000_000 };
const LONG = 3_600_000;
const WAIT_MS = 30_000;

function task(more: Partial<Task> = {}): Task {
  return {
    id: newTaskId(),
    tenant: "a",
    principal: "p",
    adapter: "http",
    tool: "slow",
    args: { text: "ä 漢 \u{1f600}" },
    client: { name: "test" },
    capabilities: {},
    status: "working",
    createdMs: Date.now(),
    updatedMs: Date.now(),
    ttlMs: LONG,
    pollMs: 1_000,
    mayRepeat: false,
    attempts: 1,
    running: true,
    rounds: 0,
    answers: {},
    asked: {},
    ...more,
  };
}

async function created(
  store: TaskStore,
  more: Partial<Task> = {},
  dueInMs = LONG,
): Promise<StoredTask> {
  const stored = await store.create(task(more), dueInMs, QUOTA);
  assert(typeof stored === "object", `${stored}`);
  return stored;
}

async function replaced(
  store: TaskStore,
  before: StoredTask,
  more: Partial<Task>,
  dueInMs?: number,
): Promise<StoredTask> {
  const after = await store.replace(before, { ...before.task, ...more }, dueInMs, QUOTA);
  assert(typeof after === "object", `${after}`);
  return after;
}

/** Polls: the time of a store is its own. */
async function eventually(condition: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!(await condition())) {
    assert(performance.now() < end, `waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

type Check = (opened: OpenedTasks) => Promise<void>;

const CHECKS: Readonly<Record<string, Check>> = {
  async "has a task at once, and whole, for whoever asks"({ store, other }) {
    const stored = await created(store);
    assertEquals(await other.get(stored.task.id), stored);
    assertEquals([stored.version, stored.fence], [1, 1]);
    assertEquals(await other.get(newTaskId()), undefined);
  },
  async "lets one of those change a task who have seen the same"({ store, other }) {
    const before = await created(store);
    const after = await replaced(store, before, { statusMessage: "x" });
    assertEquals(await other.replace(before, before.task, undefined, QUOTA), "changed");
    assertEquals(await other.get(after.task.id), after);
    assertEquals(await store.replace({ ...after, task: task() }, task(), 0, QUOTA), "changed");
  },
  async "gives a task that is due to one of those who claim it"({ store, other }) {
    const before = await created(store, {}, 0);
    const { id } = before.task;
    const all = (await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? store : other).claim(LONG, 5)),
    )).flat();
    assertEquals(all.map(({ task }) => task.id), [id]);
    assertEquals(all[0]!.fence, 2);
    assertEquals(await other.claim(LONG, 5, id), []);
    // Whoever had it before is not believed any more.
    assertEquals(await store.replace(before, before.task, undefined, QUOTA), "changed");
    assertEquals(await store.renew(id, 1, LONG), false);
    assertEquals(await other.renew(id, 2, LONG), true);
  },
  async "gives what was claimed again once the claim is over, and not before"({ store, other }) {
    const { task: { id } } = await created(store, {}, 0);
    const [first] = await store.claim(1, 1, id);
    assertEquals(first?.fence, 2);
    let second: StoredTask | undefined;
    await eventually(async () => {
      [second] = await other.claim(LONG, 1, id);
      return second !== undefined;
    }, "the claim is over");
    assertEquals(second?.fence, 3);
    assertEquals(await store.claim(LONG, 9), []);
  },
  async "gives at most as many as are wanted, and none that wait"({ store }) {
    for (let i = 0; i < 5; i++) await created(store, {}, 0);
    await created(store, {}, LONG);
    const over = await created(store, {}, 0);
    await replaced(store, over, { status: "completed" }, undefined);
    assertEquals((await store.claim(LONG, 3)).length, 3);
    assertEquals((await store.claim(LONG, 9)).length, 2);
    assertEquals((await store.claim(LONG, 9)).length, 0);
  },
  async "keeps a claim as long as it is renewed"({ store, other }) {
    const { task: { id } } = await created(store, {}, 0);
    const [claimed] = await store.claim(1, 1, id);
    assertEquals(await store.renew(id, claimed!.fence, LONG), true);
    assertEquals(await other.claim(LONG, 1), []);
    const ended = await replaced(store, (await store.get(id))!, { status: "failed" }, undefined);
    assertEquals(await store.renew(id, ended.fence, LONG), false);
  },
  async "keeps no more open tasks of a tenant than it may have"({ store, other }) {
    const quota = { ...QUOTA, openMax: 2 };
    const first = await store.create(task(), LONG, quota);
    assert(typeof first === "object");
    assert(typeof await other.create(task(), LONG, quota) === "object");
    assertEquals(await store.create(task(), LONG, quota), "open");
    assert(typeof await store.create(task({ tenant: "b" }), LONG, quota) === "object");
    await replaced(other, first, { status: "completed" }, undefined);
    assert(typeof await other.create(task(), LONG, quota) === "object");
    assertEquals(await store.create(task(), LONG, quota), "open");
  },
  async "keeps no more bytes of a tenant than it may have, and counts what ends"({ store, other }) {
    const big = (chars: number) => ({
      content: [{ type: "text" as const, text: "x".repeat(chars) }],
    });
    const quota = { ...QUOTA, bytesMax: 4_000 };
    const first = await store.create(task(), LONG, quota);
    assert(typeof first === "object");
    const large = { ...first.task, status: "completed" as const, result: big(5_000) };
    assertEquals(await other.replace(first, large, undefined, quota), "bytes");
    const fits = await other.replace(first, { ...large, result: big(3_300) }, undefined, quota);
    assert(typeof fits === "object");
    assertEquals(await store.create(task(), LONG, quota), "bytes");
    const smaller = await store.replace(fits, { ...large, result: big(1) }, undefined, quota);
    assert(typeof smaller === "object", "less is always taken");
    assert(typeof await store.create(task(), LONG, quota) === "object");
  },
  async "forgets tasks when their time is over, and what they took up"({ store, other }) {
    const quota = { openMax: 1, bytesMax: 10_000 };
    const short = await store.create(task({ ttlMs: 1 }), 0, quota);
    assert(typeof short === "object");
    const { id } = short.task;
    await eventually(async () => await other.get(id) === undefined, "its time is over");
    assertEquals(await store.claim(LONG, 9), []);
    assertEquals(await store.replace(short, short.task, 0, quota), "changed");
    assertEquals(await store.renew(id, 1, LONG), false);
    assertEquals(await other.list({ max: 9 }), []);
    const stays = await created(store, { tenant: "b" });
    assertEquals(await other.evict(LIMITS.taskEvictMax), 1);
    assertEquals(await store.evict(LIMITS.taskEvictMax), 0);
    assert(typeof await store.create(task(), LONG, quota) === "object", "there is room again");
    assertEquals(await other.get(stays.task.id), stays);
  },
  async "lists the newest first, of a tenant, of a status"({ store, other }) {
    const nowMs = Date.now();
    const at = (i: number) => ({ createdMs: nowMs + i });
    const one = await created(store, at(1));
    const two = await created(store, { ...at(2), tenant: "b" });
    const three = await created(store, at(3));
    const done = await replaced(store, two, { status: "completed" }, undefined);
    assertEquals(await other.list({ max: 9 }), [three, done, one]);
    assertEquals(await other.list({ max: 1 }), [three]);
    assertEquals(await other.list({ max: 9, tenant: "a" }), [three, one]);
    assertEquals(await other.list({ max: 9, status: "completed" }), [done]);
    assertEquals(await other.list({ max: 9, status: "completed", tenant: "a" }), []);
  },
  async "tells of changes by others, and stops when told"({ store, other }) {
    const seen = new Set<string | undefined>();
    const stop = await other.watch((id) => void seen.add(id));
    const first = await created(store);
    await eventually(() => Promise.resolve(seen.has(first.task.id)), "the new one is told of");
    seen.clear();
    await replaced(store, first, { statusMessage: "x" });
    await eventually(() => Promise.resolve(seen.has(first.task.id)), "the change is told of");
    stop();
    seen.clear();
    await created(store);
    assertEquals(seen.size, 0);
  },
};

/** Runs all checks, each on a store of its own. */
export function testTaskStore(name: string, open: () => Promise<OpenedTasks>): void {
  for (const [what, check] of Object.entries(CHECKS)) {
    Deno.test(`${name} ${what}`, async () => {
      await using opened = await open();
      await check(opened);
    });
  }
}
