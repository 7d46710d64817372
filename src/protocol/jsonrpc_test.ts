/** JSON-RPC as MCP narrows it: what is a message, and how answers are written. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { CODE_TABLE, type ErrorCode } from "../base/code_table.ts";
import { LIMITS } from "../base/limits.ts";
import {
  clip,
  errorText,
  invalidParams,
  invalidRequest,
  isRequestId,
  methodNotFound,
  notificationText,
  parseError,
  problemToRpc,
  readEnvelope,
  type RequestId,
  resultText,
} from "./jsonrpc.ts";

const LONGEST = "i".repeat(LIMITS.requestIdCharsMax);

const IDS: readonly RequestId[] = [
  "a",
  "",
  "ümlaut",
  '"quoted"\n',
  LONGEST.slice(1),
  LONGEST,
  0,
  -1,
  1,
  Number.MAX_SAFE_INTEGER - 1,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
];

for (const id of IDS) {
  const shown = JSON.stringify(id).slice(0, 30);
  Deno.test(`readEnvelope() takes a request whose id is ${shown}, and it comes back`, () => {
    const message = { jsonrpc: "2.0", id, method: "ping" };
    assertEquals(readEnvelope(message), { kind: "message", message: message as never });
    assertEquals(JSON.parse(resultText(id, "")), { jsonrpc: "2.0", id, result: {} });
    assertEquals(JSON.parse(errorText(id, parseError("x"))).id, id);
  });
}

const WRONG_IDS: readonly (readonly [unknown, string])[] = [
  [null, "null"],
  [1.5, "integer of at most 2^53 - 1"],
  [NaN, "integer of at most 2^53 - 1"],
  [Number.MAX_SAFE_INTEGER + 1, "integer of at most 2^53 - 1"],
  [Number.MIN_SAFE_INTEGER - 1, "integer of at most 2^53 - 1"],
  [LONGEST + "i", `at most ${LIMITS.requestIdCharsMax} characters, this has`],
  [true, "a boolean"],
  [{}, "an object"],
  [[], "an array"],
];

for (const [id, complaint] of WRONG_IDS) {
  const shown = String(JSON.stringify(id)).slice(0, 30);
  Deno.test(`readEnvelope() refuses the id ${shown} and does not send it back`, () => {
    const envelope = readEnvelope({ jsonrpc: "2.0", id, method: "ping" });
    assert(envelope.kind === "invalid");
    assertEquals([envelope.error.code, envelope.error.httpStatus], [-32600, 400]);
    assertEquals(envelope.id, undefined);
    assertStringIncludes(envelope.error.message, complaint);
    assertEquals(isRequestId(id), false);
  });
}

Deno.test("readEnvelope() takes a message without an id as a notification", () => {
  const message = { jsonrpc: "2.0", method: "notifications/initialized", params: {} };
  assertEquals(readEnvelope(message), { kind: "message", message });
});

const NO_MESSAGES: readonly (readonly [unknown, RequestId | undefined, string])[] = [
  [null, undefined, "a message is an object, this is null"],
  [[], undefined, "a message is an object, this is an array"],
  ["ping", undefined, "a message is an object, this is a string"],
  [7, undefined, "a message is an object, this is a number"],
  [{}, undefined, '"jsonrpc" is "2.0" in every message'],
  [{ id: 1, method: "ping" }, 1, '"jsonrpc" is "2.0" in every message'],
  [{ jsonrpc: 2, id: 1, method: "ping" }, 1, '"jsonrpc" is "2.0" in every message'],
  [{ jsonrpc: "1.0", id: "a", method: "ping" }, "a", '"jsonrpc" is "2.0" in every message'],
  [{ jsonrpc: "2.0", id: 1 }, 1, '"method" is a string, this is nothing'],
  [{ jsonrpc: "2.0", id: 1, method: 1 }, 1, '"method" is a string, this is a number'],
  [{ jsonrpc: "2.0", id: 1, method: null }, 1, '"method" is a string, this is null'],
  [{ jsonrpc: "2.0", method: {} }, undefined, '"method" is a string, this is an object'],
  [{ jsonrpc: "2.0", id: 1, method: "x", params: [] }, 1, '"params" is an object, this is an arr'],
  [{ jsonrpc: "2.0", id: 1, method: "x", params: null }, 1, '"params" is an object, this is null'],
  [{ jsonrpc: "2.0", id: 1, method: "x", params: "a" }, 1, '"params" is an object, this is a str'],
];

for (const [value, id, complaint] of NO_MESSAGES) {
  Deno.test(`readEnvelope() refuses ${JSON.stringify(value)}`, () => {
    const envelope = readEnvelope(value);
    assert(envelope.kind === "invalid");
    assertEquals(envelope.error.code, -32600);
    assertEquals(envelope.id, id);
    assertStringIncludes(envelope.error.message, complaint);
  });
}

Deno.test("readEnvelope() knows responses, which are not answered", () => {
  for (const member of [{ result: {} }, { error: { code: 1, message: "x" } }]) {
    assertEquals(readEnvelope({ jsonrpc: "2.0", id: "a", ...member }).kind, "response");
  }
});

Deno.test("readEnvelope() takes an error without an id for a response, as MCP's schema has it", () => {
  // Answered with an error of the same form, two such servers would never stop.
  const error = { code: -32700, message: "Parse error" };
  assertEquals(readEnvelope({ jsonrpc: "2.0", error }).kind, "response");
});

Deno.test("readEnvelope() takes a message that has a method and a result for a request", () => {
  assertEquals(readEnvelope({ jsonrpc: "2.0", id: 1, method: "x", result: 1 }).kind, "message");
});

Deno.test("readEnvelope() gives a verdict on any JSON value", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const envelope = readEnvelope(value);
    if (envelope.kind !== "invalid") return false;
    return envelope.error.code === -32600;
  }));
});

const SAFE_IDS = fc.oneof(fc.maxSafeInteger(), fc.string({ maxLength: LIMITS.requestIdCharsMax }));

Deno.test("resultText() and errorText() are JSON with exactly the id that came", () => {
  fc.assert(fc.property(SAFE_IDS, fc.string(), (id, message) => {
    const expected = Object.is(id, -0) ? 0 : id;
    assertEquals(JSON.parse(resultText(id, '"content":[]')), {
      jsonrpc: "2.0",
      id: expected,
      result: { content: [] },
    });
    assertEquals(JSON.parse(errorText(id, invalidParams(message))), {
      jsonrpc: "2.0",
      id: expected,
      error: { code: -32602, message },
    });
  }));
});

Deno.test("errorText() leaves the id out when there is none: MCP knows no null id", () => {
  assertEquals(
    errorText(undefined, invalidRequest("x")),
    '{"jsonrpc":"2.0","error":{"code":-32600,"message":"x"}}',
  );
});

Deno.test("errorText() sends data, and never the HTTP status", () => {
  const error = JSON.parse(errorText(1, invalidParams("x", { pointer: "/a" }))).error;
  assertEquals(error, { code: -32602, message: "x", data: { pointer: "/a" } });
});

Deno.test("the errors of the protocol have their numbers and HTTP statuses", () => {
  const numbers = [parseError("x"), invalidRequest("x"), methodNotFound("x"), invalidParams("x")]
    .map(({ code, httpStatus }) => [code, httpStatus]);
  assertEquals(numbers, [[-32700, 400], [-32600, 400], [-32601, 404], [-32602, 200]]);
});

Deno.test("problemToRpc() takes the number from the table and stays in band", () => {
  for (const code of Object.keys(CODE_TABLE) as ErrorCode[]) {
    const error = problemToRpc({ code, detail: "why", retryAfterMs: 5 });
    assertEquals(error, {
      code: CODE_TABLE[code].jsonRpc,
      message: "why",
      httpStatus: 200,
      data: { code, retryAfterMs: 5 },
    });
  }
});

Deno.test("notificationText() has no id", () => {
  assertEquals(JSON.parse(notificationText("notifications/x", { a: 1 })), {
    jsonrpc: "2.0",
    method: "notifications/x",
    params: { a: 1 },
  });
});

Deno.test("clip() shortens what is longer than the limit, and only that", () => {
  assertEquals(clip("a".repeat(99)), "a".repeat(99));
  assertEquals(clip("a".repeat(100)), "a".repeat(100));
  assertEquals(clip("a".repeat(101)), "a".repeat(100) + "…");
  assertEquals(clip("abc", 2), "ab…");
});

Deno.test("clip() does not cut a character in two, which strict JSON readers refuse", () => {
  assertEquals(clip("a".repeat(99) + "😀b").isWellFormed(), true);
});

Deno.test("methodNotFound() repeats a long method only in part", () => {
  assert(methodNotFound("m".repeat(10_000)).message.length < 200);
});
