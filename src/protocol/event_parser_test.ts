/** Streams of events as servers may write them. */
import { assertEquals, assertThrows } from "@std/assert";
import { EventParser, type StreamEvent } from "./event_parser.ts";

/** All events of a stream that comes in pieces of so many characters. */
function parse(text: string, size: number): StreamEvent[] {
  const parser = new EventParser(1_000);
  const pieces = Array.from(
    { length: Math.ceil(text.length / size) },
    (_, at) => text.slice(at * size, (at + 1) * size),
  );
  return pieces.flatMap((piece) => parser.push(piece));
}

Deno.test("EventParser reads every way of writing events, in pieces of every size", () => {
  const text = ": hello\r\nid: 1\r\ndata: a\r\ndata: b\r\n\r\nevent: endpoint\ndata:/x\n\n" +
    "retry: 5\n\ndata\n\nid: 2\ndata: c\n\ndata: never";
  const expected = [
    { event: "message", data: "a\nb", id: "1" },
    { event: "endpoint", data: "/x", id: "1" },
    { event: "message", data: "", id: "1" },
    { event: "message", data: "c", id: "2" },
  ];
  for (let size = 1; size <= text.length; size++) assertEquals(parse(text, size), expected);
});

Deno.test("EventParser remembers where a stream can go on, and refuses an event without end", () => {
  const parser = new EventParser(10);
  parser.push("id: 7\nretry: 20\n\n");
  assertEquals([parser.lastId, parser.retryMs], ["7", 20]);
  assertThrows(() => parser.push("data: 12345678901\n"), RangeError);
});
