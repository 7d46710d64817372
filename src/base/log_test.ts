/** The log: which records are written, in which form, and that no value can forge one. */
import { assertEquals, assertMatch } from "@std/assert";
import * as fc from "fast-check";
import { FakeClock } from "./fake_clock.ts";
import {
  createLogger,
  LOG_LEVELS,
  type LogFields,
  type LogFormat,
  type Logger,
  type LogLevel,
  SILENT_LOG,
} from "./log.ts";

const TIME = new Date(new FakeClock().wall()).toISOString();
const METHODS = ["debug", "info", "warn", "error"] as const;
const FORMATS: readonly LogFormat[] = ["text", "json"];

// deno-lint-ignore no-control-regex -- what a terminal may take for a command, and ends of lines
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

function logTo(lines: string[], level: LogLevel = "debug", format: LogFormat = "text"): Logger {
  return createLogger({ level, format, clock: new FakeClock(), write: (line) => lines.push(line) });
}

function oneRecord(format: LogFormat, message: string, fields?: LogFields): string {
  const lines: string[] = [];
  logTo(lines, "debug", format).info(message, fields);
  assertEquals(lines.length, 1);
  return lines[0]!;
}

for (const [index, level] of LOG_LEVELS.entries()) {
  Deno.test(`createLogger() at level ${level} writes what is at least as grave`, () => {
    const lines: string[] = [];
    const log = logTo(lines, level);
    for (const method of METHODS) log[method]("x");
    assertEquals(lines.map((line) => line.split(/ +/)[1]), METHODS.slice(index));
  });
}

Deno.test("createLogger() writes text as time, level, message and fields", () => {
  const fields = { tool: "a.b", n: 7, ok: true, why: "two words", gone: undefined, list: [1] };
  assertEquals(
    oneRecord("text", "tool failed", fields),
    `${TIME} info  tool failed tool=a.b n=7 ok=true why="two words" list=[1]\n`,
  );
});

Deno.test("createLogger() writes JSON as one object a line", () => {
  const line = oneRecord("json", "tool failed", { tool: "a", n: 7 });
  assertMatch(line, /^[^\n]*\n$/);
  assertEquals(JSON.parse(line), {
    time: TIME,
    level: "info",
    message: "tool failed",
    tool: "a",
    n: 7,
  });
});

Deno.test("createLogger() writes a record of fields that are not serialisable", () => {
  for (const format of FORMATS) {
    assertMatch(oneRecord(format, "odd", { n: 1n }), /odd.*not serialisable/);
  }
  const fields = { f: undefined, s: Symbol("s") };
  assertEquals(oneRecord("text", "odd", fields), `${TIME} info  odd s=Symbol(s)\n`);
});

Deno.test("SILENT_LOG takes everything and does nothing", () => {
  for (const method of METHODS) assertEquals(SILENT_LOG[method]("x", { n: 1n }), undefined);
});

const nasty = fc.string({
  unit: fc.constantFrom(...'a ="\\\n\r\t\x00\x1b\x7f\x85\x9b\u2028\u2029'),
  maxLength: 12,
});

Deno.test("a message cannot forge a second record or steer a terminal", () => {
  fc.assert(fc.property(nasty, (message) => {
    assertEquals(CONTROL.test(oneRecord("text", message).slice(0, -1)), false);
    assertEquals(oneRecord("json", message).indexOf("\n"), oneRecord("json", message).length - 1);
  }));
});

Deno.test("a field's value cannot forge a second record or steer a terminal", () => {
  fc.assert(fc.property(fc.oneof(nasty, fc.array(nasty), fc.dictionary(nasty, nasty)), (value) => {
    assertEquals(CONTROL.test(oneRecord("text", "x", { value }).slice(0, -1)), false);
  }));
});

Deno.test("a field's name cannot forge a second record or steer a terminal", () => {
  fc.assert(fc.property(nasty, (name) => {
    assertEquals(CONTROL.test(oneRecord("text", "x", { [name]: 1 }).slice(0, -1)), false);
  }));
});

Deno.test("a field that is a function cannot forge a second record", () => {
  const lines = oneRecord("text", "x", {
    value: () => {
      return 1;
    },
  });
  assertEquals(lines.trimEnd().split("\n").length, 1);
});

Deno.test("a field cannot take the place of a JSON record's time, level or message", () => {
  const forged = { time: "1970-01-01T00:00:00.000Z", level: "debug", message: "all is well" };
  const { time, level, message } = JSON.parse(oneRecord("json", "tool failed", forged));
  assertEquals({ time, level, message }, { time: TIME, level: "info", message: "tool failed" });
});
