/** Prompts, and what is proposed for arguments. */
import { assertEquals } from "@std/assert";
import type { Params, Speaker } from "../support/speaker.ts";
import { ALL, assertError, resultOf, type Row, since } from "./row.ts";

const prompts: readonly Row[] = [
  {
    id: "prompt-definition",
    revisions: ALL,
    section: "server/prompts#prompt",
    async run(client) {
      const travel = await findPrompt(client, "travel");
      assertEquals(travel.description, "Proposes a city by the country that is known.");
      assertEquals(travel.arguments, [
        { name: "country", description: "Where to.", required: true },
        { name: "city", required: false },
      ]);
      if (client.revision >= "2025-06-18") assertEquals(travel.title, "Travel");
      if (client.revision >= "2025-11-25") assertEquals(travel.icons.length, 1);
    },
  },
  {
    id: "prompt-messages",
    revisions: ALL,
    section: "server/prompts#prompt-message",
    async run(client) {
      const params = { name: "travel", arguments: { country: "France", city: "Pau" } };
      const { messages } = resultOf(await client.request("prompts/get", params));
      assertEquals(messages, [
        { role: "user", content: { type: "text", text: "To Pau in France." } },
        { role: "assistant", content: { type: "text", text: "Why not." } },
      ]);
    },
  },
  {
    id: "prompt-with-resource-and-image",
    revisions: ALL,
    section: "server/prompts#prompt-message",
    async run(client) {
      const get = async (name: string, args: Params) =>
        resultOf(await client.request("prompts/get", { name, arguments: args })).messages[0]
          .content;
      const resourceUri = "test://x";
      const embedded = await get("test_prompt_with_embedded_resource", { resourceUri });
      assertEquals([embedded.type, embedded.resource.uri], ["resource", resourceUri]);
      const image = await get("test_prompt_with_image", {});
      assertEquals([image.type, image.mimeType], ["image", "image/png"]);
    },
  },
  {
    id: "prompt-arguments-that-do-not-fit",
    revisions: ALL,
    section: "server/prompts#error-handling",
    async run(client) {
      const name = "test_prompt_with_arguments";
      const wrong = [undefined, {}, { arg1: "a" }, { arg1: "a", arg2: 7 }, [], "x"];
      for (const args of wrong) {
        const answer = await client.request("prompts/get", { name, arguments: args });
        assertError(client, answer, -32602);
      }
    },
  },
  {
    id: "unknown-prompt",
    revisions: ALL,
    section: "server/prompts#error-handling",
    async run(client) {
      for (const name of ["nobody", "", undefined, "constructor"]) {
        assertError(client, await client.request("prompts/get", { name }), -32602);
      }
    },
  },
];

// deno-lint-ignore no-explicit-any -- definitions of every shape
async function findPrompt(client: Speaker, name: string): Promise<any> {
  let cursor: string | undefined;
  do {
    const params = cursor === undefined ? {} : { cursor };
    const page = resultOf(await client.request("prompts/list", params));
    const found = page.prompts.find((each: { name: string }) => each.name === name);
    if (found !== undefined) return found;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  throw new Error(`There is no prompt ${name}`);
}

const PROMPT = { type: "ref/prompt", name: "travel" };

async function propose(client: Speaker, ref: unknown, name: string, value: string, more = {}) {
  const params = { ref, argument: { name, value }, ...more };
  return resultOf(await client.request("completion/complete", params)).completion;
}

const completion: readonly Row[] = [
  {
    id: "completion-of-prompts-and-templates",
    revisions: ALL,
    section: "server/utilities/completion",
    async run(client) {
      const template = { type: "ref/resource", uri: "test://template/{id}/data" };
      const { values, total, hasMore } = await propose(client, template, "id", "4");
      assertEquals([values, total, hasMore], [["456"], 1, false]);
      assertEquals((await propose(client, PROMPT, "city", "")).values, ["Rome"]);
      // What has no proposals is no mistake.
      assertEquals((await propose(client, PROMPT, "country", "")).values, []);
    },
  },
  {
    id: "completion-with-what-is-known",
    revisions: since("2025-06-18"),
    section: "server/utilities/completion#requesting-completions",
    async run(client) {
      const context = { arguments: { country: "France" } };
      const { values } = await propose(client, PROMPT, "city", "P", { context });
      assertEquals(values, ["Paris", "Pau"]);
    },
  },
  {
    id: "completion-at-most-100",
    revisions: ALL,
    section: "server/utilities/completion#completion-results",
    async run(client) {
      const ref = { type: "ref/resource", uri: "many://007/{id}" };
      const { values, total, hasMore } = await propose(client, ref, "id", "");
      assertEquals([values.length, total, hasMore], [100, 150, true]);
    },
  },
  {
    id: "completion-of-nothing",
    revisions: ALL,
    section: "server/utilities/completion#error-handling",
    async run(client) {
      const argument = { name: "arg1", value: "" };
      const refs = [
        { type: "ref/prompt", name: "nobody" },
        { type: "ref/resource", uri: "test://nobody/{id}" },
        { type: "ref/tool", name: "echo" },
        { type: "ref/prompt" },
        "test_prompt_with_arguments",
        undefined,
      ];
      for (const ref of refs) {
        const answer = await client.request("completion/complete", { ref, argument });
        assertError(client, answer, -32602);
      }
      for (const argument of [undefined, {}, "city", { name: 7 }, { name: "city", value: 7 }]) {
        const answer = await client.request("completion/complete", { ref: PROMPT, argument });
        assertError(client, answer, -32602);
      }
    },
  },
];

export const promptsAndCompletion: readonly Row[] = [...prompts, ...completion];
