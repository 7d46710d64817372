/** What hosts say is looked at before it is believed. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { readHostFrame } from "./frames.ts";

const GOOD = [
  { t: "ready", about: {} },
  { t: "failed", detail: "x" },
  { t: "done", id: 1, value: { content: [] } },
  { t: "done", id: 1 },
  { t: "event", id: 1, event: { kind: "progress", progress: 1 } },
  { t: "event", id: 1, event: { kind: "log", level: "notice", data: [] } },
  { t: "ask", id: 1, q: 1, key: "k", method: "roots/list", params: {}, again: false },
  { t: "changed", id: 1, list: "tools" },
  { t: "updated", id: 1, uri: "a:b" },
  { t: "disconnect", id: 1 },
  { t: "log", level: "info", message: "m", fields: {} },
  { t: "pong", n: 1, rss: 5 },
];

const BAD: readonly unknown[] = [
  null,
  [],
  5,
  {},
  { t: "toString" },
  { t: "call", id: 1 },
  { t: "done", id: -1 },
  { t: "done", id: "1" },
  { t: "done", id: 1.5 },
  { t: "problem", id: 1, problem: { code: "nope", detail: "x" } },
  { t: "problem", id: 1, problem: { code: "__proto__", detail: "x" } },
  { t: "problem", id: 1, problem: { code: "tool_error" } },
  { t: "event", id: 1, event: { kind: "progress", progress: "1" } },
  { t: "event", id: 1, event: { kind: "progress", progress: 1, message: {} } },
  { t: "event", id: 1, event: { kind: "log", level: "warn", data: 1 } },
  { t: "ask", id: 1, q: 1, key: "k".repeat(257), method: "roots/list", params: {}, again: false },
  { t: "ask", id: 1, q: 1, key: "k", method: "tools/call", params: {}, again: false },
  { t: "changed", id: 1, list: "all" },
  { t: "updated", id: 1, uri: "x".repeat(8_193) },
  { t: "log", level: "off", message: "m", fields: {} },
  { t: "log", level: "info", message: "m", fields: [] },
  { t: "pong", n: 1 },
  { t: "ready", about: [] },
  { t: "failed", detail: 5 },
];

Deno.test("readHostFrame() takes what hosts say", () => {
  for (const frame of GOOD) assertEquals(readHostFrame(JSON.stringify(frame)), frame as unknown);
});

for (const frame of BAD) {
  const line = JSON.stringify(frame);
  Deno.test(`readHostFrame() does not take ${line.slice(0, 80)}`, () => {
    assertEquals(typeof readHostFrame(line), "string");
  });
}

Deno.test("readHostFrame() keeps of problems what it knows, each of its type", () => {
  const problem = {
    code: "not_found",
    detail: "d",
    uri: "a:b",
    pointer: 7,
    incident: "x",
    retryAfterMs: 5,
  };
  assertEquals(readHostFrame(JSON.stringify({ t: "problem", id: 1, problem })), {
    t: "problem",
    id: 1,
    problem: { code: "not_found", detail: "d", uri: "a:b", retryAfterMs: 5 },
  });
});

Deno.test("readHostFrame() never throws, whatever it is given", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
    readHostFrame(line);
  }));
});
