/** What a handler sees of its call. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import * as fc from "fast-check";
import { type LogFields, type Logger, SILENT_LOG } from "../base/log.ts";
import { Call, type CallEvent, type CallOptions } from "../pipeline/call.ts";
import { MCP_LOG_LEVELS } from "../protocol/logging.ts";
import { CallContext } from "./context.ts";

function setUp(options: Partial<CallOptions> = {}) {
  const events: CallEvent[] = [];
  const logged: (readonly [string, string, LogFields | undefined])[] = [];
  const at = (level: string) => (message: string, fields?: LogFields) => {
    logged.push([level, message, fields]);
  };
  const log: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
  const call = new Call({
    tool: "t",
    args: {},
    adapter: "library",
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { call, events, logged, context: new CallContext(call, log) };
}

function progressOf(events: readonly CallEvent[]): unknown[] {
  return events.map((event) => event.kind === "progress" && event.progress);
}

Deno.test("CallContext tells who calls", () => {
  const { context } = setUp({ id: 7, tenant: "acme", client: { name: "me" } });
  const { tenant, client, requestId } = context;
  assertEquals({ tenant, client, requestId }, {
    tenant: "acme",
    client: { name: "me" },
    requestId: 7,
  });
});

Deno.test("CallContext gives the call's own signal", () => {
  const { call, context } = setUp();
  assertStrictEquals(context.signal, call.signal);
  call.cancel();
  assertEquals(context.signal.aborted, true);
});

Deno.test("progress() sends how far the work is, with total and words where they are said", () => {
  const { context, events } = setUp();
  context.progress(1);
  context.progress(2, 10, "two");
  assertEquals(events, [
    { kind: "progress", progress: 1, total: undefined, message: undefined },
    { kind: "progress", progress: 2, total: 10, message: "two" },
  ]);
});

Deno.test("progress() leaves out what does not grow, and what is no number", () => {
  const { context, events } = setUp();
  for (const done of [1, 1, 0.5, -1, 1.5, NaN, Infinity, 1.5, 2]) context.progress(done);
  context.progress("3" as unknown as number);
  assertEquals(progressOf(events), [1, 1.5, 2]);
});

Deno.test("progress() sends a strictly growing series, whatever a tool reports", () => {
  fc.assert(fc.property(fc.array(fc.double()), (values) => {
    const { context, events } = setUp();
    for (const value of values) context.progress(value);
    const sent = progressOf(events) as number[];
    for (const [i, value] of sent.entries()) {
      assertEquals(Number.isFinite(value) && (i === 0 || value > sent[i - 1]!), true);
    }
    const largest = Math.max(...values.filter(Number.isFinite));
    if (Number.isFinite(largest)) assertEquals(sent.at(-1), largest);
  }));
});

Deno.test("progress() leaves out a total that is no finite number: JSON knows none", () => {
  for (const total of [Infinity, NaN, 10n as unknown as number]) {
    const { context, events } = setUp();
    context.progress(1, total);
    assertEquals(events, [{ kind: "progress", progress: 1, total: undefined, message: undefined }]);
  }
});

Deno.test("progress and log survive being taken out of the context", () => {
  const { context, events, logged } = setUp();
  const { progress, log: { info } } = context;
  progress(1);
  progress(1);
  info("x");
  assertEquals([events.length, logged.length], [2, 1]);
});

Deno.test("progress() counts for all who took it out of the same context", () => {
  const { context, events } = setUp();
  const [first, second] = [context.progress, context.progress];
  first(2);
  second(1);
  second(3);
  assertEquals(progressOf(events), [2, 3]);
});

const LEVELS = [["debug", "debug"], ["info", "info"], ["warn", "warning"], [
  "error",
  "error",
]] as const;

for (const [level, mcpLevel] of LEVELS) {
  Deno.test(`log.${level}() goes to the server's log with the tool's name, and to the client as ${mcpLevel}`, () => {
    const { context, events, logged } = setUp();
    context.log[level]("plain");
    context.log[level]("rich", { n: 1 });
    assertEquals(logged, [[level, "plain", { tool: "t" }], [level, "rich", { tool: "t", n: 1 }]]);
    assertEquals(events, [
      { kind: "log", level: mcpLevel, data: "plain" },
      { kind: "log", level: mcpLevel, data: { message: "rich", n: 1 } },
    ]);
  });
}

Deno.test("log cannot be made to name another tool, or another message", () => {
  const { context, events, logged } = setUp();
  context.log.info("said", { tool: "other", message: "forged" });
  assertEquals(logged[0]?.[2]?.tool, "t");
  const [event] = events;
  assertEquals(event?.kind === "log" && (event.data as LogFields).message, "said");
});

Deno.test("progress and log do nothing when nobody listens, or does no longer", () => {
  const call = new Call({ tool: "t", args: {}, adapter: "library" });
  const context = new CallContext(call, SILENT_LOG);
  context.progress(1);
  context.log.info("x");
  const listened = setUp();
  listened.call.onEvent = undefined;
  listened.context.progress(1);
  listened.context.log.info("x");
  assertEquals([listened.events.length, listened.logged.length], [0, 1]);
});

Deno.test("log has the eight levels of MCP, and says to the server's log what it knows of them", () => {
  const { context, events, logged } = setUp();
  for (const level of MCP_LOG_LEVELS) context.log[level](`a ${level}`, { n: 1 });
  context.log.warn("the same as warning");
  assertEquals(events.map((event) => event.kind === "log" && event.level), [
    ...MCP_LOG_LEVELS,
    "warning",
  ]);
  assertEquals(
    logged.map(([level, , fields]) => [level, fields?.mcpLevel]),
    [
      ["debug", undefined],
      ["info", undefined],
      ["info", "notice"],
      ["warn", undefined],
      ["error", undefined],
      ["error", "critical"],
      ["error", "alert"],
      ["error", "emergency"],
      ["warn", undefined],
    ],
  );
});
