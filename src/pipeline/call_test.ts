/** A call: what it is made of, and how it is stopped. */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { GomcpError, type Problem } from "../base/errors.ts";
import { Call, type CallOptions, DEFAULT_TENANT } from "./call.ts";

function createCall(): Call {
  return new Call({ tool: "t", args: { a: 1 }, adapter: "library" });
}

const LATE: Problem = { code: "deadline_exceeded", detail: "too late" };

Deno.test("Call has the default tenant, no id and an unknown client unless it is told", () => {
  const call = createCall();
  assertEquals([call.tenant, call.id, call.timeoutMs], [DEFAULT_TENANT, "", undefined]);
  assertEquals(call.client, {});
  assertEquals([call.target, call.checkedArgs, call.stopped], [undefined, undefined, undefined]);
});

Deno.test("Call keeps what it is told", () => {
  const onEvent = () => {};
  const options: CallOptions = {
    tool: "t",
    args: [1],
    adapter: "rest",
    id: 0,
    tenant: "acme",
    client: { name: "c" },
    timeoutMs: 5,
    onEvent,
  };
  const call = new Call(options);
  for (const [name, value] of Object.entries(options)) {
    assertStrictEquals(call[name as keyof CallOptions], value);
  }
});

Deno.test("Call takes a deadline that is a positive number, and no other", () => {
  for (const timeoutMs of [0.5, 1, Infinity]) {
    assertEquals(
      new Call({ tool: "t", args: {}, adapter: "library", timeoutMs }).timeoutMs,
      timeoutMs,
    );
  }
  for (const timeoutMs of [0, -1, NaN]) {
    const make = () => new Call({ tool: "t", args: {}, adapter: "library", timeoutMs });
    const error = assertThrows(make, GomcpError, `its timeoutMs is ${timeoutMs}`);
    assertEquals(error.code, "invalid_request");
  }
});

Deno.test("Call tells its owner once why it was stopped; the first reason holds", () => {
  const call = createCall();
  const told: Problem[] = [];
  call.onStop = (why) => told.push(why);
  call.stop(LATE);
  call.stop({ code: "cancelled", detail: "later" });
  call.cancel();
  assertEquals(told, [LATE]);
  assertEquals(call.stopped, LATE);
});

Deno.test("Call tells its owner before its tool", () => {
  const call = createCall();
  const order: string[] = [];
  call.onStop = () => order.push("owner");
  call.signal.addEventListener("abort", () => order.push("tool"));
  call.stop(LATE);
  assertEquals(order, ["owner", "tool"]);
});

Deno.test("Call makes one signal, when it is asked for it", () => {
  const call = createCall();
  const { signal } = call;
  assertEquals(signal.aborted, false);
  assertStrictEquals(call.signal, signal);
  call.cancel();
  assertEquals(signal.aborted, true);
});

Deno.test("Call gives an aborted signal to who asks after it was stopped", () => {
  const call = createCall();
  call.stop(LATE);
  const { aborted, reason } = call.signal;
  assertEquals([aborted, reason.name, reason.message], [true, "TimeoutError", "too late"]);
});

const REASONS: readonly (readonly [Problem["code"], string])[] = [
  ["deadline_exceeded", "TimeoutError"],
  ["cancelled", "AbortError"],
  ["overloaded", "AbortError"],
];

for (const [code, name] of REASONS) {
  Deno.test(`Call aborts its signal with ${name} when it is stopped as ${code}`, () => {
    const call = createCall();
    const { signal } = call;
    call.stop({ code, detail: "why" });
    assert(signal.reason instanceof DOMException);
    assertEquals([signal.reason.name, signal.reason.message], [name, "why"]);
  });
}

Deno.test("Call can be cancelled with words or without", () => {
  const [first, second] = [createCall(), createCall()];
  first.cancel();
  second.cancel("gone");
  assertEquals(first.stopped, { code: "cancelled", detail: "The client cancelled the call" });
  assertEquals(second.stopped, { code: "cancelled", detail: "gone" });
});
