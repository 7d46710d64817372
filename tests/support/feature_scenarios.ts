/** What every official client does with resources, prompts, completion and questions. */
import { assertArrayIncludes, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import {
  type Answers,
  type ClientName,
  connect,
  type ConnectedClient,
  type ConnectOptions,
} from "./clients.ts";

export const EVERYTHING = fileURLToPath(new URL("../conformance/everything.ts", import.meta.url));

/** What the clients' answers were asked with, and how they answer next. */
export class Respondent {
  // deno-lint-ignore no-explicit-any -- parameters of every shape
  readonly asked: any[] = [];
  /** The next answers to forms, in their order; then the user accepts with a name. */
  readonly forms: unknown[] = [];

  readonly answers: Answers = {
    elicit: (params) => {
      this.asked.push(params);
      return this.forms.shift() ?? { action: "accept", content: { name: "Ada" } };
    },
    sample: (params) => {
      this.asked.push(params);
      return { role: "assistant", content: { type: "text", text: "Paris" }, model: "test" };
    },
    roots: () => ({ roots: [{ uri: "file:///a", name: "a" }, { uri: "file:///b" }] }),
  };
}

type Scenario = (
  client: ConnectedClient,
  respondent: Respondent,
  name: ClientName,
) => Promise<void>;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "lists and reads resources": resources,
  "lists and gets prompts": prompts,
  "is proposed values for arguments": completion,
  "answers a form: accept, decline, cancel": forms,
  "is asked for all kinds of values, and told the defaults": formSchemas,
  "samples and tells its roots": samplingAndRoots,
  "is asked several things at once, and one after the other": manyQuestions,
  "is asked by a prompt": askingPrompt,
  "gives a form that does not fit": wrongForm,
  "answers the questions of many calls at once": manyCalls,
};

/** Connects the client to a server of its own and goes through all scenarios. */
export async function runFeatureScenarios(
  name: ClientName,
  t: Deno.TestContext,
  more: Pick<ConnectOptions, "through"> = {},
): Promise<void> {
  const respondent = new Respondent();
  const options = { args: ["--tools", EVERYTHING], answers: respondent.answers, ...more };
  await using client = await connect(name, [], options);
  for (const [title, run] of Object.entries(SCENARIOS)) {
    respondent.asked.length = respondent.forms.length = 0;
    await t.step({
      name: title,
      fn: () => run(client, respondent, name),
      // The test as a whole is watched; connections live longer than a step.
      sanitizeOps: false,
      sanitizeResources: false,
    });
  }
}

/** A client that declares nothing gets no questions: the handler is refused. */
export async function runWithoutAnswers(name: ClientName): Promise<void> {
  await using client = await connect(name, [], { args: ["--tools", EVERYTHING] });
  const calls = { test_missing_capability: {}, test_elicitation: { message: "Who?" } };
  for (const [tool, args] of Object.entries(calls)) {
    const call = client.call(tool, args);
    if (isModern(name)) {
      const error = await assertRejects(() => call);
      assertEquals((error as { code?: unknown }).code, -32021);
    } else {
      const { isError, content } = await call;
      assertEquals(isError, true);
      assertMatch(content[0].text, /it has not declared what \S+ needs/);
    }
  }
  assertEquals((await client.call("test_simple_text")).isError ?? false, false);
}

async function resources({ features }: ConnectedClient, _: Respondent, name: ClientName) {
  assertEquals(typeof features.getServerCapabilities().resources, "object");
  const { resources } = await features.listResources();
  const uris = ["test://static-binary", "test://static-text", "test://watched-resource"];
  assertEquals(resources.map(({ uri }: { uri: string }) => uri), uris);
  const { resourceTemplates } = await features.listResourceTemplates();
  assertEquals(resourceTemplates.map(({ uriTemplate }: { uriTemplate: string }) => uriTemplate), [
    "test://template/{id}/data",
  ]);
  const read = async (uri: string) => (await features.readResource({ uri })).contents;
  assertEquals(await read("test://static-text"), [{
    uri: "test://static-text",
    mimeType: "text/plain",
    text: "This is the content of the static text resource.",
  }]);
  const [{ blob, mimeType }] = await read("test://static-binary");
  assertEquals([mimeType, atob(blob).slice(1, 4)], ["image/png", "PNG"]);
  const [made] = await read("test://template/a%20b/data");
  assertEquals(made.uri, "test://template/a%20b/data");
  assertEquals(JSON.parse(made.text).id, "a b");
  const error = await assertRejects(() => read("test://nobody"));
  // v2 shows the code of the handshake era, -32002, as the one that came after it.
  assertEquals((error as { code?: unknown }).code, name.startsWith("v1") ? -32002 : -32602);
}

async function prompts({ features }: ConnectedClient): Promise<void> {
  const { prompts } = await features.listPrompts();
  const named = new Map<string, { arguments?: { name: string; required?: boolean }[] }>(
    prompts.map((prompt: { name: string }) => [prompt.name, prompt]),
  );
  assertArrayIncludes([...named.keys()], ["test_simple_prompt", "test_prompt_with_image"]);
  const wanted = named.get("test_prompt_with_arguments")!.arguments!;
  assertEquals(wanted.map(({ name, required }) => [name, required]), [["arg1", true], [
    "arg2",
    true,
  ]]);
  const get = async (name: string, args?: Record<string, string>) =>
    (await features.getPrompt({ name, ...(args && { arguments: args }) })).messages;
  assertEquals(await get("test_simple_prompt"), [{
    role: "user",
    content: { type: "text", text: "This is a simple prompt for testing." },
  }]);
  const [filled] = await get("test_prompt_with_arguments", { arg1: "ü", arg2: "" });
  assertEquals(filled.content.text, "Prompt with arguments: arg1='ü', arg2=''");
  const [image] = await get("test_prompt_with_image");
  assertEquals([image.content.type, image.content.mimeType], ["image", "image/png"]);
  const uri = "test://x";
  const [embedded] = await get("test_prompt_with_embedded_resource", { resourceUri: uri });
  assertEquals(embedded.content.resource.uri, uri);
  for (const args of [{ arg1: "a" }, undefined]) {
    const error = await assertRejects(() => get("test_prompt_with_arguments", args));
    assertEquals((error as { code?: unknown }).code, -32602);
  }
  const unknown = await assertRejects(() => get("nobody"));
  assertEquals((unknown as { code?: unknown }).code, -32602);
}

async function completion({ features }: ConnectedClient): Promise<void> {
  assertEquals(typeof features.getServerCapabilities().completions, "object");
  const template = { type: "ref/resource", uri: "test://template/{id}/data" };
  const propose = async (ref: unknown, name: string, value: string) =>
    (await features.complete({ ref, argument: { name, value } })).completion;
  const { values, total, hasMore } = await propose(template, "id", "");
  assertEquals([values, total, hasMore ?? false], [["123", "456"], 2, false]);
  assertEquals((await propose(template, "id", "4")).values, ["456"]);
  const prompt = { type: "ref/prompt", name: "test_prompt_with_arguments" };
  assertEquals((await propose(prompt, "arg1", "x")).values, []);
  const error = await assertRejects(() => propose({ type: "ref/prompt", name: "no" }, "a", ""));
  assertEquals((error as { code?: unknown }).code, -32602);
}

async function forms(client: ConnectedClient, { asked, forms }: Respondent): Promise<void> {
  const answers = [
    { action: "accept", content: { username: "ada", email: "a@b.c" } },
    { action: "decline" },
    { action: "cancel" },
  ];
  for (const answer of answers) {
    forms.push(answer);
    const { content, isError } = await client.call("test_elicitation", { message: "Who?" });
    assertEquals(isError ?? false, false);
    assertEquals(JSON.parse(content[0].text.slice("User response: ".length)), answer);
  }
  assertEquals(asked.map(({ message }) => message), ["Who?", "Who?", "Who?"]);
  const { requestedSchema } = asked[0];
  assertEquals(Object.keys(requestedSchema.properties), ["username", "email"]);
  assertEquals(requestedSchema.required, ["username", "email"]);
  assertEquals("$schema" in requestedSchema, false);
}

async function formSchemas(client: ConnectedClient, { asked, forms }: Respondent): Promise<void> {
  const content = { untitledSingle: "option1", titledMulti: ["value1", "value3"] };
  forms.push({ action: "accept", content });
  const { content: [text] } = await client.call("test_elicitation_sep1330_enums");
  assertMatch(text.text, /"titledMulti":\["value1","value3"\]/);
  forms.push({ action: "accept", content: { name: "x", age: 1, verified: false } });
  await client.call("test_elicitation_sep1034_defaults");
  const { properties } = asked[1].requestedSchema;
  assertEquals(
    Object.values(properties).map((each) => (each as { default: unknown }).default),
    ["John Doe", 30, 95.5, "active", true],
  );
}

async function samplingAndRoots(client: ConnectedClient, { asked }: Respondent): Promise<void> {
  const { content: [said] } = await client.call("test_sampling", { prompt: "Capital?" });
  assertEquals(said.text, "LLM response: Paris");
  assertEquals([asked[0].messages, asked[0].maxTokens], [
    [{ role: "user", content: { type: "text", text: "Capital?" } }],
    100,
  ]);
  const { content: [roots] } = await client.call("test_input_required_result_list_roots");
  assertEquals(roots.text, "file:///a, file:///b");
}

async function manyQuestions(client: ConnectedClient, { asked, forms }: Respondent): Promise<void> {
  const { content: [all] } = await client.call("test_input_required_result_multiple_inputs");
  assertEquals(all.text, "Paris Ada (2 roots)");
  forms.push({ action: "accept", content: { name: "Bo" } });
  forms.push({ action: "accept", content: { color: "red" } });
  asked.length = 0;
  const { content: [steps] } = await client.call("test_input_required_result_multi_round");
  assertEquals(steps.text, "Bo likes red");
  // Each question is put once, however often the handler runs.
  assertEquals(asked.map(({ message }) => message), [
    "Step 1: What is your name?",
    "Step 2: Which colour?",
  ]);
}

async function askingPrompt({ features }: ConnectedClient, { forms }: Respondent): Promise<void> {
  forms.push({ action: "accept", content: { context: "cats" } });
  const { messages } = await features.getPrompt({ name: "test_input_required_result_prompt" });
  assertEquals(messages[0].content.text, "About: cats");
}

/** The modern era asks again; the legacy one cannot, so the call fails. */
async function wrongForm(
  client: ConnectedClient,
  { asked, forms }: Respondent,
  name: ClientName,
): Promise<void> {
  forms.push({ action: "accept", content: { name: 7 } });
  let failed: boolean;
  try {
    const result = await client.call("test_input_required_result_elicitation");
    failed = result.isError ?? false;
    if (!failed) assertEquals(result.content[0].text, "Hello, Ada!");
  } catch (error) {
    // Some clients check what they send by the schema, and answer with an error instead.
    assertMatch(String(error), /schema|form|content/i);
    failed = true;
  }
  if (isModern(name) && !failed) assertEquals(asked.length, 2);
  else assertEquals([failed, asked.length], [true, 1]);
  const again = await client.call("test_input_required_result_elicitation");
  assertEquals(again.content[0].text, "Hello, Ada!");
}

async function manyCalls(client: ConnectedClient, { asked }: Respondent): Promise<void> {
  const calls = Array.from({ length: 40 }, (_, index) => index);
  const answers = await Promise.all(
    calls.map((index) => client.call("test_sampling", { prompt: `Question ${index}` })),
  );
  assertEquals(answers.every(({ content }) => content[0].text === "LLM response: Paris"), true);
  const texts = new Set(asked.map(({ messages }) => messages[0].content.text));
  assertEquals([texts.size, asked.length], [40, 40]);
}

function isModern(name: ClientName): boolean {
  return name.endsWith("modern");
}
