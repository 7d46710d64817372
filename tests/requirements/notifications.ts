/** What is said while a call runs: progress, log messages, and how calls are cancelled. */
import { assert, assertEquals } from "@std/assert";
import { LOG_LEVEL_KEY } from "../support/mcp.ts";
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

/** Calls a tool and gives the notifications that came with it. */
async function during(
  client: Speaker,
  kind: "progress" | "message",
  name: string,
  meta: Record<string, unknown> = {},
  args: unknown = {},
) {
  const { messages, answer } = client.open("tools/call", { name, arguments: args }, meta);
  resultOf(await answer());
  return notificationsOf(messages.items, kind).map(({ params }) => params);
}

const progress: readonly Row[] = [
  {
    id: "progress-with-its-token",
    revisions: ALL,
    section: "basic/utilities/progress",
    async run(client) {
      for (const progressToken of ["token", "", 7, 0]) {
        const seen = await during(client, "progress", "steps", { progressToken }, { count: 3 });
        const shown = seen.map((each) => [each.progressToken, each.progress, each.total]);
        assertEquals(shown, [1, 2, 3].map((step) => [progressToken, step, 3]));
      }
    },
  },
  {
    id: "progress-message",
    revisions: since("2025-03-26"),
    section: "basic/utilities/progress#progress-flow",
    async run(client) {
      const seen = await during(client, "progress", "steps", { progressToken: 1 }, { count: 1 });
      assertEquals(seen.map(({ message }) => message), ["step 1"]);
    },
  },
  {
    id: "no-progress-without-a-token",
    revisions: ALL,
    section: "basic/utilities/progress",
    async run(client) {
      for (const meta of [{}, { progressToken: null }, { progressToken: {} }]) {
        assertEquals(await during(client, "progress", "steps", meta, { count: 2 }), []);
      }
    },
  },
  {
    id: "progress-grows-and-ends-with-the-call",
    revisions: ALL,
    section: "basic/utilities/progress#behavior-requirements",
    async run(client) {
      const { messages, answer } = client.open(
        "tools/call",
        { name: "hesitant" },
        { progressToken: "t" },
      );
      resultOf(await answer());
      // The tool says more 20 ms later; a slower call shows that it is over by then.
      await callTool(client, "test_tool_with_progress");
      const seen = notificationsOf(messages.items, "progress").map(({ params }) => params.progress);
      assertEquals(seen, [1, 2, 2.5]);
      const last = messages.items.findIndex(({ method }) => method === undefined);
      const late = notificationsOf(messages.items.slice(last), "progress");
      assertEquals(late, []);
    },
  },
];

const LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
const SAID = ["debug", "info", "warning", "error"];

/** What a client hears that asks for this level. */
function heard(level: string): string[] {
  return SAID.filter((each) => LEVELS.indexOf(each) >= LEVELS.indexOf(level));
}

const logging: readonly Row[] = [
  {
    id: "log-level-of-the-conversation",
    revisions: LEGACY_ONLY,
    section: "server/utilities/logging",
    alone: true,
    async run(client) {
      assertEquals(await during(client, "message", "loud"), [], "nobody has asked");
      for (const level of LEVELS) {
        assertEquals((await client.request("logging/setLevel", { level })).result, {});
        const seen = await during(client, "message", "loud");
        assertEquals(seen.map((each) => each.level), heard(level));
        for (const { data, logger } of seen) assert(data !== undefined && logger !== undefined);
      }
    },
  },
  {
    id: "unknown-log-level",
    revisions: LEGACY_ONLY,
    section: "server/utilities/logging#error-handling",
    async run(client) {
      for (const level of ["loud", "", "INFO", 7, undefined, null]) {
        assertError(client, await client.request("logging/setLevel", { level }), -32602);
      }
    },
  },
  {
    id: "log-level-of-the-request",
    revisions: MODERN_ONLY,
    section: "server/utilities/logging",
    async run(client) {
      for (const level of LEVELS) {
        const seen = await during(client, "message", "loud", { [LOG_LEVEL_KEY]: level });
        assertEquals(seen.map((each) => each.level), heard(level));
      }
      assertEquals(await during(client, "message", "loud"), [], "it has asked before, not now");
    },
  },
  {
    id: "unknown-log-level-of-the-request",
    revisions: MODERN_ONLY,
    section: "server/utilities/logging#error-handling",
    async run(client) {
      for (const level of ["loud", "", "INFO", 7, null]) {
        const answer = await callTool(client, "loud", {}, { [LOG_LEVEL_KEY]: level });
        assertError(client, answer, -32602, 400);
      }
    },
  },
];

const cancellation: readonly Row[] = [
  {
    id: "cancelled-calls-have-no-answer",
    revisions: ALL,
    section: "basic/utilities/cancellation",
    async run(client) {
      const gate = client.gate(`cancelled ${client.revision}`);
      const { messages, id, cancel } = client.open("tools/call", {
        name: "gate",
        arguments: gate.arguments,
      });
      await gate.reached();
      await cancel();
      await gate.aborted();
      await settle(client);
      assertEquals(messages.items.filter((message) => message.id === id), []);
    },
  },
  {
    id: "cancellation-of-what-is-over",
    revisions: ALL,
    section: "basic/utilities/cancellation#error-handling",
    async run(client) {
      const { id, answer } = client.open("tools/call", { name: "test_simple_text" });
      await answer();
      for (const requestId of [id, id, "nobody", 99, null, {}, undefined]) {
        await client.notify("notifications/cancelled", { requestId, reason: "too late" });
      }
      await settle(client);
    },
  },
  {
    id: "one-cancellation-leaves-the-others-alone",
    revisions: ALL,
    section: "basic/utilities/cancellation",
    async run(client) {
      const [one, two] = ["one", "two"].map((name) => client.gate(`${name} ${client.revision}`));
      const [first, second] = [one!, two!].map((gate) =>
        client.open("tools/call", { name: "gate", arguments: gate.arguments })
      );
      await Promise.all([one!.reached(), two!.reached()]);
      await first!.cancel();
      await one!.aborted();
      await two!.open();
      assertEquals(resultOf(await second!.answer()).content[0].text, "open");
      assertEquals(await two!.isAborted(), false);
    },
  },
];

export const notifications: readonly Row[] = [...progress, ...logging, ...cancellation];
