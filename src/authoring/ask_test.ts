/** Questions of handlers, whoever is asked: their keys, and callers that cannot be asked. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as z from "zod";
import { GomcpError } from "../base/errors.ts";
import { SILENT_LOG } from "../base/log.ts";
import { Call } from "../pipeline/call.ts";
import type { Asker, InputRequest } from "../pipeline/input.ts";
import { Questions } from "./ask.ts";
import { CallContext } from "./context.ts";

/** A caller that gives every question the same answer, once it would be taken. */
function answering(answer: unknown) {
  const asked: [string, InputRequest][] = [];
  const asker: Asker = {
    ask: (key, request, isAnswer) => {
      asked.push([key, request]);
      return isAnswer(answer) ? Promise.resolve(answer) : Promise.reject(new Error("not taken"));
    },
    can: ({ method }) => method === "roots/list",
    open: () => undefined,
    close: () => {},
    refuse: () => new Error("refused"),
  };
  const call = new Call({ tool: "t", args: {}, adapter: "stdio", asker });
  return { asked, questions: new Questions(call) };
}

const noneToAsk = new Call({ tool: "t", args: {}, adapter: "library" });

Deno.test("questions without a key are numbered in their order, those with one counted too", async () => {
  const { asked, questions } = answering({ roots: [] });
  for (const key of [undefined, "mine", undefined]) await questions.roots(key);
  assertEquals(asked.map(([key]) => key), ["input-1", "mine", "input-3"]);
});

Deno.test("a form gives what its schema makes of the answer", async () => {
  const { questions } = answering({ action: "accept", content: { n: 7, extra: true } });
  const schema = z.object({ n: z.number().transform((n) => `${n}`), s: z.string().default("x") });
  assertEquals(await questions.form({ message: "m", schema }), {
    action: "accept",
    content: { n: "7", s: "x" },
  });
});

Deno.test("a form that was not accepted gives no content", async () => {
  const { questions } = answering({ action: "decline", content: { n: 7 } });
  const schema = z.object({ n: z.number() });
  assertEquals(await questions.form({ message: "m", schema }), { action: "decline" });
});

Deno.test("a form of a schema that is none is refused, and nobody is asked", async () => {
  const { asked, questions } = answering({});
  const schema = { type: "nonsense" };
  await assertRejects(() => questions.form({ message: "m", schema }), GomcpError, "invalid");
  assertEquals(asked, []);
});

Deno.test("what a handler asks of the model goes out with its messages and its bound", async () => {
  const { asked, questions } = answering({ role: "assistant", content: {}, model: "m" });
  const more = { messages: "other", maxTokens: 1, systemPrompt: "s" };
  await questions.sample({ messages: "hi", maxTokens: 9, more });
  const content = { type: "text", text: "hi" };
  const params = { systemPrompt: "s", messages: [{ role: "user", content }], maxTokens: 9 };
  assertEquals(asked[0]![1], { method: "sampling/createMessage", params });
});

Deno.test("a handler may take its means of asking out of the context", async () => {
  const { elicit, sample, roots, can } = new CallContext(noneToAsk, SILENT_LOG);
  const ways = [
    () => elicit({ message: "m", schema: z.object({}) }),
    () => elicit({ message: "m", url: "https://example.com/" }),
    () => sample({ messages: "m", maxTokens: 1 }),
    () => roots(),
  ];
  for (const ask of ways) {
    const error = await assertRejects(ask, GomcpError, "this caller cannot be asked");
    assert(error.code === "capability_required");
  }
  for (const what of ["form", "url", "sample", "roots"] as const) assertEquals(can(what), false);
});

Deno.test("can() is what the caller says", () => {
  const { questions } = answering({});
  assertEquals([questions.can("roots"), questions.can("sample")], [true, false]);
});
