/** Sealed states: they open once, in time, untouched, and for what they belong to. */
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { FakeClock } from "../base/fake_clock.ts";
import { GomcpError } from "../base/errors.ts";
import { type Binding, canonicalDigest, StateSealer } from "./sealed_state.ts";

const TTL_MS = 1_000;
const BINDING = ["default", "client", "tool", "t"];

function setUp() {
  const clock = new FakeClock();
  return { clock, sealer: new StateSealer(clock, TTL_MS) };
}

function assertRefused(sealer: StateSealer, text: string, binding: Binding = BINDING): void {
  const error = assertThrows(() => sealer.open(text, binding), GomcpError);
  assertEquals(error.message, "the requestState is not one that can be used here");
  assertEquals(error.code, "invalid_request");
}

Deno.test("open() gives back any JSON value that was sealed", () => {
  const { sealer } = setUp();
  fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
    const plain = JSON.parse(JSON.stringify(value));
    assertEquals(sealer.open(sealer.seal(plain, BINDING), BINDING).value, plain);
  }));
});

Deno.test("seal() gives text that is safe in any protocol and shows nothing of the value", () => {
  const { sealer } = setUp();
  const texts = [1, 2].map(() => sealer.seal({ secret: "hunter2" }, BINDING));
  assertNotEquals(texts[0], texts[1]);
  for (const text of texts) {
    assertEquals(/^[A-Za-z0-9_-]+$/.test(text), true);
    const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    assertEquals(bytes.includes("hunter2"), false);
  }
});

// The length decides how many bits of the last character count: all three remainders.
for (const value of ["", "a", "ab"]) {
  Deno.test(`open() refuses a state of ${JSON.stringify(value)} with any character altered`, () => {
    const { sealer } = setUp();
    const text = sealer.seal(value, BINDING);
    for (let at = 0; at < text.length; at++) {
      const old = text.charCodeAt(at);
      for (const other of [old ^ 1, old ^ 2, 0x41, 0x20, 0x3d]) {
        if (other === old) continue;
        const altered = text.slice(0, at) + String.fromCharCode(other) + text.slice(at + 1);
        assertRefused(sealer, altered);
      }
    }
    assertEquals(sealer.open(text, BINDING).value, value);
  });
}

Deno.test("open() refuses a state that was shortened or lengthened", () => {
  const { sealer } = setUp();
  const text = sealer.seal("value", BINDING);
  for (let length = 0; length < text.length; length++) {
    assertRefused(sealer, text.slice(0, length));
  }
  for (const more of ["A", "AAAA", text]) assertRefused(sealer, text + more);
  assertEquals(sealer.open(text, BINDING).value, "value");
});

Deno.test("open() refuses any text that it never gave, and throws nothing else", () => {
  const { sealer } = setUp();
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.uint8Array({ maxLength: 100 }).map((bytes) => btoa(String.fromCharCode(...bytes))),
  );
  fc.assert(fc.property(texts, (text) => assertRefused(sealer, text)));
});

for (
  const [ms, good] of [[0, true], [TTL_MS - 1, true], [TTL_MS, false], [TTL_MS + 1, false]] as const
) {
  Deno.test(`open() ${good ? "takes" : "refuses"} a state of ${TTL_MS} ms after ${ms} ms`, () => {
    const { clock, sealer } = setUp();
    const text = sealer.seal("value", BINDING);
    clock.advance(ms);
    if (good) assertEquals(sealer.open(text, BINDING).value, "value");
    else assertRefused(sealer, text);
  });
}

Deno.test("open() takes a state once", () => {
  const { clock, sealer } = setUp();
  const text = sealer.seal("value", BINDING);
  assertEquals(sealer.open(text, BINDING).value, "value");
  for (const ms of [0, 1, TTL_MS - 2, 1, TTL_MS]) {
    clock.advance(ms);
    assertRefused(sealer, text);
  }
});

Deno.test("open() takes no state twice, in whatever order they are opened and time goes on", () => {
  const steps = fc.array(fc.tuple(fc.nat({ max: 19 }), fc.nat({ max: 200 })), { maxLength: 100 });
  fc.assert(fc.property(steps, (steps) => {
    const { clock, sealer } = setUp();
    const texts = Array.from({ length: 20 }, (_, i) => {
      clock.advance(10);
      return sealer.seal(i, BINDING);
    });
    const opened = new Set<number>();
    for (const [index, ms] of steps) {
      clock.advance(ms);
      try {
        sealer.open(texts[index]!, BINDING);
      } catch {
        continue;
      }
      assertEquals(opened.has(index), false);
      opened.add(index);
    }
  }));
});

Deno.test("open() refuses a state for anything else than it was sealed for, and keeps it good", () => {
  const { sealer } = setUp();
  const text = sealer.seal("value", BINDING);
  const others = [
    [],
    ["other", "client", "tool", "t"],
    ["default", "Client", "tool", "t"],
    ["default", "client", "prompt", "t"],
    ["default", "client", "tool", "u"],
    ["default", "client", "tool"],
    ["default", "client", "tool", "t", ""],
    ["default", "clienttool", "", "t"],
  ];
  for (const other of others) assertRefused(sealer, text, other);
  assertEquals(sealer.open(text, BINDING).value, "value");
});

Deno.test("open() refuses the state of another sealer", () => {
  assertRefused(setUp().sealer, setUp().sealer.seal("value", BINDING));
});

Deno.test("a sealer remembers as many used states as its limit says, then forgets the oldest", () => {
  const clock = new FakeClock();
  const usedMax = 100;
  const sealer = new StateSealer(clock, TTL_MS, undefined, usedMax);
  const [first, second] = ["first", "second"].map((value) => sealer.seal(value, BINDING));
  sealer.open(first!, BINDING);
  sealer.open(second!, BINDING);
  for (let i = 2; i < usedMax; i++) sealer.open(sealer.seal(0, BINDING), BINDING);
  assertRefused(sealer, first!);
  sealer.open(sealer.seal(0, BINDING), BINDING);
  assertRefused(sealer, second!);
  assertEquals(sealer.open(first!, BINDING).value, "first");
  clock.advance(TTL_MS);
  assertRefused(sealer, first!);
});

Deno.test("canonicalDigest() does not depend on the order of keys, at any depth", () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (value === null || typeof value !== "object") return value;
    const entries = Object.entries(value).map(([key, each]) => [key, reversed(each)]);
    return Object.fromEntries(entries.reverse());
  };
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assertEquals(canonicalDigest(value), canonicalDigest(reversed(value)));
  }));
});

Deno.test("canonicalDigest() tells different values apart", () => {
  const values = [
    undefined,
    null,
    "",
    0,
    false,
    [],
    {},
    [[]],
    [{}],
    { a: 1 },
    { a: "1" },
    { a: 1, b: 2 },
    { a: 2, b: 1 },
    { a: { b: 1 } },
    { b: { a: 1 } },
    [1, 2],
    [2, 1],
    "null",
    "{}",
    JSON.parse('{"__proto__":1}'),
  ];
  assertEquals(new Set(values.map(canonicalDigest)).size, values.length);
});

Deno.test("canonicalDigest() refuses what is nested too deep, as an error of its own", () => {
  let value = {};
  for (let depth = 0; depth < 100_000; depth++) value = { next: value };
  const error = assertThrows(() => canonicalDigest(value), GomcpError, "nested too deep");
  assertEquals(error.code, "invalid_arguments");
});

Deno.test("sealers of one key open each other's states; a key of another size is refused", () => {
  const clock = new FakeClock();
  const key = crypto.getRandomValues(new Uint8Array(32));
  const [one, two] = [new StateSealer(clock, TTL_MS, key), new StateSealer(clock, TTL_MS, key)];
  assertEquals(two.open(one.seal("x", BINDING), BINDING).value, "x");
  assertRefused(new StateSealer(clock, TTL_MS), one.seal("x", BINDING));
  for (const size of [0, 31, 33]) {
    assertThrows(() => new StateSealer(clock, TTL_MS, new Uint8Array(size)), GomcpError, "key has");
  }
});
