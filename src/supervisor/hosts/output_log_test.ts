/** What tools print, cut into lines and bounded. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { OutputLog } from "./output_log.ts";

function setUp() {
  const lines: string[] = [];
  const dropped: number[] = [];
  const clock = new FakeClock();
  const log = new OutputLog(clock, {
    onLine: (stream, line) => lines.push(`${stream}: ${line}`),
    onDropped: (count) => dropped.push(count),
  });
  return { lines, dropped, clock, log };
}

Deno.test("OutputLog puts lines together, each stream for itself, and ends the last", () => {
  const { lines, log } = setUp();
  log.write("stdout", "a");
  log.write("stderr", "x\r\ny");
  log.write("stdout", "b\nc");
  assertEquals(lines, ["stderr: x", "stdout: ab"]);
  log.end();
  assertEquals(lines.slice(2), ["stdout: c", "stderr: y"]);
});

Deno.test("OutputLog clips long lines and does not hold what has no end", () => {
  const { lines, log } = setUp();
  for (let part = 0; part < 10; part++) log.write("stdout", "x".repeat(LIMITS.hostPrintedCharsMax));
  log.write("stdout", "\n");
  assertEquals(lines.map((line) => line.length), [LIMITS.hostPrintedCharsMax + "stdout: ".length]);
});

Deno.test("OutputLog has no more read before the next second of who prints too much", () => {
  const { clock, log } = setUp();
  clock.advance(400);
  assertEquals(log.write("stdout", "x".repeat(LIMITS.printedCharsPerSec)), 0);
  assertEquals(log.write("stderr", "x"), 600);
  clock.advance(600);
  assertEquals(log.write("stdout", "x"), 0);
});

Deno.test("OutputLog leaves out what is too much in a second, and counts it", () => {
  const { lines, dropped, clock, log } = setUp();
  log.write("stdout", "l\n".repeat(LIMITS.hostPrintedPerSec + 5));
  assertEquals([lines.length, dropped], [LIMITS.hostPrintedPerSec, []]);
  clock.advance(1_000);
  log.write("stdout", "on\n");
  assertEquals([lines.length, dropped], [LIMITS.hostPrintedPerSec + 1, [5]]);
});
