/** Accept headers. */
import { assertEquals } from "@std/assert";
import { accepts } from "./media.ts";

const JSON_TYPE = "application/json";
const EVENTS = "text/event-stream";

const ROWS: readonly (readonly [string | null, boolean, boolean])[] = [
  [null, true, true],
  ["application/json", true, false],
  ["text/event-stream", false, true],
  ["application/json, text/event-stream", true, true],
  ["text/event-stream,application/json;q=0.5", true, true],
  ["Application/JSON", true, false],
  ["TEXT/Event-Stream; charset=utf-8", false, true],
  ["*/*", true, true],
  ["text/html, */*;q=0.1", true, true],
  ["application/*", true, false],
  ["text/*", false, true],
  ["text/html", false, false],
  ["", false, false],
  ["json", false, false],
  ["*", false, false],
  ["image/*, text/plain", false, false],
];

for (const [header, json, events] of ROWS) {
  Deno.test(`accepts() takes ${JSON.stringify(header)} for ${json ? "" : "no "}JSON and ${events ? "" : "no "}events`, () => {
    assertEquals([accepts(header, JSON_TYPE), accepts(header, EVENTS)], [json, events]);
  });
}
