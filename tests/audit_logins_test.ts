/** Requests without a good credential: what an operator finds in the audit log, and each tenant's view of it. */
import { assert, assertEquals } from "@std/assert";
import { readAudit, verifyAudit } from "./support/audit_log.ts";
import { runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { modernCall, modernHeaders } from "./support/mcp.ts";
import { type ServerProcess, startServer } from "./support/server.ts";

const CALL = { tool: "echo", arguments: { msg: "hi" } };

/** Keys of two tenants, of whom `b` is suspended. */
async function createTenants(env: Record<string, string>): Promise<string[]> {
  const keys: string[] = [];
  for (const id of ["a", "b"]) {
    const { stdout } = await runCli(["tenant", "create", id, "--json"], { env });
    keys.push(JSON.parse(stdout).key.secret);
  }
  assertEquals((await runCli(["tenant", "suspend", "b"], { env })).code, 0);
  return keys;
}

async function rest(server: ServerProcess, headers: Record<string, string>): Promise<number> {
  const body = JSON.stringify(CALL);
  return (await server.request("/v1/tools/call", { method: "POST", body, headers })).status;
}

async function mcp(server: ServerProcess, more: Record<string, string>): Promise<number> {
  const message = modernCall(1, "echo", CALL.arguments);
  const headers = { ...modernHeaders(message), ...more };
  const body = JSON.stringify(message);
  return (await server.request("/mcp", { method: "POST", body, headers })).status;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

Deno.test("whom the server turned away is on record: from where, on which way, why", async () => {
  await using folder = await TempFolder.of();
  const path = `${folder.path}/audit.jsonl`;
  const env = { GOMCP_STATE: `sqlite:${folder.path}/state.db` };
  const [a, b] = await createTenants(env);
  await using server = await startServer({
    args: [`--audit-file=${path}`, "--require-key"],
    env,
  });
  assertEquals(await rest(server, bearer(a!)), 200);
  assertEquals(await rest(server, bearer("nonsense")), 401);
  assertEquals(await rest(server, {}), 401);
  assertEquals(await mcp(server, {}), 401);
  assertEquals(await mcp(server, { authorization: "Basic eDp5" }), 401);
  assertEquals(await mcp(server, bearer(b!)), 403);
  server.signal("SIGTERM");
  await server.exit();
  const records = await readAudit(path);
  assertEquals(
    records.map((
      { kind, stage, tenant, adapter, tool, code },
    ) => [kind, stage, tenant, adapter, tool, code]),
    [
      ["tool", "completed", "a", "rest", "echo", "ok"],
      ["login", "refused", "default", "rest", "/v1/tools/call", "unauthenticated"],
      ["login", "refused", "default", "rest", "/v1/tools/call", "unauthenticated"],
      ["login", "refused", "default", "http", "/mcp", "unauthenticated"],
      ["login", "refused", "default", "http", "/mcp", "unauthenticated"],
      ["login", "refused", "default", "http", "/mcp", "forbidden"],
    ],
  );
  assert(records.every(({ address }) => address === "127.0.0.1"));
  // Nothing of a credential is in the file.
  const text = await Deno.readTextFile(path);
  assert(!["nonsense", "eDp5", a!, b!].some((secret) => text.includes(secret)));
  assertEquals((await verifyAudit(path)).ok, true);
  await queries(path);
});

/** What operators ask for, of all and of one tenant. */
async function queries(path: string): Promise<void> {
  const ask = async (...args: string[]) => (await runCli(["audit", ...args, path])).stdout;
  const failed = await ask("query", "--kind=login", "--code=unauthenticated", "--fields=address");
  assertEquals(failed, "127.0.0.1\n".repeat(4));
  assertEquals(await ask("query", "--address=192.0.2.*"), "");
  assertEquals(await ask("query", "--tenant=a", "--fields=tenant,tool"), "a\techo\n");
  assertEquals((await ask("tail", "--tenant=a", "--json")).trim().split("\n").length, 1);
  assert((await ask("tail", "--code=forbidden")).includes(" login:/mcp from=127.0.0.1"));
}
