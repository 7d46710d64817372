/** Legacy streams whose client was cut off, or was let go, and comes back (2025-11-25, transports). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { HandlerContext } from "../../authoring/context.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { definePrompt } from "../../prompts/define_prompt.ts";
import { defineTool } from "../../tools/define_tool.ts";
import { Incoming } from "./incoming.ts";
import { BodyReader } from "./body_reader.ts";
import { McpRoute } from "./mcp_route.ts";

const BASE = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const CALL = {
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "work", _meta: { progressToken: "t" } },
};

type Headers = Record<string, string>;

function setUp() {
  const clock = new FakeClock();
  const runs: { readonly ctx: HandlerContext; readonly end: (text: string) => void }[] = [];
  const work = defineTool({
    name: "work",
    description: "Works until it is told to end.",
    timeout: "2h",
    handler: (_, ctx) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      runs.push({ ctx, end: resolve });
      return promise;
    },
  });
  const prompt = definePrompt({ name: "p", description: "Asks.", handler: () => "x" });
  const runtime = createRuntime({ tools: [work], prompts: [prompt], clock });
  const route = new McpRoute(runtime, new BodyReader(runtime.clock));
  const send = async (method: string, headers: Headers, body?: unknown) =>
    await route.handle(
      new Incoming(
        new Request("http://localhost/mcp", {
          method,
          headers: { ...BASE, ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
        {},
      ),
    );
  const open = async (version = "2025-11-25"): Promise<Headers> => {
    const params = { protocolVersion: version, capabilities: {} };
    const response = await send("POST", {}, {
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params,
    });
    await response.body?.cancel();
    return { "mcp-session-id": response.headers.get("mcp-session-id")! };
  };
  const call = async (session: Headers) => {
    const before = runs.length;
    const responding = send("POST", session, CALL);
    for (let turn = 0; turn < 100 && runs.length === before; turn++) await undefined;
    return { responding, ...runs[before]! };
  };
  const resume = (session: Headers, id: string) => send("GET", { ...session, "last-event-id": id });
  return { clock, runtime, open, call, resume, send };
}

interface Event {
  readonly id?: string;
  readonly retry?: string;
  readonly data: string;
}

function parse(frames: string): Event[] {
  return frames.split("\n\n").slice(0, -1).map((frame) =>
    Object.fromEntries(
      frame.split("\n").map((line) => line.split(/: ?(.*)/s).slice(0, 2)),
    ) as unknown as Event
  );
}

/** Reads as many events as are asked for, then leaves. */
async function take(response: Response, count: number): Promise<Event[]> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (parse(text).length < count) {
    const { value, done } = await reader.read();
    assert(!done, `the stream ended after ${text}`);
    text += value;
  }
  await reader.cancel();
  return parse(text);
}

async function all(response: Response): Promise<Event[]> {
  return parse(await response.text());
}

/** What the events say: the progress that was made, and the text of the answer. */
function said(events: readonly Event[]): unknown[] {
  return events.filter(({ data }) => data !== "").map(({ data }) => JSON.parse(data))
    .map(({ params, result }) => params?.progress ?? result.content[0].text);
}

Deno.test("a stream of 2025-11-25 begins with an event that says where the client stands, and when to come back", async () => {
  const { open, call } = setUp();
  const { responding, ctx, end } = await call(await open());
  ctx.progress(1);
  end("done");
  const [first, ...rest] = await all(await responding);
  assertEquals(first, { id: "1-0", retry: "1000", data: "" });
  assertEquals(rest.map(({ id }) => id), ["1-1", "1-2"]);
  assertEquals(said(rest), [1, "done"]);
});

for (const version of ["2024-11-05", "2025-03-26", "2025-06-18"]) {
  Deno.test(`a stream of ${version} has no event without data, but ids`, async () => {
    const { open, call } = setUp();
    const { responding, ctx, end } = await call(await open(version));
    ctx.progress(1);
    end("done");
    assertEquals((await all(await responding)).map(({ id }) => id), ["1-1", "1-2"]);
  });
}

for (const when of ["before", "after"] as const) {
  Deno.test(`a client that was cut off gets what it missed when it comes back ${when} the answer`, async () => {
    const { open, call, resume } = setUp();
    const session = await open();
    const { responding, ctx, end } = await call(session);
    ctx.progress(1);
    const seen = await take(await responding, 2);
    assertEquals(said(seen), [1]);
    ctx.progress(2);
    if (when === "after") end("done");
    for (let turn = 0; turn < 20; turn++) await undefined;
    const back = await resume(session, seen.at(-1)!.id!);
    assertEquals([back.status, back.headers.get("content-type")], [200, "text/event-stream"]);
    ctx.progress(3);
    end("done");
    const [first, ...rest] = await all(back);
    assertEquals(first!.id, "1-1");
    assertEquals(said(rest), when === "after" ? [2, "done"] : [2, 3, "done"]);
    assertEquals(ctx.signal.aborted, false);
  });
}

Deno.test("what was got can be got again, and the newest connection is the one that is served", async () => {
  const { open, call, resume } = setUp();
  const session = await open();
  const { responding, ctx, end } = await call(session);
  ctx.progress(1);
  const first = await responding;
  const second = await resume(session, "1-0");
  end("done");
  assertEquals(said(await all(first)), [1]);
  assertEquals(said(await all(second)), [1, "done"]);
  assertEquals(said(await all(await resume(session, "1-1"))), ["done"]);
  assertEquals(said(await all(await resume(session, "1-2"))), []);
});

Deno.test("disconnect() lets the client go and come back for the answer", async () => {
  const { open, call, resume } = setUp();
  const session = await open();
  const { responding, ctx, end } = await call(session);
  ctx.disconnect();
  const events = await all(await responding);
  assertEquals(events, [{ id: "1-0", retry: "1000", data: "" }]);
  ctx.disconnect();
  const waiting = await resume(session, "1-0");
  end("done");
  assertEquals(said(await all(waiting)), ["done"]);
});

Deno.test("disconnect() does nothing to clients that do not know how to come back", async () => {
  const { open, call } = setUp();
  const { responding, ctx, end } = await call(await open("2025-06-18"));
  ctx.disconnect();
  end("done");
  const response = await responding;
  assertEquals((await response.json()).result.content[0].text, "done");
});

Deno.test("a stream that is not known is refused, naming the header", async () => {
  const { open, call, resume } = setUp();
  const [mine, other] = [await open(), await open()];
  const { responding, ctx, end } = await call(mine);
  ctx.progress(1);
  end("done");
  await all(await responding);
  for (
    const id of ["1-0", "2-0", "", "x", "1", "1-", "-1", "1-0-0", "__proto__-0", "9".repeat(99)]
  ) {
    const response = await resume(other, id);
    const { error } = await response.json();
    assertEquals([response.status, error.code], [400, -32600], id);
    assertMatch(error.message, /Last-Event-ID/);
  }
  assertEquals(said(await all(await resume(mine, "1-0"))), [1, "done"]);
});

Deno.test("events are forgotten a while after their stream has ended, when another one opens", async () => {
  const { clock, open, call, resume } = setUp();
  const session = await open();
  const first = await call(session);
  first.ctx.progress(1);
  first.end("done");
  await all(await first.responding);
  clock.advance(LIMITS.replayKeepMs);
  const second = await call(session);
  second.ctx.progress(1);
  await (await second.responding).body?.cancel();
  assertEquals((await resume(session, "1-0")).status, 400);
});

Deno.test("DELETE ends streams, and nobody comes back to them", async () => {
  const { open, call, resume, send } = setUp();
  const session = await open();
  const { responding, ctx, end } = await call(session);
  ctx.progress(1);
  const response = await responding;
  await send("DELETE", session);
  end("late");
  assertEquals(said(await all(response)), [1]);
  assertEquals((await resume(session, "1-0")).status, 404);
});

Deno.test("what belongs to no request waits for a client that was cut off", async () => {
  const { runtime, open, send, resume } = setUp();
  const session = await open();
  const listening = await send("GET", session);
  runtime.events.emit({ kind: "list_changed", list: "tools" });
  const seen = await take(listening, 2);
  runtime.events.emit({ kind: "list_changed", list: "prompts" });
  const methods = (await take(await resume(session, seen.at(-1)!.id!), 2))
    .filter(({ data }) => data !== "").map(({ data }) => JSON.parse(data).method);
  assertEquals(methods, ["notifications/prompts/list_changed"]);
});

Deno.test("a client that listens anew hears what comes from then on", async () => {
  const { runtime, open, send } = setUp();
  const session = await open();
  await (await send("GET", session)).body!.cancel();
  runtime.events.emit({ kind: "list_changed", list: "tools" });
  const again = await send("GET", session);
  runtime.events.emit({ kind: "list_changed", list: "prompts" });
  const events = (await take(again, 2)).filter(({ data }) => data !== "");
  assertEquals(events.map(({ id }) => id), ["1-2"]);
});

Deno.test("nobody listens for a client that does not come back", async () => {
  const { clock, runtime, open, send } = setUp();
  const session = await open();
  await (await send("GET", session)).body!.cancel();
  assertEquals(runtime.events.size, 1);
  clock.advance(LIMITS.replayKeepMs);
  assertEquals(runtime.events.size, 0);
  await (await send("GET", session)).body!.cancel();
  assertEquals(runtime.events.size, 1);
});
