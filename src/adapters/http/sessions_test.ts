/** Legacy sessions: how many, for how long, and which one goes first. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { Call } from "../../pipeline/call.ts";
import { type Session, Sessions } from "./sessions.ts";

const IDLE_MS = LIMITS.sessionIdleMs;

function setUp() {
  const clock = new FakeClock();
  const sessions = new Sessions(clock);
  const open = (): Session => {
    const session = sessions.open({});
    assert(session !== undefined);
    return session;
  };
  return { clock, sessions, open };
}

function openCall(session: Session): Call {
  const call = new Call({ tool: "t", args: {}, adapter: "http", id: 1 });
  session.peer.open.set(1, call);
  return call;
}

/** As many sessions as there may be. */
function fill(open: () => Session, count: number): Session[] {
  return Array.from({ length: count }, () => open());
}

Deno.test("Sessions finds what it has opened, under ids that nobody can guess", () => {
  const { sessions, open } = setUp();
  const [first, second] = [open(), open()];
  assert(/^[\x21-\x7e]{20,}$/.test(first.id) && first.id !== second.id);
  assertStrictEquals(sessions.use(first.id), first);
  assertStrictEquals(sessions.use(second.id), second);
  assertEquals(sessions.use("unknown"), undefined);
  assertEquals(sessions.size, 2);
});

Deno.test("Sessions keeps what is known of the client", () => {
  const session = new Sessions(new FakeClock()).open({ address: "::1" });
  assertEquals(session?.peer.client, { address: "::1" });
  assertEquals(session?.peer.adapter, "http");
});

Deno.test("Sessions ends a session once, and stops its calls", () => {
  const { sessions, open } = setUp();
  const session = open();
  const call = openCall(session);
  assertEquals(sessions.end(session.id), true);
  assertEquals(call.stopped, { code: "cancelled", detail: "The session has ended" });
  assertEquals([sessions.end(session.id), sessions.use(session.id)], [false, undefined]);
});

for (const [more, alive] of [[-1, true], [0, true], [1, false]] as const) {
  Deno.test(`Sessions ${alive ? "keeps" : "ends"} a session that was unused for ${more} ms more than allowed`, () => {
    const { clock, sessions, open } = setUp();
    const session = open();
    clock.advance(IDLE_MS + more);
    assertEquals(sessions.use(session.id) === session, alive);
    assertEquals(sessions.size, alive ? 1 : 0);
  });
}

Deno.test("Sessions counts the idle time from the last use", () => {
  const { clock, sessions, open } = setUp();
  const session = open();
  for (let turn = 0; turn < 5; turn++) {
    clock.advance(IDLE_MS);
    assertStrictEquals(sessions.use(session.id), session);
  }
});

Deno.test("Sessions never ends a session for idleness while it has an open call", () => {
  const { clock, sessions, open } = setUp();
  const session = open();
  const call = openCall(session);
  clock.advance(10 * IDLE_MS);
  open();
  assertStrictEquals(sessions.use(session.id), session);
  assertEquals(call.stopped, undefined);
});

Deno.test("Sessions forgets idle sessions when another one opens", () => {
  const { clock, sessions, open } = setUp();
  fill(open, 100);
  clock.advance(IDLE_MS + 2_000);
  open();
  assertEquals(sessions.size, 1);
});

Deno.test("Sessions looks past a session at work when it forgets the idle ones", () => {
  const { clock, sessions, open } = setUp();
  const working = open();
  openCall(working);
  fill(open, 10);
  clock.advance(IDLE_MS + 2_000);
  open();
  assertEquals(sessions.size, 2);
  assertStrictEquals(sessions.use(working.id), working);
});

Deno.test("Sessions forgets idle sessions though an older one is used all the time", () => {
  const { clock, sessions, open } = setUp();
  const busy = open();
  fill(open, 10);
  for (let passedMs = 0; passedMs < IDLE_MS + 2_000; passedMs += 900) {
    clock.advance(900);
    sessions.use(busy.id);
  }
  open();
  assertEquals(sessions.size, 2);
});

Deno.test("Sessions ends the one unused for longest when one more than allowed opens", () => {
  const { clock, sessions, open } = setUp();
  const all = fill(open, LIMITS.sessionsMax - 1);
  assertEquals(sessions.size, LIMITS.sessionsMax - 1);
  open();
  assertEquals(sessions.size, LIMITS.sessionsMax);
  clock.advance(5_000);
  sessions.use(all[0]!.id);
  open();
  assertEquals(sessions.size, LIMITS.sessionsMax);
  assertEquals(sessions.use(all[1]!.id), undefined);
  assertStrictEquals(sessions.use(all[0]!.id), all[0]);
});

Deno.test("Sessions does not end the one that is used most, however often that is", () => {
  const { clock, sessions, open } = setUp();
  const [busy] = fill(open, LIMITS.sessionsMax);
  for (let turn = 0; turn < 100; turn++) {
    clock.advance(900);
    sessions.use(busy!.id);
  }
  open();
  assertStrictEquals(sessions.use(busy!.id), busy);
});

Deno.test("Sessions spares sessions at work when it must end one, and opens none when all are", () => {
  const { sessions, open } = setUp();
  const all = fill(open, LIMITS.sessionsMax);
  const spared = all[LIMITS.sessionsMax - 1]!;
  for (const session of all) if (session !== spared) openCall(session);
  open();
  assertEquals(sessions.use(spared.id), undefined);
  assertStrictEquals(sessions.use(all[0]!.id), all[0]);
  const full = setUp();
  for (const session of fill(full.open, LIMITS.sessionsMax)) openCall(session);
  assertEquals(full.sessions.open({}), undefined);
  assertEquals(full.sessions.size, LIMITS.sessionsMax);
});
