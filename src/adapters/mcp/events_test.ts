/** What becomes of what handlers say, for whom. */
import { assertEquals } from "@std/assert";
import { MCP_LOG_LEVELS } from "../../protocol/logging.ts";
import { eventSender } from "./events.ts";

function setUp(token: unknown, level: unknown) {
  const sent: { jsonrpc: string; method: string; params: Record<string, unknown> }[] = [];
  const send = eventSender((text) => sent.push(JSON.parse(text)), token, level);
  return { send, sent };
}

Deno.test("eventSender() is none for a client that asked for nothing that there is", () => {
  for (const token of [undefined, null, {}, [], true, Infinity]) {
    for (const level of [undefined, null, "loud", "INFO", 7]) {
      assertEquals(setUp(token, level).send, undefined);
    }
  }
});

for (const token of ["t", "", 7, 0, 1.5]) {
  Deno.test(`eventSender() sends progress with the token ${JSON.stringify(token)}`, () => {
    const { send, sent } = setUp(token, undefined);
    send!({ kind: "progress", progress: 1, total: 3, message: "one" });
    send!({ kind: "progress", progress: 2, total: undefined, message: undefined });
    send!({ kind: "log", level: "emergency", data: "nobody wants it" });
    const method = "notifications/progress";
    assertEquals(sent, [
      {
        jsonrpc: "2.0",
        method,
        params: { progressToken: token, progress: 1, total: 3, message: "one" },
      },
      { jsonrpc: "2.0", method, params: { progressToken: token, progress: 2 } },
    ]);
  });
}

for (const [index, level] of MCP_LOG_LEVELS.entries()) {
  Deno.test(`eventSender() sends log messages from ${level} on`, () => {
    const { send, sent } = setUp(undefined, level);
    for (const each of MCP_LOG_LEVELS) send!({ kind: "log", level: each, data: { of: each } });
    send!({ kind: "progress", progress: 1, total: undefined, message: undefined });
    assertEquals(sent.map(({ params }) => params.level), MCP_LOG_LEVELS.slice(index));
    assertEquals(sent[0], {
      jsonrpc: "2.0",
      method: "notifications/message",
      params: { level, logger: "tool", data: { of: level } },
    });
  });
}

Deno.test("eventSender() sends both to a client that asked for both", () => {
  const { send, sent } = setUp("t", "debug");
  send!({ kind: "log", level: "debug", data: "one" });
  send!({ kind: "progress", progress: 1, total: undefined, message: undefined });
  assertEquals(sent.map(({ method }) => method), [
    "notifications/message",
    "notifications/progress",
  ]);
});

Deno.test("eventSender() says so when a log message cannot be shown as JSON", () => {
  const { send, sent } = setUp(undefined, "debug");
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const hostile = {
    toJSON: () => {
      throw new Error("no");
    },
  };
  for (const data of [cycle, 7n, hostile]) send!({ kind: "log", level: "info", data });
  const text = "(what the tool logged cannot be shown as JSON)";
  assertEquals(sent.map(({ params }) => params.data), [text, text, text]);
});
