/** Clients that leave, noticed without asking when nobody needs to know. */
import { assertEquals } from "@std/assert";
import { watchDisconnect } from "./disconnect.ts";

/** A request that tells whether its signal was asked for. */
function setUp() {
  const client = new AbortController();
  let asked = 0;
  const request = new Request("http://localhost/");
  Object.defineProperty(request, "signal", {
    get: () => {
      asked++;
      return client.signal;
    },
  });
  let gone = 0;
  let settled = false;
  const watching = watchDisconnect(request, () => settled, () => gone++);
  return {
    client,
    watching,
    settle: () => settled = true,
    asked: () => asked,
    gone: () => gone,
  };
}

Deno.test("watchDisconnect() tells of a client that leaves before its answer", async () => {
  const { client, watching, gone } = setUp();
  await watching;
  assertEquals(gone(), 0);
  client.abort();
  assertEquals(gone(), 1);
});

Deno.test("watchDisconnect() does not tell of a client that leaves with its answer", async () => {
  const { client, watching, settle, gone } = setUp();
  await watching;
  settle();
  client.abort();
  assertEquals(gone(), 0);
});

Deno.test("watchDisconnect() does not ask for the signal of a call that settles at once", async () => {
  const { watching, settle, asked } = setUp();
  await undefined;
  settle();
  await watching;
  assertEquals(asked(), 0);
});
