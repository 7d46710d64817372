/** The fixtures that the conformance suite of MCP expects of a server, as a tool author writes them. */
import { definePrompt, defineResource, defineTool } from "gomcp";
import type { Completer, HandlerContext } from "gomcp";
import { z } from "zod";

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";
const BYTES = Uint8Array.from(atob(PNG), (c) => c.charCodeAt(0));

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const picture = { type: "image", data: PNG, mimeType: "image/png" } as const;

function plain(name: string, handler: (ctx: HandlerContext) => unknown) {
  return defineTool({
    name,
    description: `The fixture ${name}.`,
    handler: (_, ctx) => handler(ctx) as string,
  });
}

export const contentTools = [
  plain("test_simple_text", () => "This is a simple text response for testing."),
  plain("test_image_content", () => [picture]),
  plain("test_audio_content", () => [{ type: "audio", data: WAV, mimeType: "audio/wav" }]),
  plain("test_embedded_resource", () => [{
    type: "resource",
    resource: {
      uri: "test://embedded-resource",
      mimeType: "text/plain",
      text: "This is an embedded resource content.",
    },
  }]),
  plain("test_multiple_content_types", () => [
    { type: "text", text: "Multiple content types test:" },
    picture,
    {
      type: "resource",
      resource: {
        uri: "test://mixed-content-resource",
        mimeType: "application/json",
        text: '{"test":"data","value":123}',
      },
    },
  ]),
  plain("test_error_handling", () => ({
    content: [{ type: "text", text: "This tool intentionally returns an error for testing" }],
    isError: true,
  })),
];

export const workTools = [
  plain("test_tool_with_logging", async (ctx) => {
    for (const text of ["execution started", "processing data", "execution completed"]) {
      ctx.log.info(`Tool ${text}`);
      await sleep(50);
    }
    return "done";
  }),
  plain("test_logging_tool", async (ctx) => {
    ctx.log.info("Tool logs");
    await sleep(10);
    return "done";
  }),
  plain("test_tool_with_progress", async (ctx) => {
    for (const done of [0, 50, 100]) {
      ctx.progress(done, 100);
      await sleep(50);
    }
    return "done";
  }),
  plain("test_reconnection", async (ctx) => {
    ctx.disconnect();
    await sleep(100);
    return "Reconnection test completed successfully";
  }),
  plain("test_trigger_tool_change", (ctx) => {
    ctx.notifyListChanged("tools");
    return "told";
  }),
  plain("test_trigger_prompt_change", (ctx) => {
    ctx.notifyListChanged("prompts");
    return "told";
  }),
  plain("test_streaming_elicitation", () => "plain"),
];

export const schemaTool = defineTool({
  name: "json_schema_2020_12_tool",
  description: "Takes what only JSON Schema 2020-12 can say.",
  input: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: {
      address: {
        $anchor: "addressDef",
        type: "object",
        properties: { street: { type: "string" }, city: { type: "string" } },
      },
    },
    properties: {
      name: { type: "string" },
      address: { $ref: "#/$defs/address" },
      contactMethod: { type: "string", enum: ["phone", "email"] },
      phone: { type: "string" },
      email: { type: "string" },
    },
    allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
    if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
    then: { required: ["phone"] },
    else: { required: ["email"] },
    additionalProperties: false,
  },
  handler: () => "taken",
});

export const headerTool = defineTool({
  name: "test_x_mcp_header",
  description: "Has an argument that HTTP requests repeat as a header.",
  input: {
    type: "object",
    properties: {
      region: { type: "string", "x-mcp-header": "Region" },
      level: { type: "integer", "x-mcp-header": "Level" },
    },
    required: ["region"],
  },
  handler: ({ region, level }) => `${region} ${level ?? ""}`,
});

export const legacyQuestions = [
  defineTool({
    name: "test_sampling",
    description: "Asks the client's model.",
    input: z.object({ prompt: z.string() }),
    async handler({ prompt }, ctx) {
      const { content } = await ctx.sample({ messages: prompt, maxTokens: 100 });
      return `LLM response: ${(content as { text?: string }).text}`;
    },
  }),
  defineTool({
    name: "test_elicitation",
    description: "Asks the user.",
    input: z.object({ message: z.string() }),
    async handler({ message }, ctx) {
      const schema = z.object({ username: z.string(), email: z.string() });
      const answer = await ctx.elicit({ message, schema });
      return `User response: ${JSON.stringify(answer)}`;
    },
  }),
  plain("test_elicitation_sep1034_defaults", async (ctx) => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string", default: "John Doe" },
        age: { type: "integer", default: 30 },
        score: { type: "number", default: 95.5 },
        status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
        verified: { type: "boolean", default: true },
      },
    };
    const answer = await ctx.elicit({ message: "Check the defaults", schema });
    return `Elicitation completed: ${JSON.stringify(answer)}`;
  }),
  plain("test_elicitation_sep1330_enums", async (ctx) => {
    const titled = (value: string) => ({ const: value, title: `Title of ${value}` });
    const values = ["value1", "value2", "value3"];
    const schema = {
      type: "object",
      properties: {
        untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
        titledSingle: { type: "string", oneOf: values.map(titled) },
        legacyEnum: {
          type: "string",
          enum: ["opt1", "opt2", "opt3"],
          enumNames: ["Option One", "Option Two", "Option Three"],
        },
        untitledMulti: {
          type: "array",
          items: { type: "string", enum: ["option1", "option2", "option3"] },
        },
        titledMulti: { type: "array", items: { anyOf: values.map(titled) } },
      },
    };
    const answer = await ctx.elicit({ message: "Choose", schema });
    return `Elicitation completed: ${JSON.stringify(answer)}`;
  }),
];

const NAME = z.object({ name: z.string() });

function askName(ctx: HandlerContext, key: string, message = "What is your name?") {
  return ctx.elicit({ key, message, schema: NAME });
}

function textOf(content: unknown): string {
  return (content as { text?: string }).text ?? "";
}

export const retryQuestions = [
  plain("test_missing_capability", async (ctx) => {
    const { content } = await ctx.sample({ messages: "Hello", maxTokens: 10 });
    return textOf(content);
  }),
  plain("test_input_required_result_elicitation", async (ctx) => {
    const { content } = await askName(ctx, "user_name");
    return `Hello, ${content?.name}!`;
  }),
  plain("test_input_required_result_sampling", async (ctx) => {
    const messages = "What is the capital of France?";
    const { content } = await ctx.sample({ key: "capital_question", messages, maxTokens: 100 });
    return textOf(content);
  }),
  plain("test_input_required_result_list_roots", async (ctx) => {
    const roots = await ctx.roots("client_roots");
    return roots.map(({ uri }) => uri).join(", ");
  }),
  plain("test_input_required_result_request_state", async (ctx) => {
    const schema = z.object({ ok: z.boolean() });
    await ctx.elicit({ key: "confirm", message: "Please confirm", schema });
    return "state-ok";
  }),
  plain("test_input_required_result_multiple_inputs", async (ctx) => {
    const [name, greeting, roots] = await Promise.all([
      askName(ctx, "user_name"),
      ctx.sample({ key: "greeting", messages: "Generate a greeting", maxTokens: 50 }),
      ctx.roots("client_roots"),
    ]);
    return `${textOf(greeting.content)} ${name.content?.name} (${roots.length} roots)`;
  }),
  plain("test_input_required_result_multi_round", async (ctx) => {
    const name = await askName(ctx, "step1", "Step 1: What is your name?");
    const schema = z.object({ color: z.string() });
    const color = await ctx.elicit({ key: "step2", message: "Step 2: Which colour?", schema });
    return `${name.content?.name} likes ${color.content?.color}`;
  }),
  plain("test_input_required_result_tampered_state", async (ctx) => {
    const schema = z.object({ ok: z.boolean() });
    await ctx.elicit({ key: "confirm", message: "Please confirm", schema });
    return "complete";
  }),
  plain("test_input_required_result_capabilities", async (ctx) => {
    await Promise.all([
      ctx.can("form") && askName(ctx, "user_name"),
      ctx.can("sample") && ctx.sample({ key: "greeting", messages: "Greet", maxTokens: 50 }),
      ctx.can("roots") && ctx.roots("client_roots"),
    ]);
    return "complete";
  }),
];

const none: Completer = () => [];

export const resources = [
  defineResource({
    uri: "test://static-text",
    name: "static-text",
    mimeType: "text/plain",
    read: () => "This is the content of the static text resource.",
  }),
  defineResource({
    uri: "test://static-binary",
    name: "static-binary",
    mimeType: "image/png",
    read: () => BYTES,
  }),
  defineResource({
    uri: "test://template/{id}/data",
    name: "template",
    mimeType: "application/json",
    complete: { id: (value) => ["123", "456"].filter((id) => id.startsWith(value)) },
    read: ({ variables: { id } }) =>
      JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  }),
  defineResource({
    uri: "test://watched-resource",
    name: "watched-resource",
    mimeType: "text/plain",
    read: () => "Watched.",
  }),
];

export const prompts = [
  definePrompt({
    name: "test_simple_prompt",
    description: "A simple prompt.",
    handler: () => "This is a simple prompt for testing.",
  }),
  definePrompt({
    name: "test_prompt_with_arguments",
    description: "A prompt with two arguments.",
    arguments: z.object({ arg1: z.string(), arg2: z.string() }),
    complete: { arg1: none },
    handler: ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  }),
  definePrompt({
    name: "test_prompt_with_embedded_resource",
    description: "A prompt with a resource in it.",
    arguments: z.object({ resourceUri: z.string() }),
    handler: ({ resourceUri }) => [
      {
        role: "user",
        content: {
          type: "resource",
          resource: {
            uri: resourceUri,
            mimeType: "text/plain",
            text: "Embedded resource content for testing.",
          },
        },
      },
      {
        role: "user",
        content: { type: "text", text: "Please process the embedded resource above." },
      },
    ],
  }),
  definePrompt({
    name: "test_prompt_with_image",
    description: "A prompt with a picture in it.",
    handler: () => [
      { role: "user", content: picture },
      { role: "user", content: { type: "text", text: "Please analyze the image above." } },
    ],
  }),
  definePrompt({
    name: "test_input_required_result_prompt",
    description: "A prompt that asks.",
    async handler(_, ctx) {
      const schema = z.object({ context: z.string() });
      const answer = await ctx.elicit({
        key: "user_context",
        message: "What is it about?",
        schema,
      });
      return `About: ${answer.content?.context}`;
    },
  }),
];
