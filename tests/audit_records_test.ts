/** The exact records of one script of calls, made over every adapter (Kubernetes' audit test). */
import { assert, assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { createAuditLog, createAuditPolicy, createRuntime, openAuditFile } from "gomcp";
import * as hostile from "./support/fixtures/hostile.ts";
import * as plain from "./support/fixtures/plain.ts";
import * as slow from "./support/fixtures/slow.ts";
import { type AuditLine, readAudit, verifyAudit } from "./support/audit_log.ts";
import type { CliOptions } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { failure, GrpcClient } from "./support/grpc.ts";
import { SessionClient, startGrpc } from "./support/grpc_speaker.ts";
import { initialize, INITIALIZED, legacy, legacyCall, modern, modernCall } from "./support/mcp.ts";
import { HttpSession, postMcp, postModern } from "./support/mcp_http.ts";
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

/** The key of the hashes, so that they are the same in every run and over every adapter. */
const KEY = "07".repeat(32);

/** HMAC with the tenant's key, which is derived from the log's (docs/audit.md: hashes). */
function hashOf(text: string): string {
  const master = Uint8Array.fromHex(KEY);
  const key = createHmac("sha256", master).update("gomcp audit tenant default").digest();
  return createHmac("sha256", key).update(text).digest("hex").slice(0, 32);
}

const ENDED = { stage: "completed", decision: "allowed" } as const;
const REFUSED = { stage: "refused", decision: "refused" } as const;
const HIDDEN = { password: `hmac:${hashOf("s3cret")}`, n: 1 };
const MIRRORED = {
  tool: "mirror",
  argBytes: 27,
  argHash: hashOf('{"n":1,"password":"s3cret"}'),
  args: HIDDEN,
  redacted: true,
};

/** What every adapter must have recorded, whole but for times and for who called. */
const EXPECTED: readonly AuditLine[] = [
  {
    ...{ id: 1, tool: "add", ...ENDED, code: "ok", argBytes: 13, resultBytes: 40 },
    args: { a: 1, b: 2 },
    argHash: hashOf('{"a":1,"b":2}'),
    resultHash: hashOf('{"content":[{"text":"3","type":"text"}]}'),
  },
  {
    ...{ id: 2, tool: "add", ...REFUSED, code: "invalid_arguments", argBytes: 15 },
    args: { a: "x", b: 2 },
    argHash: hashOf('{"a":"x","b":2}'),
  },
  { id: 3, tool: "person", ...ENDED, code: "ok", argBytes: 14, resultBytes: 110 },
  { id: 4, ...MIRRORED, stage: "received", decision: "pending", code: "pending" },
  {
    ...{ id: 4, ...MIRRORED, ...ENDED, code: "ok", resultBytes: 95, received: 4 },
    result: { content: [{ type: "text", text: "mirrored" }], structuredContent: HIDDEN },
    resultHash: hashOf(
      '{"content":[{"text":"mirrored","type":"text"}],' +
        '"structuredContent":{"n":1,"password":"s3cret"}}',
    ),
  },
  { id: 5, tool: "nobody", ...REFUSED, code: "unknown_tool", argBytes: 2 },
  { id: 6, tool: "thrower", ...ENDED, code: "tool_error", argBytes: 16, resultBytes: 87 },
  { id: 7, tool: "never", ...ENDED, code: "deadline_exceeded", argBytes: 2 },
];

/** What one adapter knows of its callers. */
interface Caller {
  readonly adapter: string;
  readonly client?: string;
  readonly clientVersion?: string;
  readonly address?: string;
  /** Whether requests have ids. */
  readonly ids: boolean;
}

function expectedOf({ ids, ...caller }: Caller): AuditLine[] {
  return EXPECTED.map(({ id, ...row }, index) => ({
    seq: index + 1,
    tenant: "default",
    kind: "tool",
    ...caller,
    ...(ids && { id }),
    ...row,
  }));
}

/** Times differ from run to run: they are only looked at. */
function timeless({ time, durationUs, ...record }: AuditLine): AuditLine {
  assert(Math.abs(Date.parse(time) - Date.now()) < 600_000);
  assertEquals(durationUs === undefined, record.stage === "received");
  assert(durationUs === undefined || (durationUs >= 0 && durationUs < 600_000_000));
  return record;
}

type Play = (options: CliOptions) => Promise<Caller>;

const LIST = "tools/list";
const BROKEN = '{"jsonrpc":"2.0",';
const FIXTURES = ["hostile", "plain", "slow"] as const;
const IN_LEGACY = { client: "test", clientVersion: "1" } as const;

/** Each plays the script, and in its midst what is no call: a list, and what is no message. */
const ADAPTERS: Readonly<Record<string, Play>> = {
  async "legacy stdio"(options) {
    await using server = await startStdio({ fixtures: FIXTURES, ...options });
    await server.request(initialize("init"));
    await server.send(INITIALIZED);
    await server.write(`${BROKEN}\n`);
    await server.request(legacy("list", LIST));
    for (const [id, [tool, args]] of SCRIPT.entries()) {
      await server.request(legacyCall(id, tool, args));
    }
    await server.closeInput();
    await server.exit();
    return { adapter: "stdio", ...IN_LEGACY, ids: true };
  },
  async "modern stdio"(options) {
    await using server = await startStdio({ fixtures: FIXTURES, ...options });
    await server.write(`${BROKEN}\n`);
    await server.request(modern("list", LIST));
    for (const [id, [tool, args]] of SCRIPT.entries()) {
      await server.request(modernCall(id, tool, args));
    }
    await server.closeInput();
    await server.exit();
    return { adapter: "stdio", ids: true };
  },
  async "modern HTTP"(options) {
    await using server = await startServer({ fixtures: FIXTURES, ...options });
    await postMcp(server, BROKEN);
    assertEquals((await postModern(server, modern("list", LIST))).status, 200);
    for (const [id, [tool, args]] of SCRIPT.entries()) {
      await postModern(server, modernCall(id, tool, args));
    }
    server.signal("SIGTERM");
    await server.exit();
    return { adapter: "http", address: "127.0.0.1", ids: true };
  },
  async "legacy HTTP"(options) {
    await using server = await startServer({ fixtures: FIXTURES, ...options });
    const session = await HttpSession.open(server);
    await session.post(BROKEN);
    assertEquals((await session.post(legacy("list", LIST))).status, 200);
    for (const [id, [tool, args]] of SCRIPT.entries()) {
      await session.post(legacyCall(id, tool, args));
    }
    server.signal("SIGTERM");
    await server.exit();
    return { adapter: "http", ...IN_LEGACY, address: "127.0.0.1", ids: true };
  },
  async REST(options) {
    await using server = await startServer({ fixtures: FIXTURES, ...options });
    await server.post("/v1/tools/call", BROKEN);
    assertEquals((await server.request("/v1/tools")).status, 200);
    for (const [tool, args] of SCRIPT) await server.call(tool, args);
    server.signal("SIGTERM");
    await server.exit();
    return { adapter: "rest", address: "127.0.0.1", ids: false };
  },
  async gRPC(options) {
    await using server = await startGrpc({ fixtures: FIXTURES, ...options });
    using client = new GrpcClient(server.address);
    await failure(client.bytes("CallTool", new Uint8Array([0xff])));
    await client.listTools();
    // What is refused is an error there; which one is looked at elsewhere.
    for (const [tool, args] of SCRIPT) await client.callTool(tool, args).catch(() => {});
    server.signal("SIGTERM");
    await server.exit();
    return { adapter: "grpc", address: "127.0.0.1", ids: false };
  },
  async "a session of gRPC"(options) {
    await using server = await startGrpc({ fixtures: FIXTURES, ...options });
    using client = new GrpcClient(server.address);
    const session = new SessionClient(client);
    const messages = [
      modern("list", LIST),
      ...SCRIPT.map(([tool, args], id) => modernCall(id, tool, args)),
    ];
    session.send(BROKEN);
    for (const message of messages) {
      session.send(message);
      await session.messages.find(({ id }) => id === message.id, `answer to ${message.id}`);
    }
    session.stream.end();
    await session.stream.ended;
    server.signal("SIGTERM");
    await server.exit();
    return { adapter: "grpc", address: "127.0.0.1", ids: true };
  },
};

for (const [name, play] of Object.entries(ADAPTERS)) {
  Deno.test(`the script over ${name} leaves exactly the records that the policy wants`, async () => {
    await using folder = await TempFolder.of({ "policy.json": JSON.stringify(POLICY) });
    const path = `${folder.path}/audit.jsonl`;
    const args = [`--audit-file=${path}`, `--audit-policy=${folder.path}/policy.json`];
    const caller = await play({ args, env: { GOMCP_AUDIT_KEY: KEY } });
    assertEquals((await readAudit(path)).map(timeless), expectedOf(caller));
    assertEquals((await verifyAudit(path)).findings, []);
  });
}

Deno.test("the script by the library leaves exactly the records that the policy wants", async () => {
  await using folder = await TempFolder.of();
  const path = `${folder.path}/audit.jsonl`;
  const sinks = [await openAuditFile({ path })];
  const key = Uint8Array.fromHex(KEY);
  const audit = createAuditLog({ policy: createAuditPolicy(POLICY), sinks, key });
  const tools = [plain.add, plain.person, plain.mirror, hostile.thrower, slow.never];
  const runtime = createRuntime({ tools, audit });
  for (const [id, [tool, args]] of SCRIPT.entries()) {
    // The timer of `within` keeps the process alive: those of deadlines do not.
    if (tool !== "echo") await within(Promise.resolve(runtime.callTool(tool, args, { id })), tool);
  }
  await runtime.shutdown();
  await audit.close();
  const records = (await readAudit(path)).map(timeless);
  assertEquals(records, expectedOf({ adapter: "library", ids: true }));
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
