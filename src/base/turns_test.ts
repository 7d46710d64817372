/** Work in turns: never more at once, in its order, whatever becomes of it. */
import { assertEquals, assertRejects } from "@std/assert";
import { Turns } from "./turns.ts";

Deno.test("Turns runs so much at once, the rest in its order, also after what fails", async () => {
  const turns = new Turns(2);
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const begun: number[] = [];
  const all = gates.map(({ promise }, at) =>
    turns.run(() => {
      begun.push(at);
      return promise;
    })
  );
  assertEquals(begun, [0, 1]);
  gates[1]!.reject(new Error("no luck"));
  await assertRejects(() => all[1]!, Error, "no luck");
  assertEquals(begun, [0, 1, 2]);
  gates[2]!.resolve(2);
  await all[2];
  assertEquals(begun, [0, 1, 2, 3]);
  for (const [at, { resolve }] of gates.entries()) resolve(at);
  assertEquals(await Promise.all(all.toSpliced(1, 1)), [0, 2, 3, 4]);
  assertEquals(begun, [0, 1, 2, 3, 4]);
});
