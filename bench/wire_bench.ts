/** What stands between the wire and a call: lines, envelopes, guards, schemas, deadlines. */
import * as z from "zod";
import { createGuard } from "../src/adapters/http/guard.ts";
import { LineReader } from "../src/adapters/stdio/line_reader.ts";
import { systemClock } from "../src/base/clock.ts";
import { readEnvelope } from "../src/protocol/jsonrpc.ts";
import { MODERN } from "../src/protocol/modern.ts";
import { TimerWheel, type WheelTimer } from "../src/base/timer_wheel.ts";
import { compileSchema } from "../src/authoring/schema.ts";
import { callText, consume, MESSAGE } from "./support.ts";

const message = JSON.parse(callText("echo", true));
const headers = { protocolVersion: "2026-07-28", mcpMethod: "tools/call", mcpName: "echo" };

Deno.bench("the envelope of a message", () => {
  consume(readEnvelope(message));
});

Deno.bench("metadata and headers of a modern request", () => {
  consume(MODERN.checkRequest(message, headers));
});

const guard = createGuard({ hostname: "127.0.0.1" });

Deno.bench("Host and Origin, as always", () => {
  consume(guard("127.0.0.1:8080", null));
});

Deno.bench("Host and Origin, from a web page", () => {
  consume(guard("127.0.0.1:8080", "http://localhost:3000"));
});

const chunk = new TextEncoder().encode((callText("echo", false) + "\n").repeat(64));
const reader = new LineReader({ onLine: consume, onTooLong: () => {} }, 1 << 22);

Deno.bench("64 lines out of one chunk", () => {
  reader.push(chunk);
});

const zodSchema = compileSchema(z.object({ msg: z.string() }), "input");
const jsonSchema = compileSchema({
  type: "object",
  properties: { msg: { type: "string" } },
  required: ["msg"],
}, "input");

Deno.bench("arguments by zod", { group: "schema" }, () => {
  consume(zodSchema.check({ msg: MESSAGE }));
});

Deno.bench("arguments by JSON Schema", { group: "schema" }, () => {
  consume(jsonSchema.check({ msg: MESSAGE }));
});

const wheel = new TimerWheel(systemClock);
let dueMs = 0;

Deno.bench(
  "a deadline on the wheel, added and removed",
  { group: "deadline", baseline: true },
  () => {
    const timer: WheelTimer = {
      dueMs: 30_000 + (dueMs++ % 1_000),
      onDue: () => {},
      wheelPrevious: undefined,
      wheelNext: undefined,
      wheelSlot: -1,
    };
    wheel.add(timer);
    wheel.remove(timer);
  },
);

Deno.bench("a deadline by setTimeout, set and cleared", { group: "deadline" }, () => {
  clearTimeout(setTimeout(() => {}, 30_000));
});
