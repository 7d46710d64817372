/** Whatever a client writes, stdio lives on, says nothing but JSON-RPC, and answers each request once. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { FuzzRuntime } from "../../../tests/support/fuzz/features.ts";
import { handshakeOf, Ledger, owedFor } from "../../../tests/support/fuzz/ledger.ts";
import { contendingText, wireBytes, wireText } from "../../../tests/support/fuzz/messages.ts";
import { turn, withoutStrays } from "../../../tests/support/fuzz/strays.ts";
import { initialize, legacy, type Message, modernCall } from "../../../tests/support/mcp.ts";
import { within } from "../../../tests/support/wait.ts";
import { type ByteReader, serveStdio } from "./stdio.ts";

const BATCHES = "2025-03-26";
/** A run that never ends fails after seconds; a smaller one is not looked for without end. */
const PATIENCE = { interruptAfterTimeLimit: 20_000 };

/** Gives one piece at a time, as a client's writes come. */
class PieceReader implements ByteReader {
  #next = Promise.withResolvers<Uint8Array | null>();

  /** The piece is taken before this resolves; null is the end. */
  async give(piece: Uint8Array | null): Promise<void> {
    this.#next.resolve(piece);
    await turn();
  }

  async read(into: Uint8Array): Promise<number | null> {
    const piece = await this.#next.promise;
    if (piece === null) return null;
    const length = Math.min(piece.length, into.length);
    into.set(piece.subarray(0, length));
    this.#next = Promise.withResolvers();
    if (length < piece.length) this.#next.resolve(piece.subarray(length));
    return length;
  }
}

/** A conversation of these pieces, then of two good requests, then its end. */
async function converse(pieces: readonly Uint8Array[]): Promise<void> {
  const served = new FuzzRuntime();
  const input = new PieceReader();
  let written = "";
  const output = {
    write: (bytes: Uint8Array) => {
      written += new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return Promise.resolve(bytes.length);
    },
  };
  const end = serveStdio(served.runtime, { input, output });
  for (const piece of pieces) await input.give(piece);
  served.open();
  await input.give(encode(`\n${GOOD.map((message) => `${JSON.stringify(message)}\n`).join("")}`));
  const good = linesOf(written).filter((line): line is Message => !Array.isArray(line));
  await input.give(null);
  assertEquals(await within(end, "the end of the conversation", 5_000), "end_of_input");
  await served.finish();
  assertEquals(served.faults, []);
  for (const { id } of GOOD) assert(good.find((line) => line.id === id)?.result, `${id}`);
  settle(pieces, linesOf(written));
}

const GOOD = [legacy("good legacy", "ping"), modernCall("good modern", "add", { a: 1, b: 2 })];

function settle(pieces: readonly Uint8Array[], answers: readonly unknown[]): void {
  const ledger = new Ledger();
  let version: string | undefined;
  for (const line of textOf(pieces).split("\n")) {
    if (line === "" || line === "\r") continue;
    ledger.owe(owedFor(line, version === BATCHES));
    version = handshakeOf(line) ?? version;
  }
  for (const { id } of GOOD) ledger.owe({ ids: [id], anonymous: 0, cancelled: [] });
  for (const line of answers) {
    if (!Array.isArray(line)) ledger.receive(line);
    else {
      assert(line.length > 0, "an empty batch of answers");
      line.forEach((message) => ledger.receive(message));
    }
  }
  ledger.settle();
}

function linesOf(written: string): unknown[] {
  const lines = written.split("\n");
  assertEquals(lines.pop(), "");
  return lines.map((line) => JSON.parse(line));
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function textOf(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}

Deno.test("serveStdio() answers every request of any lines exactly once, and goes on", async () => {
  const version = fc.constantFrom(BATCHES, undefined, "2025-11-25");
  await fc.assert(
    fc.asyncProperty(version, fc.array(wireText, { maxLength: 8 }), (version, lines) => {
      const hello = version === undefined ? [] : [JSON.stringify(initialize("hello", version))];
      return withoutStrays(() => converse([...hello, ...lines].map((line) => encode(`${line}\n`))));
    }),
    { ...PATIENCE, numRuns: 600 },
  );
});

Deno.test("serveStdio() answers every request of any bytes exactly once, however they are cut", async () => {
  const pieces = fc.array(
    fc.oneof(wireBytes, wireText.map(encode), fc.constant(encode("\n"))),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(pieces, (pieces) => withoutStrays(() => converse(pieces))),
    { ...PATIENCE, numRuns: 600 },
  );
});

Deno.test("serveStdio() answers every request exactly once, however often its id comes again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(contendingText, { maxLength: 8 }), (lines) => {
      const hello = JSON.stringify({
        ...initialize("hello", "2025-11-25"),
        params: { protocolVersion: "2025-11-25", capabilities: { elicitation: {} } },
      });
      return withoutStrays(() => converse([hello, ...lines].map((line) => encode(`${line}\n`))));
    }),
    { ...PATIENCE, numRuns: 400 },
  );
});
