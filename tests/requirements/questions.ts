/** What the server asks the client in the handshake era: requests of its own while a call is open. */
import { assertEquals, assertMatch } from "@std/assert";
import type { Message } from "../support/mcp.ts";
import type { OpenRequest, Params, Speaker } from "../support/speaker.ts";
import { ASKABLE, callTool, LEGACY_ONLY, legacySince, resultOf, type Row, settle } from "./row.ts";

const SAMPLED = {
  role: "assistant",
  content: { type: "text", text: "Paris" },
  model: "test",
  stopReason: "endTurn",
};

/** The next request of the server's within this call. */
function questionOf({ messages }: OpenRequest, method: string): Promise<Message> {
  return messages.find((message) => message.method === method, method);
}

/** Calls a tool, answers the question that comes, and gives the question and the result. */
async function ask(client: Speaker, name: string, method: string, body: Params, args: Params = {}) {
  const call = client.open("tools/call", { name, arguments: args });
  const question = await questionOf(call, method);
  await client.reply(question.id, body);
  return { question, result: resultOf(await call.answer()) };
}

const sampling: readonly Row[] = [
  {
    id: "sampling",
    revisions: LEGACY_ONLY,
    section: "client/sampling#creating-messages",
    capabilities: ASKABLE,
    async run(client) {
      const args = { prompt: "Capital?" };
      const method = "sampling/createMessage";
      const { question, result } = await ask(client, "test_sampling", method, {
        result: SAMPLED,
      }, args);
      assertEquals(question.jsonrpc, "2.0");
      assertEquals(question.params.messages, [
        { role: "user", content: { type: "text", text: "Capital?" } },
      ]);
      assertEquals(question.params.maxTokens, 100);
      assertEquals(result.content[0].text, "LLM response: Paris");
    },
  },
  {
    id: "roots",
    revisions: LEGACY_ONLY,
    section: "client/roots#listing-roots",
    capabilities: ASKABLE,
    async run(client) {
      const roots = [{ uri: "file:///a", name: "a" }, { uri: "file:///b" }];
      const name = "test_input_required_result_list_roots";
      const { result } = await ask(client, name, "roots/list", { result: { roots } });
      assertEquals(result.content[0].text, "file:///a, file:///b");
    },
  },
  {
    id: "questions-have-ids-of-their-own",
    revisions: LEGACY_ONLY,
    section: "basic#requests",
    capabilities: ASKABLE,
    async run(client) {
      const ids = new Set<unknown>();
      const calls = [1, 2, 3].map((n) =>
        client.open("tools/call", { name: "test_sampling", arguments: { prompt: `Question ${n}` } })
      );
      for (const [index, call] of calls.entries()) {
        const isMine = ({ params }: Message) =>
          params?.messages?.[0].content.text === `Question ${index + 1}`;
        const { id } = await call.messages.find(isMine, "the call's question");
        assertEquals(typeof id === "string" || Number.isInteger(id), true);
        ids.add(id);
        const text = `Answer ${index + 1}`;
        await client.reply(id, { result: { ...SAMPLED, content: { type: "text", text } } });
        const answer = resultOf(await call.answer());
        assertEquals(answer.content[0].text, `LLM response: Answer ${index + 1}`);
      }
      assertEquals(ids.size, 3);
    },
  },
  {
    id: "questions-that-are-answered-by-an-error",
    revisions: LEGACY_ONLY,
    section: "client/sampling#error-handling",
    capabilities: ASKABLE,
    async run(client) {
      const error = { code: -1, message: "User rejected sampling request" };
      const args = { prompt: "x" };
      const { result } = await ask(client, "test_sampling", "sampling/createMessage", {
        error,
      }, args);
      assertEquals(result.isError, true);
      assertMatch(result.content[0].text, /User rejected sampling request/);
    },
  },
  {
    id: "nobody-is-asked-what-was-not-declared",
    revisions: LEGACY_ONLY,
    section: "basic/lifecycle#capability-negotiation",
    async run(client) {
      const tools = {
        test_sampling: { prompt: "x" },
        test_input_required_result_elicitation: {},
        test_input_required_result_list_roots: {},
        visit: {},
      };
      for (const [name, args] of Object.entries(tools)) {
        const { messages, answer } = client.open("tools/call", { name, arguments: args });
        const { isError, content } = resultOf(await answer());
        assertEquals(isError, true);
        assertMatch(content[0].text, /has not declared/);
        assertEquals(messages.items.filter(({ method }) => method !== undefined), []);
      }
    },
  },
  {
    id: "cancellation-while-a-question-is-open",
    revisions: LEGACY_ONLY,
    section: "basic/utilities/cancellation",
    capabilities: ASKABLE,
    async run(client) {
      const gate = client.gate(`asking ${client.revision}`);
      const call = client.open("tools/call", { name: "asking", arguments: gate.arguments });
      const question = await questionOf(call, "elicitation/create");
      await call.cancel();
      await gate.aborted();
      // Its answer comes too late, and is left alone.
      await client.reply(question.id, { result: { action: "accept", content: { name: "Ada" } } });
      await settle(client);
      assertEquals(call.messages.items.filter(({ id }) => id === call.id), []);
    },
  },
];

const form: readonly Row[] = [
  {
    id: "elicitation-by-a-form",
    revisions: legacySince("2025-06-18"),
    section: "client/elicitation#creating-elicitation-requests",
    capabilities: { elicitation: {} },
    async run(client) {
      const content = { username: "ada", email: "a@b.c" };
      for (const action of ["accept", "decline", "cancel"]) {
        const answer = action === "accept" ? { action, content } : { action };
        const { question, result } = await ask(client, "test_elicitation", "elicitation/create", {
          result: answer,
        }, { message: "Who?" });
        const { message, requestedSchema, mode } = question.params;
        assertEquals([message, mode === undefined || mode === "form"], ["Who?", true]);
        assertEquals(requestedSchema.type, "object");
        assertEquals(Object.keys(requestedSchema.properties), ["username", "email"]);
        const said = result.content[0].text.slice("User response: ".length);
        assertEquals(JSON.parse(said), answer);
      }
    },
  },
  {
    id: "elicitation-defaults-and-choices",
    revisions: legacySince("2025-11-25"),
    section: "client/elicitation#supported-schema-types",
    capabilities: { elicitation: {} },
    async run(client) {
      const method = "elicitation/create";
      const declined = { result: { action: "decline" } };
      const first = await ask(client, "test_elicitation_sep1034_defaults", method, declined);
      const { properties } = first.question.params.requestedSchema;
      const defaults = Object.values(properties).map((each) => (each as Params).default);
      assertEquals(defaults, ["John Doe", 30, 95.5, "active", true]);
      const second = await ask(client, "test_elicitation_sep1330_enums", method, declined);
      const choices = second.question.params.requestedSchema.properties;
      assertEquals(choices.titledSingle.oneOf.length, 3);
      assertEquals(choices.legacyEnum.enumNames.length, 3);
      assertEquals([choices.titledMulti.type, choices.titledMulti.items.anyOf.length], [
        "array",
        3,
      ]);
    },
  },
  {
    id: "elicitation-answer-that-does-not-fit",
    revisions: legacySince("2025-06-18"),
    section: "client/elicitation#response-actions",
    capabilities: { elicitation: {} },
    async run(client) {
      const name = "test_input_required_result_elicitation";
      const wrong = [
        { action: "accept", content: { name: 7 } },
        { action: "accept" },
        { action: "perhaps" },
        7,
      ];
      for (const answer of wrong) {
        const { result } = await ask(client, name, "elicitation/create", { result: answer });
        assertEquals(result.isError, true);
      }
    },
  },
  {
    id: "elicitation-by-a-url",
    revisions: legacySince("2025-11-25"),
    section: "client/elicitation#url-mode",
    capabilities: ASKABLE,
    async run(client) {
      const ids = new Set<string>();
      for (const action of ["accept", "decline", "cancel"]) {
        const { question, result } = await ask(client, "visit", "elicitation/create", {
          result: { action },
        });
        const { mode, url, message, elicitationId, requestedSchema } = question.params;
        assertEquals([mode, url, message], ["url", "https://example.com/", "Go there"]);
        assertEquals([typeof elicitationId, requestedSchema], ["string", undefined]);
        ids.add(elicitationId);
        assertEquals(result.content[0].text, action);
      }
      assertEquals(ids.size, 3);
    },
  },
  {
    id: "no-url-for-clients-of-forms",
    revisions: legacySince("2025-11-25"),
    section: "client/elicitation#capabilities",
    capabilities: { elicitation: {} },
    async run(client) {
      assertEquals(resultOf(await callTool(client, "visit")).isError, true);
    },
  },
];

export const questions: readonly Row[] = [...sampling, ...form];
