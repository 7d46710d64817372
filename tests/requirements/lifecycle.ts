/** How a conversation begins, and what each revision has of methods. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  CAPABILITIES_KEY,
  initialize,
  LEGACY,
  type Message,
  MODERN,
  modern,
  SERVER_INFO_KEY,
  VERSION_KEY,
} from "../support/mcp.ts";
import {
  ALL,
  assertError,
  callTool,
  LEGACY_ONLY,
  legacySince,
  MODERN_ONLY,
  resultOf,
  type Row,
  textOf,
} from "./row.ts";

const handshake: readonly Row[] = [
  {
    id: "initialize",
    revisions: LEGACY_ONLY,
    section: "basic/lifecycle#initialization",
    async run(client) {
      const { protocolVersion, capabilities, serverInfo } = resultOf(client.hello!);
      assertEquals([protocolVersion, serverInfo.name], [client.revision, "gomcp"]);
      assertMatch(serverInfo.version, /^\d+\.\d+\.\d+/);
      assertEquals(capabilities.tools, { listChanged: true });
      assertEquals(capabilities.prompts, { listChanged: true });
      assertEquals(capabilities.resources, { subscribe: true, listChanged: true });
      assertEquals([capabilities.logging, capabilities.completions], [{}, {}]);
      assertEquals((await client.request("ping")).result, {});
    },
  },
  {
    id: "initialize-with-a-version-that-is-not-served",
    revisions: LEGACY_ONLY,
    section: "basic/lifecycle#version-negotiation",
    alone: true,
    async run(client) {
      for (const version of ["1999-01-01", "2099-01-01", "", MODERN]) {
        const { result } = await client.raw(initialize("again", version)) as Message;
        assertEquals(result.protocolVersion, LEGACY[0]);
      }
    },
  },
  {
    id: "initialize-without-a-version",
    revisions: LEGACY_ONLY,
    section: "basic/lifecycle#error-handling",
    async run(client) {
      for (const protocolVersion of [undefined, 7, null, {}]) {
        const answer = await client.request("initialize", { protocolVersion, capabilities: {} });
        assertError(client, answer, -32602);
      }
    },
  },
  {
    id: "ping",
    revisions: LEGACY_ONLY,
    section: "basic/utilities/ping",
    async run(client) {
      assertEquals((await client.request("ping")).result, {});
    },
  },
  {
    id: "results-of-the-handshake-era",
    revisions: LEGACY_ONLY,
    section: "basic#responses",
    async run(client) {
      const methods = {
        "tools/list": {},
        "resources/list": {},
        "resources/templates/list": {},
        "prompts/list": {},
        "resources/read": { uri: "test://static-text" },
        "tools/call": { name: "test_simple_text" },
      };
      for (const [method, params] of Object.entries(methods)) {
        const result = resultOf(await client.request(method, params));
        const modernKeys = ["resultType", "ttlMs", "cacheScope"].filter((key) => key in result);
        assertEquals([modernKeys, result._meta?.[SERVER_INFO_KEY]], [[], undefined], method);
      }
    },
  },
  {
    id: "modern-requests-in-a-legacy-conversation",
    revisions: LEGACY_ONLY,
    section: "basic/versioning#dual-era",
    transports: ["stdio"], // over HTTP the headers decide with it
    async run(client) {
      const probe = await client.raw(modern("probe", "server/discover")) as Message;
      assertEquals(probe.result.supportedVersions, [MODERN]);
      assertEquals((await client.request("ping")).result, {});
      const before = resultOf(await callTool(client, "test_simple_text"));
      assertEquals("resultType" in before, false);
    },
  },
  {
    id: "roots-list-changed-is-taken",
    revisions: LEGACY_ONLY,
    section: "client/roots#root-list-changes",
    async run(client) {
      await client.notify("notifications/roots/list_changed");
    },
  },
  {
    id: "task-parameter-is-ignored",
    revisions: legacySince("2025-11-25"),
    section: "basic/utilities/tasks",
    async run(client) {
      assertEquals(client.hello?.result.capabilities.tasks, undefined);
      const params = { name: "add", arguments: { a: 1, b: 2 }, task: { ttl: 1000 } };
      const result = resultOf(await client.request("tools/call", params));
      assertEquals([result.content[0].text, result.task], ["3", undefined]);
    },
  },
];

const REMOVED = [
  "initialize",
  "ping",
  "logging/setLevel",
  "resources/subscribe",
  "resources/unsubscribe",
  "tasks/result",
  "tasks/list",
  "sampling/createMessage",
  "elicitation/create",
  "roots/list",
];

const stateless: readonly Row[] = [
  {
    id: "probe-without-metadata",
    revisions: ALL,
    section: "server/discover",
    transports: ["stdio", "HTTP"], // no client probes at the address of the old transport
    async run(client) {
      // -32601 would tell clients that there is only the handshake.
      const probe = { jsonrpc: "2.0", id: "probe", method: "server/discover", params: {} };
      const { id, error } = await client.raw(probe) as Message;
      assertEquals([id, error?.code], ["probe", -32602]);
    },
  },
  {
    id: "discover",
    revisions: MODERN_ONLY,
    section: "server/discover",
    async run(client) {
      const result = resultOf(await client.request("server/discover"));
      assertEquals([result.supportedVersions, result.resultType], [[MODERN], "complete"]);
      assertEquals("serverInfo" in result, false);
      assertEquals(result._meta[SERVER_INFO_KEY].name, "gomcp");
      const { tools, resources, prompts, completions } = result.capabilities;
      assertEquals([tools, prompts], [{ listChanged: true }, { listChanged: true }]);
      assertEquals([resources, completions], [{ subscribe: true, listChanged: true }, {}]);
    },
  },
  {
    id: "unsupported-version",
    revisions: MODERN_ONLY,
    section: "basic/versioning",
    async run(client) {
      for (const requested of ["2099-01-01", "1999-01-01", "2025-11-25", "", "x"]) {
        const answer = await client.request("tools/list", {}, { [VERSION_KEY]: requested });
        assertError(client, answer, -32022, 400);
        assertEquals(answer.error?.data, { supported: [MODERN], requested });
        assertMatch(answer.error!.message, /2025-11-25/, "the handshake revisions are named");
      }
    },
  },
  {
    id: "unsupported-version-of-the-probe",
    revisions: MODERN_ONLY,
    section: "server/discover",
    async run(client) {
      const probe = await client.request("server/discover", {}, { [VERSION_KEY]: "2099-01-01" });
      assertError(client, probe, -32022, 400);
    },
  },
  {
    id: "capabilities-are-required",
    revisions: MODERN_ONLY,
    section: "basic#meta",
    async run(client) {
      for (const capabilities of [undefined, null, 7, "all", []]) {
        const answer = await client.request("tools/list", {}, { [CAPABILITIES_KEY]: capabilities });
        assertError(client, answer, -32602, 400);
      }
    },
  },
  {
    id: "client-info-is-not-required",
    revisions: MODERN_ONLY,
    section: "basic#meta",
    async run(client) {
      for (const info of [undefined, { name: "x", version: "1" }, {}, 7]) {
        const meta = { "io.modelcontextprotocol/clientInfo": info };
        resultOf(await client.request("tools/list", {}, meta));
      }
    },
  },
  {
    id: "results-name-their-type-and-the-server",
    revisions: MODERN_ONLY,
    section: "basic#responses",
    async run(client) {
      const methods = {
        "server/discover": {},
        "tools/list": {},
        "resources/list": {},
        "resources/templates/list": {},
        "prompts/list": {},
        "resources/read": { uri: "test://static-text" },
        "prompts/get": { name: "test_simple_prompt" },
        "tools/call": { name: "test_simple_text" },
        "completion/complete": {
          ref: { type: "ref/prompt", name: "travel" },
          argument: { name: "city", value: "" },
        },
      };
      for (const [method, params] of Object.entries(methods)) {
        const result = resultOf(await client.request(method, params));
        const { name } = result._meta[SERVER_INFO_KEY];
        assertEquals([result.resultType, name], ["complete", "gomcp"], method);
      }
    },
  },
  {
    id: "removed-methods",
    revisions: MODERN_ONLY,
    section: "changelog",
    async run(client) {
      for (const method of REMOVED) assertError(client, await client.request(method), -32601, 404);
    },
  },
  {
    id: "nothing-is-remembered-of-earlier-requests",
    revisions: MODERN_ONLY,
    section: "basic#statelessness",
    async run(client) {
      const sampling = { [CAPABILITIES_KEY]: { sampling: {} } };
      const name = "test_missing_capability";
      const asked = resultOf(await client.request("tools/call", { name }, sampling));
      assertEquals(asked.resultType, "input_required");
      assertError(client, await client.request("tools/call", { name }), -32021, 400);
    },
  },
  {
    id: "task-parameter-is-ignored",
    revisions: MODERN_ONLY,
    section: "basic/utilities/tasks",
    async run(client) {
      const params = { name: "add", arguments: { a: 1, b: 2 }, task: { ttl: 1000 } };
      const result = resultOf(await client.request("tools/call", params));
      assertEquals([result.resultType, result.content[0].text], ["complete", "3"]);
    },
  },
  {
    id: "handshakes-beside-modern-requests",
    revisions: MODERN_ONLY,
    section: "basic/versioning#dual-era",
    transports: ["stdio"], // over HTTP the headers claim the modern era
    async run(client) {
      const { result } = await client.raw(initialize("hello")) as Message;
      assertEquals(result.protocolVersion, LEGACY[0]);
      assertEquals(await textOf(client, "add", { a: 1, b: 2 }), "3");
      const { supportedVersions } = resultOf(await client.request("server/discover"));
      assertEquals(supportedVersions, [MODERN]);
    },
  },
];

export const lifecycle: readonly Row[] = [...handshake, ...stateless];
