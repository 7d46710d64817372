/** Problems and what was thrown: as data, as documents, as text. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import * as fc from "fast-check";
import { CODE_TABLE, type ErrorCode } from "./code_table.ts";
import {
  describeThrown,
  GomcpError,
  isGomcpError,
  type Problem,
  problemData,
  problemDocument,
} from "./errors.ts";

const FULL: Problem = {
  code: "overloaded",
  detail: "Cannot take the call",
  limit: 5,
  remaining: 0,
  retryAfterMs: 100,
};

Deno.test("GomcpError carries its code, its problem and its cause, and keeps the cause out of the problem", () => {
  const cause = new TypeError("inner");
  const error = new GomcpError("too_large", "Too much", { limit: 3, cause });
  assertEquals(error.code, "too_large");
  assertEquals(error.name, "GomcpError");
  assertEquals(error.message, "Too much");
  assertStrictEquals(error.cause, cause);
  assertEquals(error.problem, { code: "too_large", detail: "Too much", limit: 3 });
});

Deno.test("GomcpError without a cause has none, not even an undefined one", () => {
  assertEquals("cause" in new GomcpError("internal", "x"), false);
});

Deno.test("problemData() gives everything but the sentence", () => {
  assertEquals(problemData(FULL), {
    code: "overloaded",
    limit: 5,
    remaining: 0,
    retryAfterMs: 100,
  });
});

Deno.test("problemDocument() has the members of RFC 9457 and the problem's own", () => {
  assertEquals(problemDocument(FULL), {
    type: "about:blank",
    title: "Overloaded",
    status: 503,
    detail: "Cannot take the call",
    code: "overloaded",
    limit: 5,
    remaining: 0,
    retryAfterMs: 100,
  });
});

Deno.test("problemDocument() takes status and title of every code from the table", () => {
  for (const code of Object.keys(CODE_TABLE) as ErrorCode[]) {
    const { status, title } = problemDocument({ code, detail: "x" });
    assertEquals([status, title], [CODE_TABLE[code].http, CODE_TABLE[code].title]);
  }
});

const cycle: Record<string, unknown> = {};
cycle.self = cycle;

const THROWN: readonly (readonly [string, unknown, string])[] = [
  ["an error", new Error("boom"), "boom"],
  ["an error without a message", new RangeError(), "RangeError"],
  ["a GomcpError", new GomcpError("internal", "boom"), "boom"],
  ["a string", "boom", "boom"],
  ["an empty string", "", ""],
  ["undefined", undefined, "undefined was thrown: undefined"],
  ["null", null, "object was thrown: null"],
  ["a number", 7, "number was thrown: 7"],
  ["an object", { a: 1 }, 'object was thrown: {"a":1}'],
  ["an object without a prototype", Object.create(null), "object was thrown: {}"],
  ["a symbol", Symbol("s"), "symbol was thrown: Symbol(s)"],
  ["a BigInt", 1n, "bigint was thrown"],
  ["a cycle", cycle, "object was thrown"],
  ["a hostile toJSON", { toJSON: fail }, "object was thrown"],
];

function fail(): never {
  throw new Error("planted");
}

for (const [what, thrown, text] of THROWN) {
  Deno.test(`describeThrown() describes ${what}`, () => {
    assertEquals(describeThrown(thrown), text);
  });
}

Deno.test("describeThrown() gives a text of whatever was thrown", () => {
  fc.assert(fc.property(fc.anything(), (thrown) => typeof describeThrown(thrown) === "string"));
});

Deno.test("describeThrown() gives a text of an error whose message cannot be read", () => {
  const hostile = Object.defineProperty(new Error(), "message", { get: fail });
  assertEquals(typeof describeThrown(hostile), "string");
});

Deno.test("describeThrown() gives a text of an error whose message is none", () => {
  for (const message of [5, Symbol("s"), { a: 1 }]) {
    const odd = Object.assign(new Error(), { message });
    assertEquals(typeof describeThrown(odd), "string");
  }
});

Deno.test("isGomcpError() answers for whatever is thrown, a hostile proxy included", () => {
  const hostile = new Proxy({}, {
    getPrototypeOf: () => {
      throw new Error("planted");
    },
  });
  assertEquals(isGomcpError(hostile), false);
  assertEquals(isGomcpError(new Error("x")), false);
  assertEquals(isGomcpError(new GomcpError("forbidden", "x")), true);
  assertEquals(typeof describeThrown(hostile), "string");
});
