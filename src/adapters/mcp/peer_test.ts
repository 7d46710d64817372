/** One conversation and its open calls. */
import { assertEquals, assertRejects } from "@std/assert";
import { Call } from "../../pipeline/call.ts";
import { Peer } from "./peer.ts";

Deno.test("Peer begins with no handshake, no log level and nothing open", () => {
  const { adapter, client, version, logLevel, open } = new Peer("http", { address: "::1" });
  assertEquals([adapter, client, version, logLevel, open.size], [
    "http",
    { address: "::1" },
    undefined,
    undefined,
    0,
  ]);
});

Deno.test("stopAll() stops every open call, with the reason that it is told", () => {
  const peer = new Peer("stdio", {});
  const calls = [1, 2].map((id) => new Call({ tool: "t", args: {}, adapter: "stdio", id }));
  for (const call of calls) {
    peer.open.set(call.id, call);
    // Whoever runs the call forgets it as soon as it is stopped.
    call.onStop = () => peer.open.delete(call.id);
  }
  peer.stopAll("The client is gone");
  peer.stopAll("again");
  const why = { code: "cancelled", detail: "The client is gone" } as const;
  assertEquals(calls.map((call) => call.stopped), [why, why]);
});

Deno.test("endInput() ends what has no end of its own and waits for no answers; calls go on", async () => {
  const peer = new Peer("stdio", {});
  const call = new Call({ tool: "t", args: {}, adapter: "stdio", id: 1 });
  let ended = 0;
  const stream = { cancel: () => {}, end: () => void ended++ };
  peer.open.set(1, call).set(2, stream);
  const asked: string[] = [];
  const sender = { request: (text: string) => asked.push(text) > 0, notify: () => {} };
  const { signal } = new AbortController();
  const ask = () => peer.questions.ask({ method: "roots/list", params: {} }, sender, signal);
  const open = assertRejects(ask, Error, "The client is gone");
  peer.endInput();
  await open;
  await assertRejects(ask, Error, "The client is gone");
  assertEquals([ended, call.stopped, asked.length], [1, undefined, 1]);
});
