/** Clients over stdio that read slowly, never, or no more: bounded memory and a clean end. */
import { assert, assertEquals } from "@std/assert";
import { legacy, legacyCall, modernCall } from "./support/mcp.ts";
import { peakBytes, residentBytes } from "./support/memory.ts";
import { startStdio } from "./support/stdio.ts";
import { until } from "./support/wait.ts";

/**
 * A process that keeps more strings than this ends; how soon the collector takes those that are
 * not kept, which a busy machine delays, makes no difference. Buffers are not part of it.
 */
const SMALL_HEAP = ["--v8-flags=--max-old-space-size=96"];

Deno.test("stdio: answers that nobody reads stop the reading of input, and memory stays bounded", async () => {
  await using server = await startStdio({
    fixtures: ["plain"],
    reads: false,
    // A call is answered in the turn that reads it, so that reading stops at the same call always.
    args: ["--isolation=inline"],
    denoFlags: SMALL_HEAP,
  });
  // 180 MB of answers would come, if all of the input were taken.
  const calls = 60;
  let sent = 0;
  const sending = (async () => {
    for (; sent < calls; sent++) {
      // Padded to one read each, so that the server can stop between two.
      const call = JSON.stringify(legacyCall(sent, "big")).padEnd(64 * 1024 - 1) + "\n";
      await server.write(call);
    }
  })();
  await until(async () => {
    const before = sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return sent > 0 && sent === before;
  }, "the server takes no more input");
  assert(sent < 20, `it took ${sent} calls`);
  assert(peakBytes(server.pid) < 400_000_000, `it holds ${peakBytes(server.pid)} bytes`);
  server.read();
  await sending;
  await server.answer(calls - 1);
  assertEquals(server.messages.items.length, calls);
  assert(server.isAlive);
});

for (const later of [false, true]) {
  const when = later ? "that come together later" : "that come at once";
  Deno.test(`stdio: a client that reads gets all of many long answers ${when}`, async () => {
    await using server = await startStdio({ fixtures: ["plain"] });
    // One piece of input, 90 MB of answers: more than the bound for clients that do not read.
    const ids = Array.from({ length: 30 }, (_, id) => id);
    await server.send(...ids.map((id) => legacyCall(id, "big", { later })));
    await Promise.all(ids.map((id) => server.answer(id)));
    assertEquals((await server.request(legacy("on", "ping"))).result, {});
  });
}

Deno.test("stdio: more answers than may wait for a client that never reads end the process", async () => {
  // The answers, 180 MB, are in the tool's heap first.
  const args = ["--host-heap=1GiB"];
  await using server = await startStdio({ fixtures: ["plain"], reads: false, args });
  const calls = Array.from({ length: 60 }, (_, id) => legacyCall(id, "big", { later: true }));
  await server.send(...calls).catch(() => {});
  await server.log.find(({ message }) => message === "stdio client lost", "end of the client");
  assertEquals((await server.exit()).code, 0);
});

Deno.test("stdio: progress that nobody reads is dropped, and memory stays bounded", async () => {
  await using server = await startStdio({
    fixtures: ["slow"],
    reads: false,
    // A host leaves progress out by itself.
    args: ["--isolation=inline"],
    denoFlags: SMALL_HEAP,
  });
  const gate = server.gate();
  // 200 MB of notifications.
  const args = { count: 2_000, chars: 100_000, ...gate.arguments };
  await server.send(modernCall(1, "flood", args, { progressToken: 1 }));
  await gate.reached();
  const before = residentBytes(server.pid);
  await gate.flooded();
  const grown = peakBytes(server.pid) - before;
  assert(grown < 180_000_000, `it has grown by ${grown} bytes`);
  await gate.open();
  server.read();
  assertEquals((await server.answer(1)).result.content[0].text, "flooded");
});

Deno.test("stdio: a closed stdout (EPIPE) ends the process well and stops its calls", async () => {
  await using server = await startStdio({ fixtures: ["slow"], reads: false });
  const gate = server.gate();
  await server.send(legacyCall(1, "gate", gate.arguments));
  await gate.reached();
  await server.closeOutput();
  await server.send(legacy(2, "ping"));
  assertEquals((await server.exit()).code, 0);
  await gate.aborted();
  const lost = server.log.items.find(({ message }) => message === "stdio client lost");
  assert(lost !== undefined, server.stderr);
});

Deno.test("stdio: a closed stdout and a tool that ignores its signal do not hold the process", async () => {
  await using server = await startStdio({ fixtures: ["slow"], reads: false });
  const gate = server.gate();
  await server.send(legacyCall(1, "stubborn", gate.arguments));
  await gate.reached();
  await server.closeOutput();
  await server.send(legacy(2, "ping"));
  assertEquals((await server.exit()).code, 0);
});

Deno.test("stdio: a client that dies in mid-call leaves no process behind", async () => {
  await using server = await startStdio({ fixtures: ["slow"], reads: false });
  const gate = server.gate();
  await server.send(legacyCall(1, "gate", gate.arguments));
  await gate.reached();
  await Promise.all([server.closeInput(), server.closeOutput()]);
  await gate.open();
  assertEquals((await server.exit()).code, 0);
});
