/** What processes print, read in a measure. */
import { assertEquals } from "@std/assert";
import { PassThrough } from "node:stream";
import { readPrinted } from "./printed.ts";

Deno.test("readPrinted() stops to read for as long as its reader says", async () => {
  const stream = new PassThrough();
  const texts: string[] = [];
  readPrinted(stream, "stdout", {
    write: (name, text) => texts.push(`${name} ${text}`) === 1 ? 1 : 0,
    end: () => {},
  });
  const paused = once(stream, "pause");
  stream.write("much");
  await paused;
  stream.write("more");
  assertEquals(texts, ["stdout much"]);
  const ended = once(stream, "end");
  // Its own timer keeps no process alive.
  const alive = setInterval(() => {}, 1_000);
  stream.end();
  await ended;
  clearInterval(alive);
  assertEquals(texts.join(), "stdout much,stdout more");
});

function once(stream: PassThrough, event: string): Promise<void> {
  return new Promise((resolve) => stream.once(event, () => resolve()));
}
