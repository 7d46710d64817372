/** Prompts: definitions, arguments, and what their messages may be. */
import { assertEquals, assertThrows } from "@std/assert";
import * as z from "zod";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { SILENT_LOG } from "../base/log.ts";
import { Call } from "../pipeline/call.ts";
import { definePrompt } from "./define_prompt.ts";
import { isPrompt } from "./prompt.ts";
import { createPromptRegistry } from "./prompt_registry.ts";

const handler = () => "";

Deno.test("definePrompt() shows what was written, and its arguments by their names", () => {
  const about = { name: "p", title: "T", description: "D", icons: [{ src: "data:," }] };
  const prompt = definePrompt({
    ...about,
    timeout: "2s",
    handler,
    arguments: z.object({
      b: z.string().describe("The b.").meta({ title: "B" }),
      a: z.string().optional(),
      c: z.string().default("x"),
    }),
  });
  const listed = [
    { name: "b", title: "B", description: "The b.", required: true },
    { name: "a", required: false },
    { name: "c", required: false },
  ];
  assertEquals(prompt.definition, { ...about, arguments: listed });
  assertEquals([prompt.timeoutMs, isPrompt(prompt), Object.isFrozen(prompt)], [2_000, true, true]);
  assertEquals(definePrompt({ name: "p", handler }).definition, { name: "p" });
});

const WRONG: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ["no name", { name: undefined }, "without a name: its name is not"],
  ["an empty name", { name: "" }, "its name is not"],
  ["a name with a space", { name: "a b" }, "its name is not"],
  ["a long name", { name: "a".repeat(129) }, "its name is not"],
  ["no handler", { handler: "text" }, "its handler is string"],
  ["arguments that are no zod schema", { arguments: { type: "object" } }, "no zod 4 schema"],
  ["arguments that are no object", { arguments: z.string() }, "no zod object"],
  [
    "an argument that is a number",
    { arguments: z.object({ a: z.string(), n: z.number() }) },
    'its argument "n" takes no text, expected such as z.string(), z.enum([…]) or z.coerce.number()',
  ],
  [
    "a nested argument",
    { arguments: z.object({ a: z.object({}) }).refine(() => true) },
    'its argument "a" takes no text',
  ],
  ["an option that it does not know", { argumets: z.object({}) }, '"argumets" is not a known'],
  ["a title that is no text", { title: 7 }, "its title is number, expected string"],
  ["a description that is no text", { description: {} }, "its description is object"],
  ["a timeout that is none", { timeout: "soon" }, "soon"],
  ["icons that are none", { icons: {} }, "its icons are no array"],
  ["a completer for no argument", { complete: { b: () => [] } }, 'completes "b"'],
  ["a completer that is no function", { complete: { a: 7 } }, '"a"'],
];

for (const [what, more, text] of WRONG) {
  Deno.test(`definePrompt() refuses ${what}`, () => {
    const options = { name: "p", arguments: z.object({ a: z.string() }), handler, ...more };
    const error = assertThrows(() => definePrompt(options as never), GomcpError, text);
    assertEquals(error.code, "invalid_request");
    assertEquals(error.message.startsWith("Cannot define prompt "), true);
  });
}

Deno.test("a prompt checks its arguments, and gives its handler what the schema makes of them", () => {
  const { check } = definePrompt({
    name: "p",
    arguments: z.object({ n: z.coerce.number(), s: z.string().default("x") }),
    handler,
  });
  assertEquals(check({ n: "7" }), { ok: true, value: { n: 7, s: "x" } });
  const wrong = check({ n: "7", s: 8 });
  assertEquals([wrong.ok, !wrong.ok && wrong.pointer], [false, "/s"]);
  for (const args of [undefined, null, [], "x"]) assertEquals(check(args).ok, false);
  assertEquals(definePrompt({ name: "p", handler }).check({ a: "1" }), { ok: true, value: {} });
});

Deno.test("isPrompt() takes nothing else for a prompt", () => {
  for (const other of [undefined, null, 7, "p", {}, []]) assertEquals(isPrompt(other), false);
});

Deno.test("createPromptRegistry() finds prompts by exact names, and refuses two of one or too many", () => {
  const one = definePrompt({ name: "p", handler });
  const registry = createPromptRegistry([one], SILENT_LOG);
  assertEquals([registry.size, registry.find("p")?.name], [1, "p"]);
  for (const name of ["P", "", "toString"]) assertEquals(registry.find(name), undefined);
  const named = 'two prompts named "p"';
  assertThrows(() => createPromptRegistry([one, one], SILENT_LOG), GomcpError, named);
  const many = new Array(LIMITS.promptsMax + 1).fill(one);
  assertThrows(() => createPromptRegistry(many, SILENT_LOG), GomcpError, "at most 100000");
});

async function resultOf(handler: () => unknown, description?: string) {
  const options = { name: "p", handler, ...(description !== undefined && { description }) };
  const registry = createPromptRegistry([definePrompt(options as never)], SILENT_LOG);
  const call = new Call({ kind: "prompt", tool: "p", args: {}, adapter: "stdio" });
  call.checkedArgs = {};
  const outcome = await registry.find("p")!.run(call);
  return outcome.kind === "answer" ? JSON.parse(`{${outcome.members}}`) : outcome;
}

const content = { type: "text", text: "hi" };
const messages = [{ role: "user", content }, { role: "assistant", content }];
const RESULTS: readonly (readonly [string, unknown, unknown])[] = [
  ["a text", "hi", { description: "D", messages: messages.slice(0, 1) }],
  ["messages", messages, { description: "D", messages }],
  ["no messages", [], { description: "D", messages: [] }],
  ["a result", { messages }, { description: "D", messages }],
  ["a result with a description", { description: "E", messages }, { description: "E", messages }],
  ["a result with more", { messages, more: 1 }, { description: "D", messages }],
];

for (const [what, returned, result] of RESULTS) {
  Deno.test(`a prompt may give ${what}, whether it takes time or not`, async () => {
    assertEquals(await resultOf(() => returned, "D"), result);
    assertEquals(await resultOf(() => Promise.resolve(returned), "D"), result);
  });
}

Deno.test("a prompt without a description gives none", async () => {
  assertEquals(await resultOf(() => messages), { messages });
});

const big = { type: "text", text: 1n };
const BROKEN: readonly (readonly [string, unknown, string])[] = [
  ["nothing", undefined, "undefined, expected a text"],
  ["a number", 7, "number, expected a text"],
  ["an object without messages", { messages: "hi" }, "object, expected a text"],
  ["a message that is none", ["hi"], "/messages/0 is string"],
  ["a role that is none", [messages[0], { role: "system", content }], "/messages/1/role"],
  ["content that is none", [{ role: "user", content: "hi" }], "/messages/0/content is string"],
  ["content of no kind", [{ role: "user", content: { type: "x" } }], "/messages/0/content/type"],
  ["a text that is none", [{ role: "user", content: big }], "/messages/0/content/text"],
  ["a description that is no text", { description: 7, messages }, "description"],
  ["what is no JSON", [{ role: "user", content, n: 1n }], "cannot be sent as JSON"],
  ["too much", "a".repeat(LIMITS.resultBytesMax), "bytes"],
];

for (const [what, returned, text] of BROKEN) {
  Deno.test(`a prompt that gives ${what} is at fault`, async () => {
    const { problem } = await resultOf(() => returned);
    assertEquals(problem?.code, "tool_error");
    assertEquals(problem.detail.startsWith('Prompt "p" gave '), true);
    assertEquals(problem.detail.includes(text), true, problem.detail);
  });
}

Deno.test("what a prompt throws is a problem; an error of gomcp's own keeps its code", async () => {
  const { problem } = await resultOf(() => {
    throw new Error("no");
  });
  assertEquals(problem, { code: "tool_error", detail: 'Prompt "p" failed: no' });
  const own = await resultOf(() => Promise.reject(new GomcpError("forbidden", "not you")));
  assertEquals(own.problem, { code: "forbidden", detail: "not you" });
});
