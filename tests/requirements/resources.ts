/** Resources: lists, reading, templates, and what is told of their changes in the handshake era. */
import { assertEquals } from "@std/assert";
import type { Message } from "../support/mcp.ts";
import type { Speaker } from "../support/speaker.ts";
import {
  ALL,
  assertError,
  callTool,
  LEGACY_ONLY,
  MODERN_ONLY,
  notificationsOf,
  resultOf,
  type Row,
  settle,
  since,
} from "./row.ts";

const WATCHED = "test://watched-resource";

// deno-lint-ignore no-explicit-any -- contents of every shape
async function contentsOf(client: Speaker, uri: string): Promise<any[]> {
  return resultOf(await client.request("resources/read", { uri })).contents;
}

const read: readonly Row[] = [
  {
    id: "resource-definition",
    revisions: ALL,
    section: "server/resources#resource",
    async run(client) {
      const { resources } = resultOf(await client.request("resources/list"));
      // deno-lint-ignore no-explicit-any -- definitions of every shape
      const about = resources.find((each: any) => each.uri === "about://me");
      assertEquals([about.name, about.mimeType, about.size], ["about", "text/plain", 2]);
      assertEquals([about.annotations.audience, about.annotations.priority], [["user"], 0.5]);
      if (client.revision >= "2025-06-18") {
        assertEquals(about.title, "About me");
        assertEquals(about.annotations.lastModified, "2026-01-02T03:04:05Z");
      }
      if (client.revision >= "2025-11-25") assertEquals(about.icons.length, 1);
    },
  },
  {
    id: "read-text-and-bytes",
    revisions: ALL,
    section: "server/resources#reading-resources",
    async run(client) {
      assertEquals(await contentsOf(client, "about://me"), [
        { uri: "about://me", mimeType: "text/plain", text: "me" },
      ]);
      const [{ uri, mimeType, blob, ...rest }] = await contentsOf(client, "test://static-binary");
      assertEquals([uri, mimeType, rest], ["test://static-binary", "image/png", {}]);
      assertEquals(atob(blob).slice(1, 4), "PNG");
    },
  },
  {
    id: "read-by-template",
    revisions: ALL,
    section: "server/resources#resource-templates",
    async run(client) {
      const uri = "many://007/x%2Fy";
      assertEquals(await contentsOf(client, uri), [{ uri, text: "007 x/y" }]);
    },
  },
  {
    id: "missing-resource",
    revisions: ALL,
    section: "server/resources#error-handling",
    async run(client) {
      for (
        const uri of ["test://nobody", "test://template/1/2/data", "many://1000", "no uri", ""]
      ) {
        const answer = await client.request("resources/read", { uri });
        assertError(client, answer, client.isModern ? -32602 : -32002);
        assertEquals(answer.error?.data.uri, uri);
      }
    },
  },
  {
    id: "read-without-uri",
    revisions: ALL,
    section: "server/resources#reading-resources",
    async run(client) {
      assertError(client, await client.request("resources/read"), -32602);
    },
  },
];

/** Lets a tool say that the resources have changed, and waits until that is told. */
async function touch(client: Speaker, ...uris: string[]): Promise<void> {
  for (const uri of uris) resultOf(await callTool(client, "touch", { uri }));
  await settle(client);
}

function updated(messages: readonly Message[]): unknown[] {
  return notificationsOf(messages, "resources/updated").map(({ params }) => params);
}

const changes: readonly Row[] = [
  {
    id: "subscribe-and-unsubscribe",
    revisions: LEGACY_ONLY,
    section: "server/resources#subscriptions",
    alone: true,
    async run(client) {
      const told = await client.unsolicited();
      assertEquals((await client.request("resources/subscribe", { uri: WATCHED })).result, {});
      // Twice is once.
      assertEquals((await client.request("resources/subscribe", { uri: WATCHED })).result, {});
      await touch(client, "about://me", WATCHED);
      await told.find(({ method }) => method === "notifications/resources/updated", "the change");
      assertEquals((await client.request("resources/unsubscribe", { uri: WATCHED })).result, {});
      await touch(client, WATCHED);
      // What is told of a list comes last, so that everything else has come before.
      resultOf(await callTool(client, "touch", { list: "prompts" }));
      const last = "notifications/prompts/list_changed";
      await told.find(({ method }) => method === last, "the last change");
      assertEquals(updated(told.items), [{ uri: WATCHED }]);
    },
  },
  {
    id: "subscribe-to-nothing",
    revisions: LEGACY_ONLY,
    section: "server/resources#subscriptions",
    async run(client) {
      for (const uri of [undefined, 7, null, {}]) {
        for (const method of ["resources/subscribe", "resources/unsubscribe"]) {
          assertError(client, await client.request(method, { uri }), -32602);
        }
      }
    },
  },
  {
    id: "list-changes",
    revisions: LEGACY_ONLY,
    section: "server/tools#list-changed-notification",
    alone: true,
    async run(client) {
      const told = await client.unsolicited();
      for (const list of ["tools", "resources", "prompts"]) {
        resultOf(await callTool(client, "touch", { list }));
        const method = `notifications/${list}/list_changed`;
        const { id } = await told.find((each) => each.method === method, method);
        assertEquals(id, undefined);
      }
    },
  },
];

const asked: readonly Row[] = [
  {
    id: "read-asks-the-user",
    revisions: MODERN_ONLY,
    section: "basic/utilities/mrtr",
    capabilities: { elicitation: {} },
    async run(client) {
      const uri = "asking://me";
      const first = resultOf(await client.request("resources/read", { uri }));
      assertEquals([first.resultType, "contents" in first], ["input_required", false]);
      assertEquals(["ttlMs" in first, "cacheScope" in first], [false, false]);
      const inputResponses = { who: { action: "accept", content: { name: "Ada" } } };
      const { requestState } = first;
      const second = resultOf(
        await client.request("resources/read", { uri, requestState, inputResponses }),
      );
      assertEquals([second.resultType, second.contents[0].text], ["complete", "You are Ada"]);
      assertEquals([second.ttlMs, second.cacheScope], [0, "private"]);
    },
  },
  {
    id: "read-asks-the-user-by-a-request",
    revisions: since("2025-06-18").filter((each) => !MODERN_ONLY.includes(each)),
    section: "client/elicitation",
    capabilities: { elicitation: {} },
    async run(client) {
      const { messages, answer } = client.open("resources/read", { uri: "asking://me" });
      const question = await messages.find(({ method }) => method !== undefined, "the question");
      const content = { name: "Ada" };
      await client.reply(question.id, { result: { action: "accept", content } });
      assertEquals(resultOf(await answer()).contents[0].text, "You are Ada");
    },
  },
];

export const resources: readonly Row[] = [...read, ...changes, ...asked];
