/** Places, and who waits for one. */
import { assertEquals } from "@std/assert";
import { Bulkhead, type Leave } from "./bulkhead.ts";

Deno.test("Bulkhead gives places up to its bound, then a turn, then none", async () => {
  const bulkhead = new Bulkhead(1, 1);
  const first = bulkhead.enter() as Leave;
  const second = bulkhead.enter() as Promise<Leave>;
  assertEquals([bulkhead.enter(), bulkhead.taken, bulkhead.waiting], [undefined, 1, 1]);
  first();
  (await second)();
  assertEquals([bulkhead.taken, bulkhead.waiting], [0, 0]);
  assertEquals(typeof bulkhead.enter(), "function");
});
