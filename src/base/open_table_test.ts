import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { OpenTable } from "./open_table.ts";

Deno.test("OpenTable gives each thing a number of its own and finds it by that", () => {
  const table = new OpenTable<string>(2);
  const numbers = ["a", "b", "c", "d", "e"].map((item) => table.add(item));
  assertEquals(new Set(numbers).size, 5);
  assertEquals(numbers.map((number) => table.get(number)), ["a", "b", "c", "d", "e"]);
  assertEquals(table.size, 5);
  assertEquals(table.numberOf("d"), numbers[3]);
  assertEquals(table.numberOf("x"), undefined);
});

Deno.test("OpenTable gives no number again, so one that was taken finds nothing", () => {
  const table = new OpenTable<string>(2);
  const gone = table.add("gone");
  const stays = table.add("stays");
  assertEquals(table.take(gone), "gone");
  const next = table.add("next");
  assert(next !== gone && next !== stays);
  assertEquals(table.get(gone), undefined);
  assertEquals(table.take(gone), undefined);
  assertEquals([table.get(stays), table.get(next), table.size], ["stays", "next", 2]);
});

Deno.test("OpenTable does what a Map does, with its own numbers and with those of another", () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(40)), { maxLength: 300 });
  fc.assert(fc.property(steps, (steps) => {
    const [giving, taking] = [new OpenTable<object>(1), new OpenTable<object>(1)];
    const model = new Map<number, object>();
    for (const [isNew, which] of steps) {
      if (isNew) {
        const item = {};
        const number = giving.add(item);
        taking.set(number, item);
        assert(!model.has(number));
        model.set(number, item);
      } else {
        const number = [...model.keys()][which % Math.max(1, model.size)] ?? which;
        assertEquals(giving.take(number) !== undefined, model.has(number));
        taking.take(number);
        model.delete(number);
      }
      for (const table of [giving, taking]) {
        assertEquals(table.size, model.size);
        for (const [number, item] of model) assert(table.get(number) === item);
        assertEquals(new Set(table.all()), new Set(model.values()));
      }
    }
    giving.clear();
    assertEquals([giving.size, giving.all()], [0, []]);
  }));
});
