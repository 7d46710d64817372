/** The server's own requests to one client: who is asked, what an answer is, how waiting ends. */
import { assertEquals, assertRejects } from "@std/assert";
import { GomcpError } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import { Questions } from "./questions.ts";

const ROOTS = { method: "roots/list", params: { a: 1 } } as const;

function setUp(reaches = true) {
  const questions = new Questions();
  const sent: { id: string; method: string; params: unknown; jsonrpc: string }[] = [];
  const told: unknown[] = [];
  const sender = {
    request: (text: string) => (sent.push(JSON.parse(text)), reaches),
    notify: (text: string) => void told.push(JSON.parse(text)),
  };
  const ask = (signal = new AbortController().signal) => questions.ask(ROOTS, sender, signal);
  const take = (body: object, id: unknown = sent.at(-1)!.id) =>
    questions.take({ jsonrpc: "2.0", id, ...body });
  return { questions, sent, told, ask, take };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, GomcpError)).code;
}

Deno.test("ask() sends a request with an id of its own and gives the result of its answer", async () => {
  const { sent, ask, take } = setUp();
  const [first, second] = [ask(), ask()];
  assertEquals(sent[0], { jsonrpc: "2.0", id: "gomcp-1", ...ROOTS });
  assertEquals(sent[1]!.id, "gomcp-2");
  take({ result: "two" });
  take({ result: "one" }, "gomcp-1");
  assertEquals([await first, await second], ["one", "two"]);
});

Deno.test("take() leaves alone what answers nothing, and a second answer", async () => {
  const { ask, take } = setUp();
  const answer = ask();
  for (const id of ["gomcp-2", "gomcp-0", "", 1, null, {}, "toString"]) {
    take({ result: "wrong" }, id);
  }
  take({ result: "right" });
  take({ result: "late" });
  assertEquals(await answer, "right");
});

Deno.test("ask() tells the client that nobody waits for its answer any more, and only then", async () => {
  const { sent, told, ask, take } = setUp();
  const call = new AbortController();
  const [answered, abandoned] = [ask(call.signal), ask(call.signal)];
  take({ result: "one" }, "gomcp-1");
  call.abort();
  assertEquals(await answered, "one");
  assertEquals(await codeOf(abandoned), "cancelled");
  const params = { requestId: "gomcp-2", reason: "The call has ended" };
  assertEquals(told, [{ jsonrpc: "2.0", method: "notifications/cancelled", params }]);
  assertEquals(sent.length, 2);
});

Deno.test("ask() tells a client that is gone, or never got the question, nothing", async () => {
  for (const reaches of [true, false]) {
    const { questions, told, ask } = setUp(reaches);
    const call = new AbortController();
    const end = codeOf(ask(call.signal));
    questions.close();
    call.abort();
    assertEquals(await end, reaches ? "cancelled" : "capability_required");
    assertEquals(told, []);
  }
});

for (const error of [{ code: -1, message: "no, thanks" }, { code: -1 }, "no", null, 7]) {
  Deno.test(`take() makes a failure of the error ${JSON.stringify(error)}`, async () => {
    const { ask, take } = setUp();
    const answer = assertRejects(() => ask(), GomcpError);
    take({ error });
    const { code, message } = await answer;
    const said = typeof error === "object" && error !== null && "message" in error;
    assertEquals(code, "tool_error");
    assertEquals(message, `The client answered with an error: ${said ? "no, thanks" : ""}`);
  });
}

Deno.test("take() clips a long message of an error", async () => {
  const { ask, take } = setUp();
  const answer = assertRejects(() => ask(), GomcpError);
  take({ error: { code: -1, message: "x".repeat(10_000) } });
  assertEquals((await answer).message.length < 200, true);
});

Deno.test("ask() asks nobody when its signal has aborted, and waits no more when it does", async () => {
  const { sent, ask, take } = setUp();
  assertEquals([await codeOf(ask(AbortSignal.abort())), sent.length], ["cancelled", 0]);
  const controller = new AbortController();
  const answer = codeOf(ask(controller.signal));
  controller.abort();
  assertEquals(await answer, "cancelled");
  take({ result: "late" });
});

Deno.test("ask() fails when the client cannot be reached, and keeps no place for it", async () => {
  const { ask } = setUp(false);
  for (let count = 0; count <= LIMITS.openQuestionsMax; count++) {
    assertEquals(await codeOf(ask()), "capability_required");
  }
});

Deno.test("ask() takes as many questions as its limit, and the next once one is answered", async () => {
  const { ask, take, questions } = setUp();
  const open = Array.from({ length: LIMITS.openQuestionsMax }, () => ask());
  assertEquals(await codeOf(ask()), "overloaded");
  take({ result: "done" });
  assertEquals(await open.at(-1), "done");
  const next = ask();
  const all = [...open.slice(0, -1), next].map(codeOf);
  questions.close();
  assertEquals(new Set(await Promise.all(all)), new Set(["cancelled"]));
});

Deno.test("ask() gives its place back when its signal aborts", async () => {
  const { ask, take } = setUp();
  for (let count = 0; count <= LIMITS.openQuestionsMax; count++) {
    const controller = new AbortController();
    const answer = codeOf(ask(controller.signal));
    controller.abort();
    assertEquals(await answer, "cancelled");
  }
  const answer = ask();
  take({ result: 1 });
  assertEquals(await answer, 1);
});

Deno.test("close() ends what waits, and whoever asks after it", async () => {
  const { questions, ask, sent } = setUp();
  const open = codeOf(ask());
  questions.close();
  questions.close();
  assertEquals([await open, await codeOf(ask()), sent.length], ["cancelled", "cancelled", 1]);
});
