/** Large bodies: in pieces, whole, and given up when nobody takes them. */
import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { guardedBody, pieces } from "./guarded_body.ts";

const PIECE_BYTES = 64 * 1024;

for (const length of [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES]) {
  Deno.test(`pieces() cuts ${length} bytes without losing one`, () => {
    const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
    const cut = [...pieces(bytes)];
    assertEquals(cut.length, Math.ceil(length / PIECE_BYTES));
    assertEquals(cut.every((piece) => piece.length <= PIECE_BYTES), true);
    let at = 0;
    for (const piece of cut) {
      assertEquals(piece.every((byte, i) => byte === bytes[at + i]), true);
      at += piece.length;
    }
    assertEquals(at, length);
  });
}

Deno.test("guardedBody() gives the whole body to a client that reads, and leaves no timer", async () => {
  const clock = new FakeClock();
  const bytes = Uint8Array.from({ length: 3 * PIECE_BYTES + 7 }, (_, i) => i % 251);
  const body = guardedBody(bytes, clock);
  assertEquals(new Uint8Array(await new Response(body).arrayBuffer()), bytes);
  assertEquals(clock.pending, 0);
});

Deno.test("guardedBody() gives up a client that takes no piece for too long, not before", async () => {
  const clock = new FakeClock();
  const reader = guardedBody(new Uint8Array(3 * PIECE_BYTES), clock).getReader();
  await reader.read();
  clock.advance(LIMITS.outputStallMs - 1);
  await reader.read();
  clock.advance(LIMITS.outputStallMs);
  await assertRejects(() => reader.read(), Error, "does not read");
  assertEquals(clock.pending, 0);
});

Deno.test("guardedBody() forgets a client that leaves", async () => {
  const clock = new FakeClock();
  const reader = guardedBody(new Uint8Array(3 * PIECE_BYTES), clock).getReader();
  await reader.read();
  await reader.cancel();
  assertEquals(clock.pending, 0);
});
