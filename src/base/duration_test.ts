/** Durations: what is read, what is refused, and that writing and reading agree. */
import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";
import { GomcpError } from "./errors.ts";

const READ: readonly (readonly [string, number])[] = [
  ["0ms", 0],
  ["500ms", 500],
  ["30s", 30_000],
  ["1m", 60_000],
  ["1h30m", 5_400_000],
  ["2d", 172_800_000],
  ["0.5s", 500],
  ["1.5ms", 2],
  ["0.4ms", 0],
  ["1d2h3m4s5ms", 93_784_005],
  ["007s", 7_000],
];

for (const [text, ms] of READ) {
  Deno.test(`parseDuration() reads "${text}" as ${ms} ms`, () => {
    assertEquals(parseDuration(text), ms);
  });
}

// deno-fmt-ignore: one line a kind.
const REFUSED = [
  "", " ", "30", "s", "-1s", "+1s", "30 s", " 30s", "30s ", "30S", "30sec", "1,5s", ".5s", "1.s",
  "1e3ms", "0x10s", "NaNs", "Infinitys", "30s\n", "1y", "1h-30m",
];

for (const text of REFUSED) {
  Deno.test(`parseDuration() refuses ${JSON.stringify(text)} and quotes it`, () => {
    const error = assertThrows(() => parseDuration(text), GomcpError, `"${text}"`);
    assertEquals(error.code, "invalid_request");
  });
}

const WRITTEN: readonly (readonly [number, string])[] = [
  [0, "0ms"],
  [999, "999ms"],
  [1_000, "1s"],
  [1_001, "1s1ms"],
  [90_000, "1m30s"],
  [86_400_000, "1d"],
  [86_399_999, "23h59m59s999ms"],
  [0.5, "0.5ms"],
  [1_000.5, "1000.5ms"],
];

for (const [ms, text] of WRITTEN) {
  Deno.test(`formatDuration() writes ${ms} as "${text}"`, () => {
    assertEquals(formatDuration(ms), text);
  });
}

Deno.test("parseDuration() reads back every whole number of milliseconds that was written", () => {
  fc.assert(fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (ms) => {
    assertEquals(parseDuration(formatDuration(ms)), ms);
  }));
});

Deno.test("parseDuration() either refuses a text or gives a number of at least 0", () => {
  const unit = fc.constantFrom("ms", "s", "m", "h", "d", "", "x", "-", ".");
  const text = fc.array(fc.tuple(fc.nat(9999).map(String), unit).map((part) => part.join("")))
    .map((parts) => parts.join(""));
  fc.assert(fc.property(fc.oneof(text, fc.string()), (text) => {
    let ms: number;
    try {
      ms = parseDuration(text);
    } catch (error) {
      return error instanceof GomcpError;
    }
    return Number.isInteger(ms) && ms >= 0;
  }));
});
