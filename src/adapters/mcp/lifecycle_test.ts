/** initialize, ping, server/discover and logging/setLevel. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { MCP_LOG_LEVELS } from "../../protocol/logging.ts";
import { createRuntime, type RuntimeOptions } from "../../runtime/runtime.ts";
import { VERSION } from "../../runtime/version.ts";
import { receive } from "./endpoint.ts";
import { Peer } from "./peer.ts";

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

function setUp(options: Partial<RuntimeOptions> = {}) {
  const runtime = createRuntime({ tools: [], clock: new FakeClock(), ...options });
  const peer = new Peer("stdio", { address: "::1" });
  const ask = async (method: string, params?: Record<string, unknown>) => {
    const message = { id: 1, method, ...(params !== undefined && { params }) };
    return JSON.parse(
      (await receive(runtime, message, peer, { notify: () => {}, request: () => true }))!,
    );
  };
  return { peer, ask };
}

const VERSIONS: readonly (readonly [string, string])[] = [
  ["2024-11-05", "2024-11-05"],
  ["2025-03-26", "2025-03-26"],
  ["2025-11-25", "2025-11-25"],
  ["2026-07-28", "2025-11-25"],
  ["1999-01-01", "2025-11-25"],
];

for (const [requested, agreed] of VERSIONS) {
  Deno.test(`initialize with ${requested} agrees on ${agreed} and keeps it for the conversation`, async () => {
    const { peer, ask } = setUp();
    const { result } = await ask("initialize", { protocolVersion: requested });
    assertEquals(result, {
      protocolVersion: agreed,
      capabilities: { logging: {}, tools: { listChanged: true } },
      serverInfo: { name: "gomcp", version: VERSION },
    });
    assertEquals(peer.version as string, agreed);
  });
}

Deno.test("initialize gives instructions where the server has some", async () => {
  const { ask } = setUp({ instructions: "Add first." });
  const { result } = await ask("initialize", { protocolVersion: "2025-06-18" });
  assertEquals(result.instructions, "Add first.");
});

Deno.test("initialize keeps who the client says it is, beside its address", async () => {
  const { peer, ask } = setUp();
  const clientInfo = { name: "inspector", version: "1.2" };
  await ask("initialize", { protocolVersion: "2025-06-18", clientInfo });
  const { name, version, address } = peer.client;
  assertEquals({ name, version, address }, { ...clientInfo, address: "::1" });
});

Deno.test("initialize may come any number of times, and the last one holds", async () => {
  const { peer, ask } = setUp();
  for (let i = 0; i < 20_000; i++) {
    const clientInfo = { name: `n${i}` };
    await ask("initialize", { protocolVersion: "2025-06-18", clientInfo });
  }
  assertEquals([peer.client.name, peer.client.address], ["n19999", "::1"]);
});

Deno.test("initialize without a version is refused and agrees on nothing", async () => {
  const { peer, ask } = setUp();
  for (const params of [undefined, {}, { protocolVersion: 7 }]) {
    assertEquals((await ask("initialize", params)).error.code, -32602);
  }
  assertEquals(peer.version, undefined);
});

Deno.test("initialize with modern metadata is a method that the modern era does not have", async () => {
  const { ask } = setUp();
  const { error } = await ask("initialize", { protocolVersion: "2025-06-18", _meta: META });
  assertEquals(error.code, -32601);
});

Deno.test("ping is answered with nothing, before a handshake too", async () => {
  assertEquals(await setUp().ask("ping"), { jsonrpc: "2.0", id: 1, result: {} });
});

Deno.test("server/discover tells versions, capabilities and how long they keep", async () => {
  const { ask } = setUp({ instructions: "Add first." });
  const { result } = await ask("server/discover", { _meta: META });
  assertEquals(result, {
    supportedVersions: ["2026-07-28"],
    capabilities: { logging: {}, tools: { listChanged: true } },
    instructions: "Add first.",
    ttlMs: 60_000,
    cacheScope: "private",
    resultType: "complete",
    _meta: { "io.modelcontextprotocol/serverInfo": { name: "gomcp", version: VERSION } },
  });
});

Deno.test("server/discover without metadata is told what is missing, not that there is no such method", async () => {
  const { error } = await setUp().ask("server/discover");
  assertEquals(error.code, -32602);
  assertStringIncludes(error.message, "_meta");
});

for (const level of MCP_LOG_LEVELS) {
  Deno.test(`logging/setLevel takes ${level}`, async () => {
    const { peer, ask } = setUp();
    assertEquals((await ask("logging/setLevel", { level })).result, {});
    assertEquals(peer.logLevel, level);
  });
}

Deno.test("logging/setLevel refuses what is no level, names those there are, and keeps the old one", async () => {
  const { peer, ask } = setUp();
  await ask("logging/setLevel", { level: "error" });
  for (const level of ["warn", "", null, 3, undefined]) {
    const { error } = await ask("logging/setLevel", { level });
    assertEquals(error.code, -32602);
    assert(MCP_LOG_LEVELS.every((known) => error.message.includes(known)));
  }
  assertEquals(peer.logLevel, "error");
});
