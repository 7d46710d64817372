/** Lines over a stream that is cut anywhere. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { once } from "node:events";
import fc from "fast-check";
import { LineChannel } from "./line_channel.ts";

/** A socket without a system: what is written is kept, what is pushed is read. */
class Wire extends Duplex {
  readonly written: Buffer[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: unknown, done: () => void): void {
    this.written.push(chunk);
    queueMicrotask(done);
  }
}

function setUp(charsMax = 1_000) {
  const wire = new Wire();
  const lines: string[] = [];
  const ends: (string | undefined)[] = [];
  const channel = new LineChannel(
    { input: wire as unknown as Socket, output: wire as unknown as Socket },
    charsMax,
    {
      onLine: (line) => void lines.push(line),
      onClose: (fault) => void ends.push(fault),
    },
  );
  return { wire, lines, ends, channel };
}

/** Lets the stream hand on all that it was given. */
async function settle(wire: Duplex): Promise<void> {
  wire.push(null);
  await once(wire, "end");
}

Deno.test("LineChannel gives each line once, wherever its bytes are cut", async () => {
  const lines = fc.array(fc.string({ unit: "grapheme", maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(lines, fc.array(fc.nat(40)), async (texts, sizes) => {
      const sent = texts.map((text) => text.replaceAll("\n", ""));
      const { wire, lines } = setUp();
      const bytes = Buffer.from(sent.map((line) => `${line}\n`).join(""));
      let at = 0;
      for (const size of sizes) {
        wire.push(bytes.subarray(at, at + size + 1));
        at += size + 1;
      }
      wire.push(bytes.subarray(at));
      await settle(wire);
      assertEquals(lines, sent);
    }),
    { numRuns: 100 },
  );
});

Deno.test("LineChannel closes at a line that is too long, and not at one that is just short enough", async () => {
  const { wire, lines, ends } = setUp(10);
  wire.push("1234567890\n");
  wire.push("12345");
  wire.push("678901");
  await once(wire, "close");
  assertEquals([lines, ends], [["1234567890"], ["a line of more than 10 characters"]]);
});

Deno.test("LineChannel sends lines of one turn together, long ones apart, all in their order", async () => {
  const { wire, channel } = setUp();
  const long = "x".repeat(300_000);
  for (const line of ["a", "b", long, "c", long, "d"]) channel.send(line);
  assert(channel.waiting > 600_000);
  channel.end();
  await once(wire, "finish");
  const text = Buffer.concat(wire.written).toString();
  assertEquals(text, `a\nb\n${long}\nc\n${long}\nd\n`);
  assertEquals([wire.written.length <= 3, channel.waiting], [true, 0]);
});
