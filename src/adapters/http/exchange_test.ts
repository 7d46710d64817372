/** One request's way back: JSON, or events once there is something to tell. */
import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { Call } from "../../pipeline/call.ts";
import { Incoming } from "./incoming.ts";
import { HttpExchange } from "./exchange.ts";

const BOTH = "application/json, text/event-stream";

function setUp(accept: string | null = BOTH) {
  const client = new AbortController();
  const request = new Request("http://localhost/mcp", {
    method: "POST",
    headers: accept === null ? {} : { accept },
    signal: client.signal,
  });
  const clock = new FakeClock();
  return {
    client,
    clock,
    exchange: new HttpExchange(clock, new Incoming(request, {})),
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await undefined;
}

function typeOf(response: Response): string | null {
  return response.headers.get("content-type");
}

const event = (text: string) => `event: message\ndata: ${text}\n\n`;

for (const accept of [BOTH, "application/json", "*/*", null]) {
  Deno.test(`an answer without notifications is JSON for who accepts ${accept}`, async () => {
    for (const answer of ["{}", Promise.resolve("{}")]) {
      const response = await setUp(accept).exchange.respond(answer);
      assertEquals([response.status, typeOf(response)], [200, "application/json"]);
      assertEquals(await response.text(), "{}");
    }
  });
}

Deno.test("an answer is an event for who accepts nothing else", async () => {
  const response = await setUp("text/event-stream").exchange.respond("{}");
  assertEquals(typeOf(response), "text/event-stream");
  assertEquals(await response.text(), event("{}"));
});

Deno.test("the first notification makes a stream of the response, which ends with the answer", async () => {
  const { exchange } = setUp();
  const answer = Promise.withResolvers<string>();
  const responding = exchange.respond(answer.promise);
  await undefined;
  exchange.notify("1");
  const response = await responding;
  assertEquals(typeOf(response), "text/event-stream");
  exchange.notify("2");
  answer.resolve("3");
  assertEquals(await response.text(), event("1") + event("2") + event("3"));
});

Deno.test("a notification before the tool's first wait makes a stream too", async () => {
  for (const answer of ["2", Promise.resolve("2")]) {
    const { exchange } = setUp();
    exchange.notify("1");
    const response = await exchange.respond(answer);
    assertEquals(await response.text(), event("1") + event("2"));
  }
});

Deno.test("notifications are dropped for who takes no events", async () => {
  const { exchange } = setUp("application/json");
  exchange.notify("1");
  const response = await exchange.respond(Promise.resolve("{}"));
  assertEquals([typeOf(response), await response.text()], ["application/json", "{}"]);
});

Deno.test("a request without an answer is accepted with nothing", async () => {
  const response = await setUp().exchange.respond(Promise.resolve(undefined));
  assertEquals([response.status, response.body], [202, null]);
});

Deno.test("a stream without an answer just ends", async () => {
  const { exchange } = setUp();
  exchange.notify("1");
  const response = await exchange.respond(Promise.resolve(undefined));
  assertEquals(await response.text(), event("1"));
});

Deno.test("a refusal that is worth repeating has the header", async () => {
  const { exchange } = setUp();
  exchange.retryAfterMs = 1_500;
  const response = await exchange.respond("{}");
  assertEquals([response.status, response.headers.get("retry-after")], [200, "2"]);
  await response.text();
});

function callOf(): Call {
  return new Call({ tool: "t", args: {}, adapter: "http" });
}

Deno.test("onPending() cancels the call of a client that leaves", async () => {
  const { client, exchange } = setUp();
  const call = callOf();
  exchange.onPending(call);
  await settle();
  client.abort();
  assertEquals(call.stopped?.detail, "The client closed the connection");
});

Deno.test("onPending() lets be the call of a client that leaves with its answer", async () => {
  const { client, exchange } = setUp();
  const call = callOf();
  exchange.onPending(call);
  await settle();
  await (await exchange.respond("{}")).text();
  client.abort();
  assertEquals(call.stopped, undefined);
});

Deno.test("onPending() cancels the call of a client that does not read its stream", async () => {
  const { clock, exchange } = setUp();
  const call = callOf();
  exchange.onPending(call);
  await settle();
  const answer = Promise.withResolvers<string>();
  exchange.notify("1");
  const response = await exchange.respond(answer.promise);
  clock.advance(LIMITS.outputStallMs - 1);
  assertEquals(call.stopped, undefined);
  clock.advance(1);
  assertEquals(call.stopped?.detail, "The client closed the connection");
  answer.resolve("late");
  await settle();
  assert(response.body !== null);
});

Deno.test("a call is left alone when its client does not read and nobody said to stop it", async () => {
  const { clock, exchange } = setUp();
  exchange.notify("1");
  const response = await exchange.respond(Promise.resolve("2"));
  clock.advance(LIMITS.outputStallMs);
  assertEquals(clock.pending, 0);
  assert(response.body !== null);
});
