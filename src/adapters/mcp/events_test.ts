/** What handlers say while they work, as notifications. */
import { assertEquals } from "@std/assert";
import { eventSender } from "./events.ts";

const PROGRESS = { kind: "progress", progress: 1, total: undefined, message: undefined } as const;

function sentFor(token: unknown): unknown[] {
  const sent: unknown[] = [];
  eventSender((text) => sent.push(JSON.parse(text)), token, undefined)?.(PROGRESS);
  return sent;
}

Deno.test("eventSender() sends the progress token back as it came", () => {
  for (const progressToken of ["", "t", 0, 7, 1.5]) {
    const params = { progressToken, progress: 1 };
    assertEquals(sentFor(progressToken), [
      { jsonrpc: "2.0", method: "notifications/progress", params },
    ]);
  }
});

Deno.test("eventSender() reports nothing for a token that cannot be sent back", () => {
  for (const token of [undefined, null, true, {}, [], JSON.parse("1e999")]) {
    assertEquals(sentFor(token), []);
  }
});
