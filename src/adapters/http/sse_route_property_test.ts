/** Whatever a client of HTTP+SSE posts, its stream and its posts say nothing but JSON-RPC, and each request has one answer. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { FuzzRuntime } from "../../../tests/support/fuzz/features.ts";
import { Ledger, owedFor } from "../../../tests/support/fuzz/ledger.ts";
import { contendingText, wireText } from "../../../tests/support/fuzz/messages.ts";
import { turn, withoutStrays } from "../../../tests/support/fuzz/strays.ts";
import { legacy, MCP_HEADERS } from "../../../tests/support/mcp.ts";
import { within } from "../../../tests/support/wait.ts";
import { createGuard } from "./guard.ts";
import { createRouter } from "./router.ts";

const ORIGIN = "http://127.0.0.1:8080";

/** The first bytes of a stream as text, and the rest once it has ended. */
async function readStream(response: Response): Promise<{ first: string; rest: Promise<string> }> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value: first = "" } = await reader.read();
  const readRest = async () => {
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += value;
    }
  };
  return { first, rest: readRest() };
}

async function converse(texts: readonly string[]): Promise<void> {
  const served = new FuzzRuntime();
  const guard = createGuard({ hostname: "127.0.0.1" });
  const router = createRouter(served.runtime, guard, { legacySse: true });
  const { first, rest } = await readStream(await router(new Request(`${ORIGIN}/sse`), {}));
  const endpoint = /^event: endpoint\ndata: (\S+)\n\n$/.exec(first)?.[1];
  assert(endpoint !== undefined, first);
  const ledger = new Ledger();
  const post = async (body: string) => {
    const init = { method: "POST", headers: MCP_HEADERS, body };
    const response = await router(new Request(ORIGIN + endpoint, init), {});
    const text = await response.text();
    assertEquals(response.status, text === "" ? 202 : 400);
    ledger.owe(owedFor(new TextDecoder().decode(new TextEncoder().encode(body)), false));
    if (text !== "") ledger.receive(JSON.parse(text));
    await turn();
  };
  for (const text of texts) await post(text);
  served.open();
  await post(JSON.stringify(legacy("good", "ping")));
  await served.finish();
  const events = (await within(rest, "the end of the stream", 5_000)).split("\n\n");
  assertEquals(events.pop(), "");
  const messages = events.filter((event) => event !== ": keep-alive").map((event) => {
    const data = /^event: message\ndata: ([^\r\n]*)$/.exec(event)?.[1];
    assert(data !== undefined, event);
    return JSON.parse(data);
  });
  for (const message of messages) ledger.receive(message);
  ledger.settle();
  assert(messages.find(({ id }) => id === "good")?.result);
  assertEquals(served.faults, []);
}

for (const [what, text] of [["any message", wireText], ["ids again", contendingText]] as const) {
  Deno.test(`SseRoute answers every request exactly once: ${what}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 8 }),
        (texts) => withoutStrays(() => converse(texts)),
      ),
      { interruptAfterTimeLimit: 20_000, numRuns: 300 },
    );
  });
}

Deno.test("SseRoute answers a call that ends with the server, before it ends the stream", async () => {
  await converse([
    JSON.stringify(legacy(1, "initialize", {
      protocolVersion: "2024-11-05",
      capabilities: { elicitation: {} },
      clientInfo: { name: "asked", version: "1" },
    })),
    JSON.stringify(legacy(2, "tools/call", { name: "ask" })),
  ]);
});
