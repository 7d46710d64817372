/** Batches that programs build: taken whole, or refused with a pointer. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { type BatchBuilder, createBatch, type OnError } from "./create_batch.ts";

Deno.test("createBatch() keeps calls in their order, one after another unless it is told", () => {
  const batch = createBatch().add("r1", "a", { n: 1 }).add(2, "b").build();
  assertEquals(batch, {
    calls: [{ id: "r1", tool: "a", args: { n: 1 } }, { id: 2, tool: "b", args: {} }],
    parallel: 1,
    onError: "continue",
  });
  const wide = createBatch().add("r1", "a").parallel(true).onError("stop").build();
  assertEquals([wide.parallel, wide.onError], [true, "stop"]);
});

Deno.test("a batch does not change when its builder goes on", () => {
  const builder = createBatch().add("r1", "a");
  const batch = builder.build();
  builder.add("r2", "a");
  assertEquals(batch.calls.length, 1);
});

function many(count: number): BatchBuilder {
  const builder = createBatch();
  for (let id = 0; id < count; id++) builder.add(id, "a");
  return builder;
}

const WRONG: readonly (readonly [string, BatchBuilder, string, string])[] = [
  ["no call", createBatch(), "invalid_request", "/calls"],
  ["too many calls", many(LIMITS.batchItemsMax + 1), "too_large", "/calls"],
  ["an id that stands twice", many(3).add(1, "b"), "invalid_request", "/calls/3/id"],
  ["a long id", many(1).add("i".repeat(257), "b"), "invalid_request", "/calls/1/id"],
  ["parallel of 0", many(1).parallel(0), "invalid_request", "/parallel"],
  ["an unknown onError", many(1).onError("x" as OnError), "invalid_request", "/onError"],
];
for (const [what, builder, code, pointer] of WRONG) {
  Deno.test(`createBatch() refuses ${what} at ${pointer}`, () => {
    const error = assertThrows(() => builder.build(), GomcpError);
    assertEquals([error.code, error.problem.pointer], [code, pointer]);
  });
}

Deno.test("createBatch() takes as many calls as the limit says", () => {
  assertEquals(many(LIMITS.batchItemsMax).build().calls.length, LIMITS.batchItemsMax);
});
