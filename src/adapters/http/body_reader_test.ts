/** Request bodies: whole, or refused for their size. */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../base/limits.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { Incoming } from "./incoming.ts";
import { BodyReader } from "./body_reader.ts";

const MAX = LIMITS.messageBytesMax;

function readBody(request: Request) {
  return new BodyReader(new FakeClock()).read(new Incoming(request, {}));
}

/** A request without a declared length: its chunks come one by one. */
function streamed(chunks: readonly Uint8Array[], onCancel = () => {}): Request {
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks[next++];
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: onCancel,
  }, { highWaterMark: 0 });
  return new Request("http://localhost/", { method: "POST", body });
}

/** What the HTTP server gives for a request with a declared length. */
function declared(length: string, text: string): Request {
  const request = new Request("http://localhost/", { method: "POST", body: text });
  const headers = new Headers({ "content-length": length });
  return new Proxy(request, {
    get: (target, key) => {
      if (key === "headers") return headers;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("BodyReader gives the text of a body, of whichever form", async () => {
  const bytes = new TextEncoder().encode('{"ü":"😀"}');
  assertEquals(await readBody(declared(String(bytes.length), '{"ü":"😀"}')), '{"ü":"😀"}');
  assertEquals(await readBody(streamed([bytes])), '{"ü":"😀"}');
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
  assertEquals(await readBody(streamed(single)), '{"ü":"😀"}');
});

Deno.test("BodyReader gives nothing for no body", async () => {
  assertEquals(await readBody(new Request("http://localhost/", { method: "POST" })), "");
  assertEquals(await readBody(streamed([])), "");
});

for (const more of [-1, 0, 1]) {
  const verb = more > 0 ? "refuses" : "takes";
  Deno.test(`BodyReader ${verb} a body that declares ${more} bytes over the limit`, async () => {
    const body = await readBody(declared(String(MAX + more), "x"));
    if (more <= 0) assertEquals(body, "x");
    else {
      assertEquals(body, {
        code: "too_large",
        detail: "Cannot read body: it is larger than 4MiB, the limit of a message",
        limit: MAX,
      });
    }
  });

  Deno.test(`BodyReader ${verb} a body that turns out to have ${more} bytes over the limit`, async () => {
    const chunks = [new Uint8Array(MAX - 10).fill(120), new Uint8Array(10 + more).fill(120)];
    const body = await readBody(streamed(chunks));
    if (more <= 0) assertEquals((body as string).length, MAX + more);
    else assertEquals(typeof body === "object" && body.code, "too_large");
  });
}

Deno.test("BodyReader reads no further once a body is too large", async () => {
  let cancelled = false;
  const chunk = new Uint8Array(MAX);
  const body = await readBody(streamed([chunk, chunk, chunk], () => cancelled = true));
  assert(typeof body === "object");
  assertEquals(cancelled, true);
});

Deno.test("BodyReader refuses a body that takes too long, and forgets one that came in time", async () => {
  const clock = new FakeClock();
  const slow: unknown[] = [];
  const bodies = new BodyReader(clock, { timeoutMs: 1_000, onSlow: (client) => slow.push(client) });
  const endless = new ReadableStream<Uint8Array>({}, { highWaterMark: 0 });
  const reading = bodies.read(
    new Incoming(new Request("http://localhost/", { method: "POST", body: endless }), {
      address: "::1",
    }),
  );
  assertEquals(await bodies.read(new Incoming(streamed([new Uint8Array([120])]), {})), "x");
  assertEquals(clock.pending, 1);
  clock.advance(1_500);
  assertEquals(await reading, {
    code: "deadline_exceeded",
    detail: "Cannot read body: it has not come within 1s",
    limit: 1_000,
  });
  assertEquals([slow, clock.pending], [[{ address: "::1" }], 0]);
});
