/** The exact records of one script of calls, made over every adapter (Kubernetes' audit test). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createAuditLog, createAuditPolicy, createRuntime, openAuditFile } from "gomcp";
import * as hostile from "./support/fixtures/hostile.ts";
import * as plain from "./support/fixtures/plain.ts";
import * as slow from "./support/fixtures/slow.ts";
import { type AuditLine, readAudit, verifyAudit } from "./support/audit_log.ts";
import { TempFolder } from "./support/fixtures.ts";
import { initialize, INITIALIZED, legacyCall, modernCall } from "./support/mcp.ts";
import { HttpSession, postModern } from "./support/mcp_http.ts";
import { startServer } from "./support/server.ts";
import { startStdio } from "./support/stdio.ts";
import { within } from "./support/wait.ts";

const POLICY = {
  rules: [
    { tools: ["echo"], level: "none" },
    { tools: ["person"], level: "metadata" },
    { tools: ["mirror"], level: "full", stages: ["received", "completed"] },
    { tools: ["add"], level: "request" },
  ],
} as const;

type Step = readonly [tool: string, args: unknown];

const SCRIPT: readonly Step[] = [
  ["echo", { msg: "not on record" }],
  ["add", { a: 1, b: 2 }],
  ["add", { a: "x", b: 2 }],
  ["person", { name: "Ada" }],
  ["mirror", { password: "s3cret", n: 1 }],
  ["nobody", {}],
  ["thrower", { what: "error" }],
  ["never", {}],
];

/** What every adapter must have recorded: stage, decision, code, and whether values are there. */
const EXPECTED = [
  ["add", "completed", "allowed", "ok", { args: { a: 1, b: 2 } }],
  ["add", "refused", "refused", "invalid_arguments", { args: { a: "x", b: 2 } }],
  ["person", "completed", "allowed", "ok", {}],
  ["mirror", "received", "pending", "pending", { args: "hidden" }],
  ["mirror", "completed", "allowed", "ok", { args: "hidden", result: "hidden" }],
  ["nobody", "refused", "refused", "unknown_tool", {}],
  ["thrower", "completed", "allowed", "tool_error", {}],
  ["never", "completed", "allowed", "deadline_exceeded", {}],
];

const HIDDEN = /^hmac:[0-9a-f]{32}$/;

/** A record as the table has it; what differs from run to run is checked here. */
function rowOf(record: AuditLine, index: number): unknown[] {
  assertEquals([record.seq, record.tenant, record.kind], [index + 1, "default", "tool"]);
  assert(Math.abs(Date.parse(record.time) - Date.now()) < 600_000);
  assert(record.argBytes >= 2);
  assertEquals(record.durationUs === undefined, record.stage === "received");
  assertEquals(record.resultBytes > 0, ["ok", "tool_error"].includes(record.code));
  const { tool, stage, decision, code, args, result } = record;
  if (tool !== "mirror") return [tool, stage, decision, code, { ...(args && { args }) }];
  assertMatch(args.password, HIDDEN);
  assertEquals([args.n, record.redacted], [1, true]);
  if (result !== undefined) assertEquals(result.structuredContent, args);
  const shown = { args: "hidden", ...(result && { result: "hidden" }) };
  return [tool, stage, decision, code, shown];
}

interface Run {
  /** The arguments of `serve`. */
  readonly args: readonly string[];
}

const ADAPTERS: Readonly<
  Record<string, (run: Run) => Promise<{ adapter: string; client?: string }>>
> = {
  async stdio({ args }) {
    await using server = await startStdio({ fixtures: ["hostile", "plain", "slow"], args });
    await server.request(initialize("init"));
    await server.send(INITIALIZED);
    for (const [id, [tool, toolArgs]] of SCRIPT.entries()) {
      await server.request(legacyCall(id, tool, toolArgs));
    }
    await server.closeInput();
    await server.exit();
    return { adapter: "stdio", client: "test" };
  },
  async "modern HTTP"({ args }) {
    await using server = await startServer({ fixtures: ["hostile", "plain", "slow"], args });
    for (const [id, [tool, toolArgs]] of SCRIPT.entries()) {
      await postModern(server, modernCall(id, tool, toolArgs));
    }
    server.signal("SIGTERM");
    await server.exit();
    return { adapter: "http" };
  },
  async "legacy HTTP"({ args }) {
    await using server = await startServer({ fixtures: ["hostile", "plain", "slow"], args });
    const session = await HttpSession.open(server);
    for (const [id, [tool, toolArgs]] of SCRIPT.entries()) {
      await session.post(legacyCall(id, tool, toolArgs));
    }
    server.signal("SIGTERM");
    await server.exit();
    return { adapter: "http", client: "test" };
  },
  async REST({ args }) {
    await using server = await startServer({ fixtures: ["hostile", "plain", "slow"], args });
    for (const [tool, toolArgs] of SCRIPT) await server.call(tool, toolArgs);
    server.signal("SIGTERM");
    await server.exit();
    return { adapter: "rest" };
  },
};

for (const [name, play] of Object.entries(ADAPTERS)) {
  Deno.test(`the script over ${name} leaves exactly the records that the policy wants`, async () => {
    await using folder = await TempFolder.of({ "policy.json": JSON.stringify(POLICY) });
    const path = `${folder.path}/audit.jsonl`;
    const args = [`--audit-file=${path}`, `--audit-policy=${folder.path}/policy.json`];
    const { adapter, client } = await play({ args });
    const records = await readAudit(path);
    assertEquals(records.map(rowOf), EXPECTED);
    for (const record of records) assertEquals([record.adapter, record.client], [adapter, client]);
    assertEquals((await verifyAudit(path)).findings, []);
  });
}

Deno.test("the script by the library leaves exactly the records that the policy wants", async () => {
  await using folder = await TempFolder.of();
  const path = `${folder.path}/audit.jsonl`;
  const sinks = [await openAuditFile({ path })];
  const audit = createAuditLog({ policy: createAuditPolicy(POLICY), sinks });
  const tools = [plain.add, plain.person, plain.mirror, hostile.thrower, slow.never];
  const runtime = createRuntime({ tools, audit });
  for (const [tool, args] of SCRIPT) {
    // The timer of `within` keeps the process alive: those of deadlines do not.
    if (tool !== "echo") await within(Promise.resolve(runtime.callTool(tool, args)), tool);
  }
  await runtime.shutdown();
  await audit.close();
  const records = await readAudit(path);
  assertEquals(records.map(rowOf), EXPECTED);
  for (const record of records) assertEquals(record.adapter, "library");
});

Deno.test("resources, prompts and completions are on record by their kind", async () => {
  await using folder = await TempFolder.of();
  const path = `${folder.path}/audit.jsonl`;
  await using server = await startServer({ args: [`--audit-file=${path}`] });
  const session = await HttpSession.open(server);
  const request = (id: number, method: string, params: unknown) =>
    session.post({ jsonrpc: "2.0", id, method, params });
  await request(1, "resources/read", { uri: "no://such" });
  await request(2, "prompts/get", { name: "nobody" });
  server.signal("SIGTERM");
  await server.exit();
  assertEquals((await readAudit(path)).map(({ kind, tool, code }) => [kind, tool, code]), [
    ["resource", "no://such", "not_found"],
    ["prompt", "nobody", "not_found"],
  ]);
});
