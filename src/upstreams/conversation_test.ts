/** What an upstream says, and whose it is. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { LIMITS } from "../base/limits.ts";
import { Call } from "../pipeline/call.ts";
import type { Asker } from "../pipeline/input.ts";
import { Conversation } from "./conversation.ts";

// deno-lint-ignore no-explicit-any -- messages of every shape
type Message = any;

/** A conversation over stdio's kind of connection, whose other side the test is. */
function open(onQuestion: () => Promise<unknown> = () => Promise.resolve({ ok: 1 })) {
  const clock = new FakeClock();
  const sent: Message[] = [];
  const broken: string[] = [];
  const conversation = new Conversation(clock, {
    onNotification: () => {},
    onQuestion,
    onBroken: (why) => broken.push(why),
  });
  conversation.transport = {
    hasStreams: false,
    exited: new Promise(() => {}),
    send: ({ text }) => void sent.push(JSON.parse(text)),
    abandon: () => {},
    agree: () => {},
    stop: () => {},
    kill: () => {},
  };
  const say = async (message: object) => {
    conversation.onMessage(JSON.stringify({ jsonrpc: "2.0", ...message }), undefined);
    for (let i = 0; i < 20; i++) await Promise.resolve();
    return sent.at(-1);
  };
  const call = (tenant: string, asker?: Asker) => {
    const options = { tool: "t", args: {}, adapter: "library", tenant } as const;
    const made = new Call({ ...options, ...(asker && { asker }) });
    return { made, reply: conversation.request("tools/call", {}, { call: made }) };
  };
  return { clock, conversation, sent, broken, say, call };
}

const QUESTION = { id: "q", method: "elicitation/create", params: { message: "Who?" } };

Deno.test("answers that come too late do not end a connection, a flood of them does", async () => {
  const { broken, say, call } = open();
  for (let id = 1; id <= 2_000; id++) {
    call("a").made.cancel();
    if (id % 2 === 0) await say({ id, result: {} });
  }
  assertEquals(broken, []);
  for (let i = 0; i < LIMITS.hostFramesBurst + 1 && broken.length === 0; i++) {
    await say({ id: 1, result: {} });
  }
  assertMatch(broken[0]!, /answers what nobody asked/);
});

Deno.test("a question is not put to another tenant's client because its own call has gone", async () => {
  const { clock, say, call } = open();
  const first = call("a");
  first.made.cancel();
  await first.reply;
  call("b");
  assertMatch((await say(QUESTION)).error.message, /cannot be told whose question this is/);
  // In a while it cannot be of that call any more.
  clock.advance(LIMITS.upstreamGivenUpMs + 1);
  assertEquals((await say(QUESTION)).result, { ok: 1 });
});

Deno.test("a question is put when the call that has gone was answered, or the same tenant's", async () => {
  const { say, call } = open();
  const [first, second] = [call("a"), call("b")];
  first.made.cancel();
  await say({ id: 1, result: {} });
  assertEquals((await say(QUESTION)).result, { ok: 1 });
  await say({ id: 2, result: {} });
  await second.reply;
  call("b").made.cancel();
  call("b");
  assertEquals((await say(QUESTION)).result, { ok: 1 });
});

for (const comesAgain of [true, false]) {
  const what = comesAgain ? "ends the call of a modern client" : "is told to the upstream else";
  Deno.test(`what a client has not declared ${what}`, async () => {
    const missing = new GomcpError("capability_required", "Cannot ask", {
      requiredCapabilities: { sampling: {} },
    });
    const { sent, say, call } = open(() => Promise.reject(missing));
    const asker = { comesAgain, open: () => undefined } as unknown as Asker;
    const { reply } = call("a", asker);
    await say(QUESTION);
    if (!comesAgain) return assertEquals(sent.at(-1).error.message, "Cannot ask");
    const ended = await reply;
    assert(ended.kind === "problem");
    assertEquals(ended.problem.requiredCapabilities, { sampling: {} });
    assertEquals(sent.at(-1).method, "notifications/cancelled");
  });
}
