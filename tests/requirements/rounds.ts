/** What the server asks the client in the modern era: results that need input, and their retries. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { CAPABILITIES_KEY, type Message } from "../support/mcp.ts";
import type { Params, Speaker } from "../support/speaker.ts";
import { ASKABLE, assertError, callTool, MODERN_ONLY, resultOf, type Row } from "./row.ts";

const FORMS = { elicitation: {} };
const ASKING = "test_input_required_result_elicitation";
const CONFIRMING = "test_input_required_result_request_state";

function accepted(content: unknown) {
  return { action: "accept", content };
}

interface Questions {
  // deno-lint-ignore no-explicit-any -- questions of every shape
  readonly requests: any;
  readonly state: string;
}

/** The questions of a call that needs input, and the state that goes back with the answers. */
function questionsOf(answer: Message): Questions {
  const result = resultOf(answer);
  assertEquals(result.resultType, "input_required");
  const others = ["content", "contents", "messages", "ttlMs", "cacheScope"];
  assertEquals(others.filter((key) => key in result), []);
  return { requests: result.inputRequests, state: result.requestState };
}

async function begin(client: Speaker, name: string): Promise<Questions> {
  return questionsOf(await client.request("tools/call", { name }));
}

function retry(client: Speaker, name: string, requestState: unknown, inputResponses: unknown) {
  return client.request("tools/call", { name, requestState, inputResponses });
}

/** Answers all questions at once; the text of the result. */
async function roundTrip(client: Speaker, name: string, answers: Params): Promise<string> {
  const { requests, state } = await begin(client, name);
  assertEquals(Object.keys(requests).sort(), Object.keys(answers).sort());
  const result = resultOf(await retry(client, name, state, answers));
  assertEquals(result.resultType, "complete");
  return result.content[0].text;
}

type Part = Omit<Row, "revisions">;

const kinds: readonly Part[] = [
  {
    id: "mrtr-elicitation",
    section: "basic/utilities/mrtr",
    capabilities: FORMS,
    async run(client) {
      const { requests } = await begin(client, ASKING);
      const { method, params } = requests.user_name;
      assertEquals([method, params.message], ["elicitation/create", "What is your name?"]);
      assertEquals([params.requestedSchema.type, "elicitationId" in params], ["object", false]);
      const answers = { user_name: accepted({ name: "Ada" }) };
      assertEquals(await roundTrip(client, ASKING, answers), "Hello, Ada!");
    },
  },
  {
    id: "mrtr-url",
    section: "client/elicitation#url-mode",
    capabilities: ASKABLE,
    async run(client) {
      const { requests, state } = await begin(client, "visit");
      const [[key, { method, params }]] = Object.entries(requests) as [[string, Message]];
      assertEquals(method, "elicitation/create");
      assertEquals([params.mode, params.url], ["url", "https://example.com/"]);
      assertEquals("elicitationId" in params, false);
      const result = resultOf(await retry(client, "visit", state, { [key]: { action: "accept" } }));
      assertEquals(result.content[0].text, "accept");
    },
  },
  {
    id: "mrtr-sampling-and-roots",
    section: "basic/utilities/mrtr",
    capabilities: ASKABLE,
    async run(client) {
      const sampled = { role: "assistant", content: { type: "text", text: "Paris" }, model: "m" };
      const sampling = "test_input_required_result_sampling";
      assertEquals(await roundTrip(client, sampling, { capital_question: sampled }), "Paris");
      const roots = { roots: [{ uri: "file:///a" }] };
      const listing = "test_input_required_result_list_roots";
      assertEquals(await roundTrip(client, listing, { client_roots: roots }), "file:///a");
      const several = "test_input_required_result_multiple_inputs";
      const user_name = accepted({ name: "Ada" });
      const answers = { user_name, greeting: sampled, client_roots: roots };
      assertEquals(await roundTrip(client, several, answers), "Paris Ada (1 roots)");
    },
  },
  {
    id: "mrtr-many-rounds",
    section: "basic/utilities/mrtr",
    capabilities: FORMS,
    async run(client) {
      const name = "test_input_required_result_multi_round";
      const first = await begin(client, name);
      const answer = await retry(client, name, first.state, { step1: accepted({ name: "Ada" }) });
      const second = questionsOf(answer);
      assertEquals(Object.keys(second.requests), ["step2"]);
      assertNotEquals(second.state, first.state);
      const answers = { step2: accepted({ color: "red" }) };
      const result = resultOf(await retry(client, name, second.state, answers));
      assertEquals(result.content[0].text, "Ada likes red");
    },
  },
  {
    id: "mrtr-answers-in-parts",
    section: "basic/utilities/mrtr",
    capabilities: ASKABLE,
    async run(client) {
      const name = "test_input_required_result_multiple_inputs";
      const first = await begin(client, name);
      const user_name = accepted({ name: "Ada" });
      const second = questionsOf(await retry(client, name, first.state, { user_name }));
      assertEquals(Object.keys(second.requests).sort(), ["client_roots", "greeting"]);
    },
  },
  {
    id: "mrtr-prompt",
    section: "basic/utilities/mrtr",
    capabilities: FORMS,
    async run(client) {
      const name = "test_input_required_result_prompt";
      const { state } = questionsOf(await client.request("prompts/get", { name }));
      const inputResponses = { user_context: accepted({ context: "cats" }) };
      const params = { name, requestState: state, inputResponses };
      const { messages } = resultOf(await client.request("prompts/get", params));
      assertEquals(messages[0].content.text, "About: cats");
    },
  },
];

const answers: readonly Part[] = [
  {
    id: "mrtr-decline-and-cancel",
    section: "client/elicitation#response-actions",
    capabilities: FORMS,
    async run(client) {
      for (const action of ["decline", "cancel"]) {
        const { requests, state } = questionsOf(
          await callTool(client, "test_elicitation", { message: "Who?" }),
        );
        const inputResponses = { [Object.keys(requests)[0]!]: { action } };
        const args = { name: "test_elicitation", arguments: { message: "Who?" } };
        const params = { ...args, requestState: state, inputResponses };
        const { content } = resultOf(await client.request("tools/call", params));
        assertEquals(content[0].text, `User response: {"action":"${action}"}`);
      }
    },
  },
  {
    id: "mrtr-other-keys-are-left-alone",
    section: "basic/utilities/mrtr",
    capabilities: FORMS,
    async run(client) {
      const { state } = await begin(client, ASKING);
      const inputResponses = { user_name: accepted({ name: "Ada" }), other: 7 };
      const result = resultOf(await retry(client, ASKING, state, inputResponses));
      assertEquals(result.content[0].text, "Hello, Ada!");
    },
  },
  {
    id: "mrtr-answers-that-do-not-fit-are-asked-for-again",
    section: "basic/utilities/mrtr",
    capabilities: FORMS,
    async run(client) {
      const unusable = [
        {},
        { other: accepted({ name: "Ada" }) },
        { user_name: 7 },
        { user_name: accepted({ name: 7 }) },
        { user_name: accepted(undefined) },
        { user_name: { action: "perhaps" } },
      ];
      for (const inputResponses of unusable) {
        const { state } = await begin(client, ASKING);
        const again = questionsOf(await retry(client, ASKING, state, inputResponses));
        assertEquals(Object.keys(again.requests), ["user_name"]);
      }
    },
  },
  {
    id: "mrtr-state-integrity",
    section: "basic/utilities/mrtr#security",
    capabilities: FORMS,
    async run(client) {
      const answers = { confirm: accepted({ ok: true }) };
      const { state } = await begin(client, CONFIRMING);
      const middle = Math.floor(state.length / 2);
      const flipped = state[middle] === "A" ? "B" : "A";
      const forged = [
        `${state.slice(0, middle)}${flipped}${state.slice(middle + 1)}`,
        state.slice(0, -4),
        `${state}AAAA`,
        "",
        "nonsense!",
        "x".repeat(100_000),
        7,
        {},
      ];
      for (const each of forged) {
        assertError(client, await retry(client, CONFIRMING, each, answers), -32602);
      }
      // That of another tool, or with other arguments.
      assertError(client, await retry(client, ASKING, state, answers), -32602);
      const params = { name: CONFIRMING, arguments: { a: 1 }, requestState: state };
      const other = await client.request("tools/call", { ...params, inputResponses: answers });
      assertEquals("result" in other, false);
      // None of that has spent it; being used has.
      const result = resultOf(await retry(client, CONFIRMING, state, answers));
      assertEquals(result.content[0].text, "state-ok");
      assertError(client, await retry(client, CONFIRMING, state, answers), -32602);
    },
  },
];

const limits: readonly Part[] = [
  {
    id: "mrtr-capability-required",
    section: "basic/utilities/mrtr",
    async run(client) {
      const needed: Record<string, [declared: Params, required: unknown]> = {
        test_missing_capability: [FORMS, { sampling: {} }],
        test_input_required_result_list_roots: [FORMS, { roots: {} }],
        [ASKING]: [{}, { elicitation: {} }],
        // An empty capability means forms only.
        visit: [FORMS, { elicitation: { url: {} } }],
      };
      for (const [name, [declared, requiredCapabilities]] of Object.entries(needed)) {
        const answer = await callTool(client, name, {}, { [CAPABILITIES_KEY]: declared });
        assertError(client, answer, -32021, 400);
        assertEquals(answer.error?.data.requiredCapabilities, requiredCapabilities);
        questionsOf(await callTool(client, name, {}, { [CAPABILITIES_KEY]: ASKABLE }));
      }
    },
  },
  {
    id: "mrtr-asks-only-what-is-declared",
    section: "basic/utilities/mrtr",
    capabilities: { sampling: {} },
    async run(client) {
      const { requests } = await begin(client, "test_input_required_result_capabilities");
      assertEquals(Object.keys(requests), ["greeting"]);
    },
  },
  {
    id: "no-requests-of-the-server",
    section: "basic#server-requests",
    capabilities: ASKABLE,
    async run(client) {
      for (const name of ["visit", ASKING, "test_missing_capability", "steps"]) {
        const params = { name, arguments: name === "steps" ? { count: 1 } : {} };
        const { messages, answer } = client.open("tools/call", params, { progressToken: 1 });
        await answer();
        const requests = messages.items.filter(({ method, id }) => method && id !== undefined);
        assertEquals(requests, []);
      }
    },
  },
];

export const rounds: readonly Row[] = [...kinds, ...answers, ...limits].map((part) => ({
  ...part,
  revisions: MODERN_ONLY,
}));
