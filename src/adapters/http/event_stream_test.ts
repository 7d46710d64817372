/** A stream of events to a client that reads, reads slowly, leaves, or never reads. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { EventStream } from "./event_stream.ts";

const STALL_MS = LIMITS.outputStallMs;
/** What one event has beside its text. */
const FRAME_BYTES = "event: message\ndata: \n\n".length;

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await undefined;
}

function setUp() {
  const clock = new FakeClock();
  let lost = 0;
  const stream = new EventStream({ clock, onLost: () => lost++ });
  const reader = stream.response.body!.getReader();
  const read = async (): Promise<string | undefined> => {
    const { value, done } = await reader.read();
    return done ? undefined : new TextDecoder().decode(value);
  };
  return { clock, stream, reader, read, lost: () => lost };
}

Deno.test("EventStream has the headers of an event stream, and those that it is told", () => {
  const { clock } = setUp();
  const { response } = new EventStream({ clock, onLost: () => {}, headers: { "x-more": "1" } });
  assertEquals(response.status, 200);
  assertEquals(Object.fromEntries(response.headers), {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    "x-more": "1",
  });
});

Deno.test("EventStream sends notifications and the answer in order, and ends", async () => {
  const { clock, stream, read, lost } = setUp();
  stream.notify("1");
  stream.notify("2");
  stream.send("3");
  stream.close();
  const events = [await read(), await read(), await read()];
  assertEquals(events, ["1", "2", "3"].map((text) => `event: message\ndata: ${text}\n\n`));
  assertEquals(await read(), undefined);
  clock.advance(10 * STALL_MS);
  assertEquals([lost(), clock.pending], [0, 0]);
});

Deno.test("EventStream gives a waiting client each event as it comes", async () => {
  const { clock, stream, read } = setUp();
  const first = read();
  stream.send("1");
  assertEquals(await first, "event: message\ndata: 1\n\n");
  const second = read();
  await settle();
  assertEquals(clock.pending, 0);
  stream.close();
  assertEquals(await second, undefined);
});

Deno.test("EventStream does nothing after its end", async () => {
  const { stream, read } = setUp();
  stream.send("1");
  stream.close();
  stream.close();
  stream.send("2");
  stream.notify("3");
  assertEquals(await read(), "event: message\ndata: 1\n\n");
  assertEquals(await read(), undefined);
});

Deno.test("EventStream loses a client that never reads when the time has come, not before, and once", async () => {
  const { clock, stream, read, lost } = setUp();
  stream.send("1");
  clock.advance(STALL_MS - 1);
  stream.send("2");
  assertEquals(lost(), 0);
  clock.advance(1);
  assertEquals(lost(), 1);
  await assertRejects(read, Error, "does not read");
  stream.send("3");
  stream.close();
  clock.advance(10 * STALL_MS);
  assertEquals([lost(), clock.pending], [1, 0]);
});

Deno.test("EventStream gives up an ended stream that nobody reads, without calling it lost", async () => {
  const { clock, stream, read, lost } = setUp();
  stream.send("1");
  stream.close();
  clock.advance(STALL_MS);
  await assertRejects(read, Error, "does not read");
  assertEquals([lost(), clock.pending], [0, 0]);
});

Deno.test("EventStream waits as long as it must for a client that has read everything", async () => {
  const { clock, stream, read, lost } = setUp();
  for (let turn = 0; turn < 3; turn++) {
    stream.send("1");
    await read();
    clock.advance(10 * STALL_MS);
  }
  assertEquals(lost(), 0);
});

Deno.test("EventStream keeps a slow client as long as it reads at all", async () => {
  const { clock, stream, read, lost } = setUp();
  stream.send("1");
  stream.send("1");
  // The client is always two events behind, but takes one each time.
  for (let turn = 0; turn < 10; turn++) {
    clock.advance(STALL_MS - 1);
    await read();
    stream.send("1");
    await settle();
    assertEquals(lost(), 0, `lost after ${turn + 1} events that were read`);
  }
});

Deno.test("EventStream tells when the client leaves, once", async () => {
  const { clock, stream, reader, lost } = setUp();
  stream.send("1");
  await reader.cancel();
  assertEquals(lost(), 1);
  stream.send("2");
  stream.notify("3");
  stream.close();
  clock.advance(10 * STALL_MS);
  assertEquals([lost(), clock.pending], [1, 0]);
});

Deno.test("EventStream does not mind a client that leaves after the end", async () => {
  const { clock, stream, reader, lost } = setUp();
  stream.send("1");
  stream.close();
  await reader.cancel();
  assertEquals([lost(), clock.pending], [0, 0]);
});

Deno.test("EventStream drops notifications from the soft bound on, but no answers", async () => {
  const { stream, reader } = setUp();
  const texts: string[] = [];
  stream.send("x".repeat(LIMITS.outputSoftBytesMax - FRAME_BYTES - 1));
  stream.notify("kept");
  stream.notify("dropped");
  stream.send("answer");
  stream.close();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    texts.push(new TextDecoder().decode(next.value));
  }
  const all = texts.join("");
  assert(all.includes("data: kept\n\n") && all.endsWith("data: answer\n\n"));
  assertEquals(all.includes("dropped"), false);
});

for (const [more, isLost] of [[-1, 0], [0, 0], [1, 1]] as const) {
  Deno.test(`EventStream ${isLost ? "loses" : "keeps"} a client that is ${more} bytes above the hard bound`, () => {
    const { stream, lost } = setUp();
    stream.send("x".repeat(LIMITS.outputHardBytesMax - FRAME_BYTES + more));
    assertEquals(lost(), isLost);
  });
}
