/** Batches: the order of the answers, and how many calls are under way at once. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { Call, type Handler } from "../pipeline/call.ts";
import { type Outcome, toolFailure } from "../pipeline/outcome.ts";
import { runBatch } from "./batch.ts";

function callsOf(count: number): Call[] {
  return Array.from(
    { length: count },
    (_, id) => new Call({ tool: "t", args: {}, adapter: "library", id }),
  );
}

function outcomeOf(call: Call): Outcome {
  return toolFailure(`done ${call.id}`);
}

/** Answers when told, and notes how many calls were under way at most. */
class Gate {
  readonly started: (string | number)[] = [];
  widest = 0;
  readonly #open = new Map<string | number, () => void>();

  readonly handler: Handler = (call) => {
    this.started.push(call.id);
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#open.set(call.id, () => resolve(outcomeOf(call)));
    this.widest = Math.max(this.widest, this.#open.size);
    return promise;
  };

  /** Ends one of the calls that are under way; false when there is none. */
  async endOne(pick: number): Promise<boolean> {
    const id = [...this.#open.keys()][pick % Math.max(1, this.#open.size)];
    if (id === undefined) return false;
    const end = this.#open.get(id)!;
    this.#open.delete(id);
    end();
    for (let turn = 0; turn < 10; turn++) await undefined;
    return true;
  }
}

for (const width of [1, 2, 3, 4, 100]) {
  Deno.test(`runBatch() of width ${width} starts so many of 3 calls at once, in order`, async () => {
    const gate = new Gate();
    const batch = runBatch(callsOf(3), width, gate.handler);
    assertEquals(gate.started, [0, 1, 2].slice(0, width));
    while (await gate.endOne(0));
    assertEquals(await batch, callsOf(3).map(outcomeOf));
    assertEquals(gate.widest, Math.min(width, 3));
  });
}

Deno.test("runBatch() of no calls has no outcomes", async () => {
  assertEquals(await runBatch([], 5, outcomeOf), []);
});

Deno.test("runBatch() takes tools that answer at once and later, mixed", async () => {
  const handler: Handler = (call) =>
    Number(call.id) % 2 === 0 ? outcomeOf(call) : Promise.resolve(outcomeOf(call));
  assertEquals(await runBatch(callsOf(7), 2, handler), callsOf(7).map(outcomeOf));
});

Deno.test("runBatch() answers in the order of the calls, in whichever order they end", async () => {
  const picks = fc.infiniteStream(fc.nat());
  await fc.assert(fc.asyncProperty(
    fc.nat(20),
    fc.integer({ min: 1, max: 25 }),
    picks,
    async (count, width, picks) => {
      const gate = new Gate();
      const batch = runBatch(callsOf(count), width, gate.handler);
      for (const pick of picks) if (!await gate.endOne(pick)) break;
      assertEquals(await batch, callsOf(count).map(outcomeOf));
      assertEquals(gate.started.length, count);
      assert(gate.widest <= width);
    },
  ));
});
