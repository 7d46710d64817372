/** Output on a writer that the test holds back, slows down or breaks. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { type ByteWriter, Output } from "./output.ts";

/** Takes what the test lets it take. */
class HeldWriter implements ByteWriter {
  readonly offered: Uint8Array[] = [];
  #waiting: PromiseWithResolvers<number> | undefined;

  write(bytes: Uint8Array): Promise<number> {
    this.offered.push(bytes);
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** The text of the write that is under way. */
  get text(): string {
    return new TextDecoder().decode(this.offered.at(-1));
  }

  async take(count = this.offered.at(-1)!.length): Promise<void> {
    this.#waiting!.resolve(count);
    await settle();
  }

  async fail(error: Error): Promise<void> {
    this.#waiting!.reject(error);
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await undefined;
}

async function peek(promise: Promise<void>): Promise<boolean> {
  let done = false;
  promise.then(() => done = true);
  await settle();
  return done;
}

function setUp(writer: ByteWriter = new HeldWriter()) {
  const clock = new FakeClock();
  const lost: string[] = [];
  const output = new Output(writer, { clock, onLost: (why) => lost.push(why) });
  return { clock, lost, output, writer: writer as HeldWriter };
}

Deno.test("Output writes what is sent in one turn in one piece, a line each", async () => {
  const { output, writer } = setUp();
  output.send("a");
  output.send("b");
  output.notify("c");
  await settle();
  assertEquals(writer.text, "a\nb\nc\n");
  assertEquals(writer.offered.length, 1);
});

Deno.test("Output writes what is sent during a write with the next one", async () => {
  const { output, writer } = setUp();
  output.send("a");
  await settle();
  output.send("b");
  output.send("ü");
  await settle();
  assertEquals(writer.offered.length, 1);
  await writer.take();
  assertEquals(writer.text, "b\nü\n");
  await writer.take();
  assertEquals([writer.offered.length, output.backlog], [2, 0]);
});

Deno.test("Output goes on behind what a writer took of a piece", async () => {
  const { output, writer } = setUp();
  output.send("abcdef");
  await settle();
  await writer.take(2);
  assertEquals(writer.text, "cdef\n");
  assertEquals(output.backlog, 5);
  await writer.take(4);
  assertEquals(writer.text, "\n");
  await writer.take(1);
  assertEquals(output.backlog, 0);
});

Deno.test("Output writes every byte once and in order, however little a writer takes", async () => {
  const lines = fc.array(fc.string({ unit: "grapheme" }), { maxLength: 8 });
  const portions = fc.infiniteStream(fc.integer({ min: 1, max: 7 }));
  await fc.assert(fc.asyncProperty(lines, portions, async (lines, portions) => {
    const taken: number[] = [];
    const { output, lost } = setUp({
      write: (bytes) => {
        const count = Math.min(portions.next().value ?? 1, bytes.length);
        taken.push(...bytes.subarray(0, count));
        return Promise.resolve(count);
      },
    });
    for (const line of lines) {
      output.send(line);
      await undefined;
    }
    await output.drained();
    const text = new TextDecoder().decode(Uint8Array.from(taken));
    assertEquals(text, lines.map((line) => line.toWellFormed() + "\n").join(""));
    assertEquals(lost, []);
  }));
});

Deno.test("Output has nothing to wait for when nothing was sent", async () => {
  const { output, clock } = setUp();
  assertEquals(await peek(output.drained()), true);
  assertEquals(clock.pending, 0);
});

Deno.test("Output is drained when all is written, that of the meantime too", async () => {
  const { output, writer, clock } = setUp();
  output.send("a");
  const drained = output.drained();
  assertEquals(await peek(drained), false);
  output.send("b");
  await writer.take();
  assertEquals(await peek(drained), false);
  await writer.take();
  assertEquals(await peek(drained), true);
  assertEquals(clock.pending, 0);
});

Deno.test("Output needs no timer for a writer that takes bytes at once, and one as soon as it waits", async () => {
  let taken = "";
  const held = new HeldWriter();
  const writer: ByteWriter = {
    write(bytes) {
      if (taken.length >= 6) return held.write(bytes);
      // Three at a time: the rest is offered again.
      taken += new TextDecoder().decode(bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  };
  const { output, clock, lost } = setUp(writer);
  output.send("abcdefgh");
  await settle();
  assertEquals([taken, held.text, clock.pending], ["abcdef", "gh\n", 1]);
  await held.take();
  assertEquals([output.backlog, clock.pending, lost.length], [0, 0, 0]);
});

const BREAKS: readonly (readonly [string, () => Promise<number>])[] = [
  ["rejects", () => Promise.reject(new Error("EPIPE"))],
  ["throws", () => {
    throw new Error("EPIPE");
  }],
];

for (const [way, write] of BREAKS) {
  Deno.test(`Output tells once that the client is lost when the writer ${way}, and writes no more`, async () => {
    let writes = 0;
    const { output, lost, clock } = setUp({
      write: () => {
        writes++;
        return write();
      },
    });
    output.send("a");
    output.send("b");
    await output.drained();
    assertEquals(lost, ["EPIPE"]);
    output.send("c");
    output.notify("d");
    await output.drained();
    assertEquals([writes, lost.length, output.backlog, clock.pending], [1, 1, 0, 0]);
  });
}

Deno.test("Output loses a client that takes nothing of a write for too long, not before", async () => {
  const { output, lost, clock } = setUp();
  output.send("a");
  await settle();
  clock.advance(LIMITS.outputStallMs - 1);
  assertEquals(lost, []);
  clock.advance(1);
  assertEquals(lost, [`it has not read for ${LIMITS.outputStallMs} ms`]);
  clock.advance(LIMITS.outputStallMs);
  assertEquals([lost.length, clock.pending], [1, 0]);
});

Deno.test("Output keeps a slow client that takes a byte now and then", async () => {
  const { output, lost, clock, writer } = setUp();
  output.send("abcdefgh");
  await settle();
  for (let byte = 0; byte < 9; byte++) {
    clock.advance(LIMITS.outputStallMs - 1);
    await writer.take(1);
  }
  assertEquals([lost, output.backlog, clock.pending], [[], 0, 0]);
});

Deno.test("Output writes nothing more when a stalled write ends after all", async () => {
  const { output, lost, clock, writer } = setUp();
  output.send("abc");
  await settle();
  output.send("def");
  clock.advance(LIMITS.outputStallMs);
  await writer.take(1);
  assertEquals([lost.length, writer.offered.length, output.backlog], [1, 1, 0]);
  assertEquals(await peek(output.drained()), true);
});

Deno.test("Output is drained when the client is lost, though its write never ends", async () => {
  const { output, clock } = setUp();
  output.send("a");
  const drained = output.drained();
  await settle();
  clock.advance(LIMITS.outputStallMs);
  assertEquals(await peek(drained), true);
  assertEquals(await peek(output.drained()), true);
});

const HARD = LIMITS.outputHardBytesMax;
const SOFT = LIMITS.outputSoftBytesMax;

Deno.test("Output keeps a client up to the hard bound of unread answers, and loses it above", () => {
  const { output, lost, clock } = setUp();
  output.send("x".repeat(HARD - 2));
  assertEquals([output.backlog, lost.length], [HARD - 1, 0]);
  output.send("");
  assertEquals([output.backlog, lost.length], [HARD, 0]);
  clock.advance(LIMITS.outputGraceMs);
  assertEquals(lost.length, 0);
  output.send("");
  clock.advance(LIMITS.outputGraceMs - 1);
  assertEquals([output.backlog, lost.length], [HARD + 1, 0]);
  clock.advance(1);
  assertEquals([output.backlog, lost], [0, ["it does not read its answers"]]);
});

Deno.test("Output keeps a client above the hard bound as long as it reads", async () => {
  const { output, writer, lost, clock } = setUp();
  output.send("x".repeat(HARD + 10));
  await settle();
  for (let turn = 0; turn < 5; turn++) {
    clock.advance(LIMITS.outputGraceMs - 1);
    await writer.take(1);
    clock.advance(1);
    assertEquals(lost, []);
  }
  clock.advance(LIMITS.outputGraceMs);
  assertEquals(lost, ["it does not read its answers"]);
});

Deno.test("Output counts what a write has not got rid of yet", async () => {
  const { output, writer } = setUp();
  output.send("ü");
  await settle();
  output.send("ab");
  assertEquals(output.backlog, 6);
  await writer.take(1);
  assertEquals(output.backlog, 5);
});

Deno.test("Output drops notifications above the soft bound, but no answers, and counts them", async () => {
  const { output, writer, lost } = setUp();
  output.send("x".repeat(SOFT - 1));
  assertEquals(output.backlog, SOFT);
  output.notify("kept");
  assertEquals(output.droppedNotifications, 0);
  output.notify("dropped");
  output.notify("dropped");
  output.send("answer");
  assertEquals(output.droppedNotifications, 2);
  await settle();
  assert(writer.text.endsWith("x\nkept\nanswer\n"));
  await writer.take();
  output.notify("again");
  await settle();
  assertEquals(writer.text, "again\n");
  assertEquals([output.droppedNotifications, lost.length], [2, 0]);
});
