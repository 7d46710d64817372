/** Resources, prompts and completion in both eras: lists, reads, and what is refused how. */
import { assertEquals } from "@std/assert";
import * as z from "zod";
import { FakeClock } from "../../base/fake_clock.ts";
import { type Prompt } from "../../prompts/prompt.ts";
import { definePrompt } from "../../prompts/define_prompt.ts";
import { defineResource } from "../../resources/define_resource.ts";
import type { Resource } from "../../resources/resource.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { receive } from "./endpoint.ts";
import { type Exchange, Peer } from "./peer.ts";

type Values = Record<string, unknown>;

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};
const ERAS = [["legacy", {}], ["modern", { _meta: META }]] as const;

function setUp(resources: readonly Resource[], prompts: readonly Prompt[] = []) {
  const runtime = createRuntime({ tools: [], resources, prompts, clock: new FakeClock() });
  const exchange: Exchange = { notify: () => {}, request: () => true };
  return async (method: string, params: Values = {}) =>
    JSON.parse(
      (await receive(runtime, { id: 1, method, params }, new Peer("stdio", {}), exchange))!,
    );
}

const values = Array.from({ length: 3 }, (_, i) => `v${i}`);
const user = defineResource({
  uri: "users://{id}",
  name: "user",
  complete: { id: (value, known) => [...values, value, JSON.stringify(known)] },
  read: ({ variables }) => `user ${variables.id}`,
});
const admin = defineResource({ uri: "users://admin", name: "admin", read: () => "the admin" });
const review = definePrompt({
  name: "review",
  description: "Reviews.",
  arguments: z.object({ code: z.string(), style: z.string().optional() }),
  complete: { code: async (value) => await Promise.resolve([`${value}!`]) },
  handler: ({ code }) => `Review ${code}`,
});
const ask = setUp([user, admin], [review]);

for (const [era, params] of ERAS) {
  const added = (more: readonly string[] = []) =>
    era === "modern" ? [...more, "resultType", "_meta"] : [];

  Deno.test(`resources/read gives the ${era} era contents, never to be cached`, async () => {
    const { result } = await ask("resources/read", { ...params, uri: "users://a%20b" });
    assertEquals(result.contents, [{ uri: "users://a%20b", text: "user a b" }]);
    assertEquals(Object.keys(result), ["contents", ...added(["ttlMs", "cacheScope"])]);
    if (era === "modern") assertEquals([result.ttlMs, result.cacheScope], [0, "private"]);
  });

  Deno.test(`prompts/get gives the ${era} era messages`, async () => {
    const { result } = await ask("prompts/get", {
      ...params,
      name: "review",
      arguments: { code: "x" },
    });
    assertEquals(Object.keys(result), ["description", "messages", ...added()]);
    const content = { type: "text", text: "Review x" };
    assertEquals([result.description, result.messages], ["Reviews.", [{ role: "user", content }]]);
  });

  Deno.test(`a resource that is missing is an error of the ${era} era's own, with its uri`, async () => {
    for (
      const uri of ["users://a/b", "", "toString", "users://%", "users://" + "a".repeat(9_000)]
    ) {
      const { error } = await ask("resources/read", { ...params, uri });
      assertEquals(error.code, era === "modern" ? -32602 : -32002);
      assertEquals(error.data.code, "not_found");
      assertEquals(error.data.uri.slice(0, 1_000), uri.slice(0, 1_000));
    }
  });

  Deno.test(`a prompt that is missing is -32602 in the ${era} era`, async () => {
    for (const name of ["Review", "", "toString", "__proto__"]) {
      const { error } = await ask("prompts/get", { ...params, name });
      assertEquals([error.code, error.data], [-32602, { code: "not_found" }]);
    }
  });

  Deno.test(`wrong arguments of a prompt are -32602 in the ${era} era, without their values`, async () => {
    for (const wrong of [undefined, {}, { code: 70707 }, [], "70707", { style: "70707" }]) {
      const answer = await ask("prompts/get", { ...params, name: "review", arguments: wrong });
      assertEquals([answer.error.code, answer.error.data.code], [-32602, "invalid_arguments"]);
      assertEquals(JSON.stringify(answer).includes("70707"), false);
    }
  });

  Deno.test(`names and addresses that are no text are -32602 in the ${era} era`, async () => {
    for (const wrong of [undefined, null, 7, {}, ["users://admin"]]) {
      assertEquals((await ask("resources/read", { ...params, uri: wrong })).error.code, -32602);
      assertEquals((await ask("prompts/get", { ...params, name: wrong })).error.code, -32602);
    }
  });

  Deno.test(`what an author's code throws is -32603 in the ${era} era`, async () => {
    const broken = () => {
      throw new Error("broken");
    };
    const send = setUp(
      [defineResource({ uri: "x://{a}", name: "x", read: broken, complete: { a: broken } })],
      [definePrompt({ name: "x", handler: broken })],
    );
    const ref = { type: "ref/resource", uri: "x://{a}" };
    const answers = await Promise.all([
      send("resources/read", { ...params, uri: "x://a" }),
      send("prompts/get", { ...params, name: "x" }),
      send("completion/complete", { ...params, ref, argument: { name: "a", value: "" } }),
    ]);
    for (const { error } of answers) {
      assertEquals([error.code, error.data.code], [-32603, "tool_error"]);
    }
  });

  Deno.test(`completion/complete proposes values in the ${era} era`, async () => {
    const complete = (ref: Values, argument: unknown, context?: unknown) =>
      ask("completion/complete", {
        ...params,
        ref,
        argument,
        ...(context !== undefined && { context }),
      });
    const byUri = await complete(
      { type: "ref/resource", uri: "users://{id}" },
      { name: "id", value: "v" },
      { arguments: { other: "o", odd: 7 } },
    );
    assertEquals(Object.keys(byUri.result), ["completion", ...added()]);
    const all = [...values, "v", '{"other":"o"}'];
    assertEquals(byUri.result.completion, { values: all, total: 5, hasMore: false });
    const prompt = { type: "ref/prompt", name: "review" };
    const byName = await complete(prompt, { name: "code", value: "a" });
    assertEquals(byName.result.completion, { values: ["a!"], total: 1, hasMore: false });
  });

  Deno.test(`completion/complete proposes nothing in the ${era} era for what has no completer`, async () => {
    for (const name of ["style", "unknown", "", "constructor", "toString", "valueOf"]) {
      const refs = [
        { type: "ref/prompt", name: "review" },
        { type: "ref/resource", uri: "users://{id}" },
      ];
      for (const ref of refs) {
        const argument = { name, value: "" };
        const { result } = await ask("completion/complete", { ...params, ref, argument });
        assertEquals(result?.completion, { values: [], total: 0, hasMore: false }, name);
      }
    }
  });

  Deno.test(`completion/complete refuses in the ${era} era what refers to nothing`, async () => {
    const argument = { name: "code", value: "" };
    const prompt = { type: "ref/prompt", name: "review" };
    const wrong: Values[] = [
      { argument },
      { ref: null, argument },
      { ref: { type: "ref/tool", name: "review" }, argument },
      { ref: { type: "ref/prompt" }, argument },
      { ref: { type: "ref/prompt", uri: "review" }, argument },
      { ref: { type: "ref/prompt", name: "none" }, argument },
      { ref: { type: "ref/resource", name: "users://{id}" }, argument },
      { ref: prompt },
      { ref: prompt, argument: {} },
      { ref: prompt, argument: { name: 7, value: "" } },
      { ref: prompt, argument: { name: "code", value: 7 } },
    ];
    for (const each of wrong) {
      const { error } = await ask("completion/complete", { ...params, ...each });
      assertEquals(error?.code, -32602, JSON.stringify(each));
    }
    for (const uri of ["users://admin", "users://7", "users://{x}"]) {
      const ref = { type: "ref/resource", uri };
      const { error } = await ask("completion/complete", { ...params, ref, argument });
      assertEquals(error?.data.code, "not_found");
    }
  });

  Deno.test(`the lists come in pages, each item once, with what the ${era} era demands`, async () => {
    const names = Array.from({ length: 101 }, (_, i) => `n${1000 + i}`);
    const read = () => "";
    const send = setUp(
      names.flatMap((name) => [
        defineResource({ uri: `x://${name}`, name, read }),
        defineResource({ uri: `x://${name}/{id}`, name, read }),
      ]),
      names.map((name) => definePrompt({ name, handler: read })),
    );
    const lists = [
      ["resources/list", "resources"],
      ["resources/templates/list", "resourceTemplates"],
      ["prompts/list", "prompts"],
    ] as const;
    const cursors: string[] = [];
    for (const [method, member] of lists) {
      const first = (await send(method, params)).result;
      const tail = added(["ttlMs", "cacheScope"]);
      assertEquals(Object.keys(first), [member, "nextCursor", ...tail]);
      const last = (await send(method, { ...params, cursor: first.nextCursor })).result;
      assertEquals(Object.keys(last), [member, ...tail]);
      const listed = [...first[member], ...last[member]].map(({ name }: Values) => name);
      assertEquals(listed, names);
      cursors.push(first.nextCursor);
    }
    for (const [index, [method]] of lists.entries()) {
      const foreign = [...cursors.toSpliced(index, 1), "", "x", 7, null];
      for (const cursor of foreign) {
        assertEquals((await send(method, { ...params, cursor })).error?.code, -32602);
      }
    }
  });

  Deno.test(`the lists of nothing are empty in the ${era} era`, async () => {
    const send = setUp([]);
    assertEquals((await send("resources/list", params)).result.resources, []);
    assertEquals((await send("resources/templates/list", params)).result.resourceTemplates, []);
    assertEquals((await send("prompts/list", params)).result.prompts, []);
  });
}

Deno.test("the lists show what was defined: a template is no resource", async () => {
  assertEquals((await ask("resources/list")).result, {
    resources: [{ uri: "users://admin", name: "admin" }],
  });
  assertEquals((await ask("resources/templates/list")).result, {
    resourceTemplates: [{ uriTemplate: "users://{id}", name: "user" }],
  });
  assertEquals((await ask("prompts/list")).result, {
    prompts: [{
      name: "review",
      description: "Reviews.",
      arguments: [{ name: "code", required: true }, { name: "style", required: false }],
    }],
  });
});
