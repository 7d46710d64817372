/** subscriptions/listen: what a modern client is told, and nothing else. */
import { assertEquals } from "@std/assert";
import type { Id, Message } from "../support/mcp.ts";
import { LOG_LEVEL_KEY } from "../support/mcp.ts";
import type { OpenRequest, Params, Speaker } from "../support/speaker.ts";
import { assertError, callTool, MODERN_ONLY, resultOf, type Row, settle } from "./row.ts";

const TAG = "io.modelcontextprotocol/subscriptionId";
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

/** Opens a subscription and waits until it is acknowledged. */
async function listen(client: Speaker, notifications: Params, id?: Id, meta: Params = {}) {
  const open = client.open("subscriptions/listen", { notifications }, meta, id);
  const first = await open.messages.find((each) => tagOf(each) === open.id, "acknowledgement");
  assertEquals(first.method, ACKNOWLEDGED, "it comes first");
  return { ...open, honoured: first.params.notifications };
}

function tagOf({ params }: Message): unknown {
  return params?._meta?.[TAG];
}

/** What this subscription was told, without its acknowledgement. */
function told({ id, messages }: OpenRequest): [method: string, uri: unknown][] {
  return messages.items.filter((each) => tagOf(each) === id && each.method !== ACKNOWLEDGED)
    .map(({ method = "", params }) => [method.replace("notifications/", ""), params.uri]);
}

async function touch(client: Speaker, args: Params): Promise<void> {
  resultOf(await callTool(client, "touch", args));
  await settle(client);
}

/** Ends the subscriptions, so that the next row hears nothing of them. */
async function end(client: Speaker, ...open: OpenRequest[]): Promise<void> {
  for (const each of open) await each.cancel();
  await settle(client);
}

type Part = Omit<Row, "revisions">;

const parts: readonly Part[] = [
  {
    id: "listen-acknowledges-what-it-honours",
    section: "basic/utilities/subscriptions",
    async run(client) {
      const wanted = {
        toolsListChanged: true,
        promptsListChanged: true,
        resourcesListChanged: true,
        resourceSubscriptions: ["about://me"],
      };
      const all = await listen(client, { ...wanted, weatherChanged: true });
      assertEquals(all.honoured, wanted);
      const none = await listen(client, { toolsListChanged: false });
      assertEquals(none.honoured, {});
      await end(client, all, none);
    },
  },
  {
    id: "listen-tells-only-what-was-asked-for",
    section: "basic/utilities/subscriptions",
    async run(client) {
      const uri = "about://me";
      const prompts = await listen(client, { promptsListChanged: true }, "prompts");
      const both = await listen(client, {
        toolsListChanged: true,
        resourceSubscriptions: [uri],
      }, 7);
      await touch(client, { list: "resources", uri: "test://other" });
      await touch(client, { list: "tools", uri });
      await touch(client, { list: "prompts" });
      const isLast = ({ method }: Message) => method === "notifications/prompts/list_changed";
      await prompts.messages.find(isLast, "the last change");
      await both.messages.find(({ method }) => method === "notifications/tools/list_changed", "it");
      assertEquals(told(prompts), [["prompts/list_changed", undefined]]);
      assertEquals(told(both), [["resources/updated", uri], ["tools/list_changed", undefined]]);
      await end(client, prompts, both);
    },
  },
  {
    id: "listen-tags-with-the-id-as-it-came",
    section: "basic/utilities/subscriptions",
    async run(client) {
      for (const id of ["1", 1, "", 0, -3]) {
        const open = await listen(client, { toolsListChanged: true }, id);
        await touch(client, { list: "tools" });
        await open.messages.find(
          (each) => tagOf(each) === id && each.method !== ACKNOWLEDGED,
          "the change, tagged",
        );
        await end(client, open);
      }
    },
  },
  {
    id: "listen-that-was-cancelled-is-silent",
    section: "basic/utilities/cancellation",
    async run(client) {
      const open = await listen(client, { toolsListChanged: true });
      const other = await listen(client, { toolsListChanged: true });
      await open.cancel();
      await settle(client);
      await touch(client, { list: "tools" });
      const isTold = (each: Message) => tagOf(each) === other.id && each.method !== ACKNOWLEDGED;
      await other.messages.find(isTold, "the change");
      assertEquals([told(open), told(other).length], [[], 1]);
      assertEquals(open.messages.items.filter(({ id }) => id === open.id), []);
      await end(client, other);
    },
  },
  {
    id: "listen-carries-nothing-of-calls",
    section: "basic/utilities/subscriptions",
    async run(client) {
      const meta = { [LOG_LEVEL_KEY]: "debug", progressToken: "of the listen" };
      const open = await listen(client, { toolsListChanged: true }, undefined, meta);
      await callTool(client, "loud", {}, { [LOG_LEVEL_KEY]: "debug" });
      await callTool(client, "steps", { count: 2 }, { progressToken: "of the call" });
      await touch(client, { list: "tools" });
      await open.messages.find(({ method }) => method?.endsWith("list_changed") ?? false, "it");
      assertEquals(told(open), [["tools/list_changed", undefined]]);
      await end(client, open);
    },
  },
  {
    id: "listen-to-nonsense",
    section: "basic/utilities/subscriptions",
    async run(client) {
      const wrong = [undefined, null, 7, [], "all", { resourceSubscriptions: "about://me" }, {
        resourceSubscriptions: [7],
      }];
      for (const notifications of wrong) {
        const answer = await client.request("subscriptions/listen", { notifications });
        assertError(client, answer, -32602);
      }
    },
  },
];

export const subscriptions: readonly Row[] = parts.map((part) => ({
  ...part,
  revisions: MODERN_ONLY,
}));
