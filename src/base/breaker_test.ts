/** The circuit breaker of tools that break their hosts. */
import { assertEquals } from "@std/assert";
import { Breaker } from "./breaker.ts";

function failed(times: number, breaker: Breaker, nowMs = 0): boolean[] {
  return Array.from({ length: times }, () => breaker.onFailure("t", nowMs));
}

Deno.test("a breaker lets calls pass until there were too many failures in a row", () => {
  const breaker = new Breaker(3, 100);
  assertEquals(failed(2, breaker), [false, false]);
  assertEquals(breaker.admit("t", 0), undefined);
  assertEquals(failed(1, breaker), [true]);
  assertEquals([breaker.admit("t", 0), breaker.admit("t", 60)], [100, 40]);
  assertEquals(breaker.admit("other", 0), undefined);
});

Deno.test("a breaker forgets failures before a success", () => {
  const breaker = new Breaker(2, 100);
  for (let round = 0; round < 5; round++) {
    failed(1, breaker);
    breaker.onSuccess("t");
  }
  assertEquals(breaker.admit("t", 0), undefined);
});

Deno.test("after its time a breaker lets one call try, whose end decides", () => {
  const breaker = new Breaker(1, 100);
  failed(1, breaker);
  assertEquals([breaker.admit("t", 100), breaker.admit("t", 100)], [undefined, 100]);
  assertEquals(breaker.onFailure("t", 110), true);
  assertEquals(breaker.admit("t", 150), 60);
  assertEquals(breaker.admit("t", 210), undefined);
  breaker.onNothing("t");
  assertEquals(breaker.admit("t", 210), undefined);
  breaker.onSuccess("t");
  assertEquals([breaker.admit("t", 210), breaker.admit("t", 210)], [undefined, undefined]);
});

Deno.test("failures of calls that were under way do not say again that it is open", () => {
  const breaker = new Breaker(2, 100);
  assertEquals(failed(5, breaker), [false, true, false, false, false]);
});
