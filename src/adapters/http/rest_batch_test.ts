/** The body of a REST batch: taken whole, or refused whole with a pointer. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { LIMITS } from "../../base/limits.ts";
import { readBatch } from "./rest_batch.ts";

function items(count: number): { tool: string }[] {
  return Array.from({ length: count }, () => ({ tool: "t" }));
}

Deno.test("readBatch() takes calls with and without ids and arguments", () => {
  const requests = [
    { tool: "a" },
    { id: "x", tool: "b", arguments: { n: 1 } },
    { id: 7, tool: "c", arguments: [1], more: "ignored" },
  ];
  assertEquals(readBatch({ requests }), {
    calls: [
      { id: "0", tool: "a", args: {} },
      { id: "x", tool: "b", args: { n: 1 } },
      { id: 7, tool: "c", args: [1] },
    ],
    parallel: 1,
    onError: "continue",
    deadlineMs: undefined,
  });
});

Deno.test("readBatch() takes what becomes of the rest, and a deadline", () => {
  const batch = readBatch({ requests: items(1), onError: "stop", deadlineMs: 250.5 });
  assert("calls" in batch);
  assertEquals([batch.onError, batch.deadlineMs], ["stop", 250.5]);
});

const PARALLEL: readonly (readonly [unknown, number | true])[] = [
  [undefined, 1],
  [false, 1],
  [true, true],
  [1, 1],
  [2, 2],
  [1_000_000, 1_000_000],
];

for (const [parallel, width] of PARALLEL) {
  Deno.test(`readBatch() takes parallel ${parallel} for ${width}`, () => {
    const batch = readBatch({ requests: items(1), ...(parallel !== undefined && { parallel }) });
    assert("calls" in batch);
    assertEquals(batch.parallel, width);
  });
}

const LONGEST = "i".repeat(LIMITS.requestIdCharsMax);

const REFUSED: readonly (readonly [Record<string, unknown>, string])[] = [
  [{}, "/requests"],
  [{ requests: null }, "/requests"],
  [{ requests: {} }, "/requests"],
  [{ requests: "t" }, "/requests"],
  [{ requests: [] }, "/requests"],
  [{ requests: items(1), parallel: 0 }, "/parallel"],
  [{ requests: items(1), parallel: -1 }, "/parallel"],
  [{ requests: items(1), parallel: 1.5 }, "/parallel"],
  [{ requests: items(1), parallel: "yes" }, "/parallel"],
  [{ requests: items(1), parallel: null }, "/parallel"],
  [{ requests: items(1), onError: "ignore" }, "/onError"],
  [{ requests: items(1), onError: null }, "/onError"],
  [{ requests: items(1), deadlineMs: 0 }, "/deadlineMs"],
  [{ requests: items(1), deadlineMs: -5 }, "/deadlineMs"],
  [{ requests: items(1), deadlineMs: "5s" }, "/deadlineMs"],
  [{ requests: items(1), deadlineMs: LIMITS.timeoutMsMax + 1 }, "/deadlineMs"],
  [{ requests: [null] }, "/requests/0"],
  [{ requests: [...items(1), []] }, "/requests/1"],
  [{ requests: [...items(2), "t"] }, "/requests/2"],
  [{ requests: [{}] }, "/requests/0/tool"],
  [{ requests: [...items(1), { tool: 7 }] }, "/requests/1/tool"],
  [{ requests: [{ tool: null }] }, "/requests/0/tool"],
  [{ requests: [{ tool: "t", id: null }] }, "/requests/0/id"],
  [{ requests: [{ tool: "t", id: 1.5 }] }, "/requests/0/id"],
  [{ requests: [{ tool: "t", id: 2 ** 53 }] }, "/requests/0/id"],
  [{ requests: [{ tool: "t", id: {} }] }, "/requests/0/id"],
  [{ requests: [{ tool: "t", id: LONGEST + "i" }] }, "/requests/0/id"],
  [{ requests: [{ tool: "t", id: "a" }, { tool: "t", id: "a" }] }, "/requests/1/id"],
  [{ requests: [{ tool: "t", id: 7 }, ...items(1), { tool: "t", id: 7 }] }, "/requests/2/id"],
  [{ requests: [{ tool: "t", id: "1" }, { tool: "t" }] }, "/requests/1/id"],
];

for (const [body, pointer] of REFUSED) {
  Deno.test(`readBatch() refuses ${JSON.stringify(body).slice(0, 80)} at ${pointer}`, () => {
    const problem = readBatch(body);
    assert("code" in problem);
    assertEquals([problem.code, problem.pointer], ["invalid_request", pointer]);
    assert(problem.detail.startsWith("Cannot take batch: "));
  });
}

Deno.test('readBatch() tells the id 1 from the id "1", and takes the longest one', () => {
  const ids = [1, "1", LONGEST, ""];
  const batch = readBatch({ requests: ids.map((id) => ({ id, tool: "t" })) });
  assert("calls" in batch);
  assertEquals(batch.calls.map(({ id }) => id), ids);
});

for (const more of [-1, 0, 1]) {
  Deno.test(`readBatch() ${more > 0 ? "refuses" : "takes"} ${LIMITS.batchItemsMax + more} calls`, () => {
    const batch = readBatch({ requests: items(LIMITS.batchItemsMax + more) });
    if (more <= 0) assert("calls" in batch);
    else {
      assertEquals(batch, {
        code: "too_large",
        detail: "Cannot take batch: it has 101 requests, expected at most 100",
        pointer: "/requests",
        limit: LIMITS.batchItemsMax,
      });
    }
  });
}

Deno.test("readBatch() gives a batch or a problem for any JSON", () => {
  const body = fc.dictionary(
    fc.constantFrom("requests", "parallel", "onError", "deadlineMs", "x"),
    fc.jsonValue(),
  );
  fc.assert(fc.property(body, (body) => {
    const batch = readBatch(body as Record<string, unknown>);
    return "code" in batch ? batch.pointer !== undefined : batch.calls.length > 0;
  }));
});
