/** The forms of HTTP answers. */
import { assertEquals } from "@std/assert";
import { CODE_TABLE, type ErrorCode } from "../../base/code_table.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { invalidParams, methodNotFound } from "../../protocol/jsonrpc.ts";
import { GUARDED_BYTES_MIN } from "./guarded_body.ts";
import { empty, jsonText, problemResponse, retryAfter, rpcErrorResponse } from "./respond.ts";

Deno.test("jsonText() is 200 with the text as it is, small or large", async () => {
  for (const length of [0, 1, GUARDED_BYTES_MIN - 3, GUARDED_BYTES_MIN - 2, GUARDED_BYTES_MIN]) {
    const clock = new FakeClock();
    const text = `"${"ü".repeat(length)}"`;
    const response = jsonText(text, clock);
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("content-type"), "application/json");
    assertEquals(response.headers.get("retry-after"), null);
    assertEquals(await response.text() === text, true);
    assertEquals(clock.pending, 0);
  }
});

const RETRY: readonly (readonly [number, string])[] = [
  [0, "1"],
  [1, "1"],
  [1_000, "1"],
  [1_001, "2"],
  [30_000, "30"],
];

for (const [ms, seconds] of RETRY) {
  Deno.test(`a refusal that is worth repeating after ${ms} ms says Retry-After: ${seconds}`, async () => {
    const texts = ["{}", `"${"x".repeat(GUARDED_BYTES_MIN)}"`];
    for (const text of texts) {
      const response = jsonText(text, new FakeClock(), retryAfter(ms));
      assertEquals([response.status, response.headers.get("retry-after")], [200, seconds]);
      await response.text();
    }
    const problem = problemResponse({ code: "overloaded", detail: "x", retryAfterMs: ms });
    assertEquals(problem.headers.get("retry-after"), seconds);
    await problem.body?.cancel();
  });
}

for (const code of Object.keys(CODE_TABLE) as ErrorCode[]) {
  Deno.test(`problemResponse() answers ${code} with ${CODE_TABLE[code].http} and a problem document`, async () => {
    const response = problemResponse({ code, detail: "why" }, { "x-more": "1" });
    assertEquals(response.status, CODE_TABLE[code].http);
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    assertEquals(response.headers.get("retry-after"), null);
    assertEquals(response.headers.get("x-more"), "1");
    const { status, title, detail, type } = await response.json();
    assertEquals([status, title, detail, type], [
      CODE_TABLE[code].http,
      CODE_TABLE[code].title,
      "why",
      "about:blank",
    ]);
  });
}

Deno.test("rpcErrorResponse() has the status of its error, and the id if there is one", async () => {
  const known = rpcErrorResponse(methodNotFound("x"), 7, { allow: "POST" });
  assertEquals([known.status, known.headers.get("allow")], [404, "POST"]);
  assertEquals((await known.json()).id, 7);
  const unknown = rpcErrorResponse(invalidParams("x"));
  assertEquals(unknown.status, 200);
  assertEquals("id" in await unknown.json(), false);
});

Deno.test("empty() has no body", () => {
  const response = empty(202, { allow: "POST" });
  assertEquals([response.status, response.body, response.headers.get("allow")], [
    202,
    null,
    "POST",
  ]);
});
