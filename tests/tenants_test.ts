/** Tenants end to end: made by the command line, served by the real server over HTTP, REST and stdio. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createTenantManager, openState } from "../mod.ts";
import { type CliRun, runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import {
  initialize,
  legacyCall,
  MCP_HEADERS,
  modern,
  modernCall,
  modernHeaders,
} from "./support/mcp.ts";
import type { Id, RequestMessage } from "./support/mcp.ts";
import { parallelSteps } from "./support/parallel_steps.ts";
import { type Reply, type ServerProcess, startServer } from "./support/server.ts";
import { startStdio } from "./support/stdio.ts";
import { until } from "./support/wait.ts";

const FIXTURES = ["plain", "features"] as const;

/** A state file and the commands that change it. */
class State implements AsyncDisposable {
  private constructor(readonly folder: TempFolder) {}

  static async make(): Promise<State> {
    return new State(await TempFolder.of());
  }

  get env(): Record<string, string> {
    return { GOMCP_STATE: `sqlite:${this.folder.path}/state.db` };
  }

  run(...args: string[]): Promise<CliRun> {
    return runCli(["tenant", ...args], { env: this.env });
  }

  // deno-lint-ignore no-explicit-any -- tests look into answers of every shape
  async json(...args: string[]): Promise<any> {
    const { code, stdout, stderr } = await this.run(...args, "--json");
    assertEquals(code, 0, stderr);
    return JSON.parse(stdout);
  }

  /** Creates a tenant and gives its key. */
  async create(...args: string[]): Promise<string> {
    return (await this.json("create", ...args)).key.secret;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.folder[Symbol.asyncDispose]();
  }
}

function bearer(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

function post(
  server: ServerProcess,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Reply> {
  return server.request(path, { method: "POST", body: JSON.stringify(body), headers });
}

function mcp(server: ServerProcess, message: RequestMessage, key?: string): Promise<Reply> {
  return post(server, "/mcp", message, { ...modernHeaders(message), ...bearer(key) });
}

function rest(server: ServerProcess, tool: string, args: unknown, key?: string): Promise<Reply> {
  return post(server, "/v1/tools/call", { tool, arguments: args }, bearer(key));
}

Deno.test("gomcp tenant creates, shows, changes and deletes tenants", async () => {
  await using state = await State.make();
  const words = ["--max-tool-calls=1000", "--period", "day", "--max-batch-size", "50"];
  const more = ["--max-concurrent=10", "--allow", "read_file,list_dir", "--rate=100/s"];
  const created = await state.run("create", "company-a", "--name=Company A", ...words, ...more);
  assertEquals([created.code, created.stderr], [0, ""]);
  assertMatch(created.stdout, /\n {2}gmcp_[0-9A-Za-z]{49}\n/);
  const { tenants } = await state.json("list");
  assertEquals(tenants.length, 1);
  assertEquals(tenants[0].limits, {
    maxToolCalls: 1_000,
    period: "day",
    maxConcurrent: 10,
    maxBatchSize: 50,
    rate: { count: 100, periodMs: 1_000 },
  });
  assertEquals(tenants[0].allowed, ["read_file", "list_dir"]);
  assertEquals((await state.json("deny", "company-a", "list_*")).tenant.denied, ["list_*"]);
  const removed = await state.json("allow", "company-a", "list_dir", "--remove");
  assertEquals(removed.tenant.allowed, ["read_file"]);
  const none = ["--max-tool-calls=none", "--allow-all", "--rate=5/m", "--burst=2"];
  const { tenant } = await state.json("update", "company-a", ...none);
  assertEquals(tenant.limits.maxToolCalls, undefined);
  assertEquals([tenant.limits.rate.periodMs, tenant.limits.rate.burst], [60_000, 2]);
  assertEquals((await state.json("suspend", "company-a")).tenant.suspended, true);
  assertEquals((await state.json("resume", "company-a")).tenant.suspended, false);
  const key = await state.json("key", "create", "company-a", "--name=ci", "--expires=1h");
  assertMatch(key.key.secret, /^gmcp_/);
  const shown = await state.json("show", "company-a");
  assertEquals(shown.keys.map(({ name }: { name: string }) => name), ["default", "ci"]);
  assertEquals(JSON.stringify(shown).includes(key.key.secret), false);
  await state.json("key", "revoke", "company-a", "ci");
  assertEquals((await state.json("key", "list", "company-a")).keys.length, 1);
  assertEquals((await state.json("usage", "company-a")).calls.used, 0);
  const unconfirmed = await state.run("delete", "company-a");
  assertEquals(unconfirmed.code, 1);
  assert(unconfirmed.stderr.includes("expected --yes"));
  assertEquals((await state.run("delete", "company-a", "--yes")).code, 0);
  assertEquals((await state.json("list")).tenants, []);
});

Deno.test("gomcp tenant says what is wrong, and writes nothing then", async (t) => {
  await using state = await State.make();
  await state.create("a");
  const rows: [string[], number, string][] = [
    [["create", "A!"], 1, "Cannot use tenant id"],
    [["create", "a"], 1, 'Cannot create tenant "a": there is one'],
    [["create", "b", "--max-tool-calls=-5"], 1, 'it is "-5", expected a whole number'],
    [["create", "b", "--max-tool-calls", "-5"], 1, 'it is "-5", expected a whole number'],
    [["create", "b", "--max-tool-calls", "--json"], 1, "it has no value"],
    [["create", "b", "c"], 1, "2 words were given, expected gomcp tenant create ID"],
    [["delete", "nobody"], 5, 'Cannot find tenant "nobody"'],
    [["create", "b", "--max-tool-calls=0"], 1, '--max-tool-calls: it is "0", expected a whole'],
    [["create", "b", "--max-concurrent=999999"], 1, "maxConcurrent is 999999, expected a whole"],
    [["create", "b", "--allow=x,,y"], 1, "a glob has 0 characters"],
    [["deny", "a", "x\u001b[31m"], 1, '"x\\u001b[31m" has a control character'],
    [["update", "a", "--name=a\u202eb"], 1, "none of them a control character"],
    [["allow", "nobody", "x"], 5, 'Cannot find tenant "nobody"'],
    [["allow", "a", "x", "--tools=/nowhere"], 1, "Cannot load /nowhere: there is no such path"],
    [["list", "--config=/nowhere.json"], 1, "Cannot read /nowhere.json"],
    [["create", "b", "--period=week"], 1, 'period is "week"'],
    [["create", "b", "--rate=fast"], 1, 'Cannot read --rate: it is "fast"'],
    [["create", "b", "--burst=5"], 1, "expected --rate beside it"],
    [["create", "b", "--max-call=5"], 1, "there is no such flag"],
    [["create"], 1, "0 words were given, expected gomcp tenant create ID"],
    [["update", "a"], 1, "nothing was said that is to change"],
    [["update", "a", "--allow-all", "--allow=x"], 1, "both --allow-all and --allow were given"],
    [["update", "a", "--deny-none", "--deny=x"], 1, "both --deny-none and --deny were given"],
    [["update", "a", "--rate=none", "--burst=5"], 1, "expected no burst of a rate that is none"],
    [["show", "nobody"], 5, 'Cannot find tenant "nobody"'],
    [["delete", "nobody", "--yes"], 5, 'Cannot find tenant "nobody"'],
    [["key", "revoke", "a", "nothing"], 5, 'Cannot revoke key "nothing"'],
    [["key", "destroy", "a"], 1, "there is no such command; see gomcp tenant key --help"],
    [["key", "create", "a"], 1, 'has one named "default"'],
    [["nonsense"], 1, "there is no such command"],
    [["list", "--state=memory:"], 1, 'Cannot keep tenants in "memory:": expected'],
    [["list", "--state=mysql://x"], 1, "Cannot open state mysql:"],
  ];
  const steps = rows.map(([args, code, text]) => {
    const step = async () => {
      const run = await state.run(...args);
      assertEquals(run.code, code, run.stderr);
      assert(run.stderr.includes(text), run.stderr);
      assertEquals(run.stdout, "");
    };
    return [args.join(" "), step] as const;
  });
  await parallelSteps(t, Object.fromEntries(steps));
  assertEquals((await state.json("list")).tenants.length, 1);
  await state.run("create", "c");
  const nothing = await state.run("deny", "c", "never", "--remove");
  assertEquals(nothing.stderr, 'gomcp: warning: "never" is not among what is denied\n');
  await state.run("allow", "a", "never", "--remove");
  const { tenant } = await state.json("show", "a");
  assertEquals(tenant.allowed, undefined, "everything stays allowed");
  assertEquals(
    (await state.run("usage", "c")).stdout,
    "c  has no limits, and nothing is counted\n",
  );
});

Deno.test("gomcp tenant list reads many tenants in pages", async () => {
  await using state = await State.make();
  const tenants = createTenantManager(await openState(state.env.GOMCP_STATE!));
  const ids = Array.from({ length: 2_100 }, (_, i) => `t${String(i).padStart(4, "0")}`);
  for (const id of ids) await tenants.createTenant(id, id);
  await tenants.close();
  const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id);
  assertEquals(idsOf((await state.json("list")).tenants), ids);
  const some = await state.json("list", "--after=t0003", "--limit=1500");
  assertEquals(idsOf(some.tenants), ids.slice(4, 1_504));
  const { stdout } = await state.run("list");
  assertEquals(stdout.trimEnd().split("\n").map((line) => line.split(" ")[0]), ids);
});

Deno.test("what a tenant may not see answers as what does not exist, on every adapter", async (t) => {
  await using state = await State.make();
  const own = await state.create("own", "--deny=a?d,greet*,*secret*");
  const other = await state.create("other");
  await state.run("key", "create", "own", "--name=short", "--expires=1ms");
  const narrow = await state.json("key", "create", "own", "--name=narrow", "--scope=echo");
  const suspended = await state.create("suspended");
  await state.run("suspend", "suspended");
  await using server = await startServer({ fixtures: FIXTURES, env: state.env });
  const sum = { a: 1, b: 2 };
  const names = async (key?: string) => {
    const { json } = await mcp(server, modern("l", "tools/list"), key);
    return json.result.tools.map(({ name }: { name: string }) => name) as string[];
  };
  await t.step("lists", async () => {
    const all = await names();
    assertEquals(await names(other), all);
    assertEquals(await names(own), all.filter((name) => name !== "add"));
    assertEquals(await names(narrow.key.secret), ["echo"]);
    const { json } = await server.request("/v1/tools", { headers: bearer(own) });
    assertEquals(json.tools.some(({ name }: { name: string }) => name === "add"), false);
    const api = await server.request("/openapi.json", { headers: bearer(own) });
    assertEquals(api.text.includes('"const":"add"'), false);
    assertEquals((await server.request("/openapi.json")).text.includes('"const":"add"'), true);
  });
  await t.step("calls", async () => {
    assertEquals((await rest(server, "add", sum, other)).json.content[0].text, "3");
    const [denied, unknown] = [
      await rest(server, "add", sum, own),
      await rest(server, "adx", sum, own),
    ];
    assertEquals(denied.status, 404);
    assertEquals(denied.text, unknown.text.replace("adx", "add"));
    const inMcp = await mcp(server, modernCall("c", "add", sum), own);
    const unknownInMcp = await mcp(server, modernCall("c", "adx", sum), own);
    assertEquals(inMcp.json.error.code, -32602);
    assertEquals(inMcp.text, unknownInMcp.text.replace("adx", "add"));
    const got = await server.request("/v1/tools/add", { headers: bearer(own) });
    assertEquals([got.status, got.json.code], [404, "unknown_tool"]);
    const headers = bearer(own);
    const requests = [{ tool: "add", arguments: sum }, { tool: "echo", arguments: { msg: "x" } }];
    const { json } = await post(server, "/v1/tools/batch", { requests }, headers);
    assertEquals(json.results.map(({ status }: { status: number }) => status), [404, 200]);
  });
  await t.step("credentials", async () => {
    const wrong = [
      bearer("nonsense"),
      bearer(own.slice(0, -1)),
      { authorization: `Basic ${own}` },
      { authorization: "Bearer" },
      { ...bearer(own), "x-api-key": own },
      { "x-api-key": "" },
      { authorization: "" },
    ];
    for (const headers of wrong) {
      const reply = await post(server, "/v1/tools/call", { tool: "add", arguments: sum }, headers);
      assertEquals([reply.status, reply.json.code], [401, "unauthenticated"]);
      assertEquals(
        reply.headers.get("www-authenticate"),
        'Bearer realm="gomcp", error="invalid_token"',
      );
    }
    const message = modernCall("w", "add", sum);
    const reply = await post(server, "/mcp", message, { ...modernHeaders(message), ...wrong[0] });
    assertEquals([reply.status, reply.json.error.code], [401, -31401]);
    const stopped = await rest(server, "add", sum, suspended);
    assertEquals([stopped.status, stopped.json.code], [403, "forbidden"]);
    const stoppedMcp = await mcp(server, message, suspended);
    assertEquals([stoppedMcp.status, stoppedMcp.json.error.code], [403, -31403]);
    const byQuery = await server.request(`/v1/tools?api_key=${own}`);
    assertEquals(byQuery.json.tools.some(({ name }: { name: string }) => name === "add"), true);
    assertEquals(
      (await post(server, "/v1/tools/call", { tool: "echo", arguments: { msg: "x" } }, {
        "x-api-key": own,
      })).status,
      200,
    );
  });
  await t.step("too many wrong credentials of one address", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) statuses.push((await rest(server, "add", sum, "x")).status);
    assertEquals(statuses.includes(429), true);
    const limited = await rest(server, "add", sum, "x");
    assertEquals([limited.status, limited.json.code], [429, "rate_limited"]);
    assert(Number(limited.headers.get("retry-after")) >= 1);
    assertEquals((await rest(server, "add", sum, other)).status, 200, "who is known goes on");
  });
});

Deno.test("sessions and cursors of one tenant are nothing to another", async () => {
  await using state = await State.make();
  const [a, b] = [await state.create("a"), await state.create("b")];
  await using server = await startServer({ fixtures: ["many"], env: state.env });
  const opened = await post(server, "/mcp", initialize(1), { ...MCP_HEADERS, ...bearer(a) });
  const session = { "mcp-session-id": opened.headers.get("mcp-session-id")! };
  const call = (key?: string, id: Id = 2) =>
    post(server, "/mcp", legacyCall(id, "echo", { msg: "x" }), {
      ...MCP_HEADERS,
      ...session,
      ...bearer(key),
    });
  assertEquals((await call(a)).status, 200);
  assertEquals((await call(b)).status, 404);
  assertEquals((await call()).status, 404);
  const end = (key: string) =>
    server.request("/mcp", { method: "DELETE", headers: { ...session, ...bearer(key) } });
  assertEquals((await end(b)).status, 404);
  assertEquals((await call(a)).status, 200);
  assertEquals((await end(a)).status, 204);
  const { nextCursor } = (await mcp(server, modern(3, "tools/list"), a)).json.result;
  assertEquals((await mcp(server, modern(4, "tools/list", { cursor: nextCursor }), a)).status, 200);
  const foreign = await mcp(server, modern(5, "tools/list", { cursor: nextCursor }), b);
  assertEquals(foreign.json.error.code, -32602);
});

Deno.test("a tenant has tool modules and a root of its own, which no other sees", async () => {
  await using state = await State.make();
  await using files = await TempFolder.of({ "hello.txt": "only for a" });
  const module = await files.write(
    "own/mine.ts",
    'import { defineTool } from "gomcp";\n' +
      'export const mine = defineTool({ name: "mine", description: "Own.", handler: () => "mine" });',
  );
  const [a, b] = [await state.create("a"), await state.create("b")];
  await using server = await startServer({
    args: [
      `--tenant-tools=a=${module}`,
      `--tenant-root=a=${files.path}`,
      `--tenant-root=c=${files.path}`,
    ],
    env: state.env,
  });
  const { tenant } = await server.log.find(({ message }) => /no such tenant/.test(message), "c");
  assertEquals(tenant, "c");
  assertEquals(server.stderr.match(/no such tenant/g)?.length, 1);
  assertEquals((await rest(server, "mine", {}, a)).json.content[0].text, "mine");
  const read = await rest(server, "read_file", { path: "hello.txt" }, a);
  assert(read.text.includes("only for a"), read.text);
  for (const key of [b, undefined]) {
    assertEquals((await rest(server, "mine", {}, key)).json.code, "unknown_tool");
    assertEquals((await rest(server, "read_file", { path: "hello.txt" }, key)).status, 404);
    const { json } = await server.request("/v1/tools", { headers: bearer(key) });
    assertEquals(json.tools.map(({ name }: { name: string }) => name), ["echo"]);
  }
});

Deno.test("quotas are the same for all adapters, and a running server learns of changes", async () => {
  await using state = await State.make();
  const key = await state.create("a", "--max-tool-calls=3", "--max-batch-size=3", "--period=month");
  await using server = await startServer({ fixtures: ["plain"], env: state.env });
  const echo = { msg: "x" };
  assertEquals((await rest(server, "echo", echo, key)).status, 200);
  assertEquals((await rest(server, "nobody", echo, key)).status, 404, "costs nothing");
  assertEquals((await rest(server, "echo", {}, key)).status, 422, "costs nothing");
  const batch = (count: number) => {
    const requests = Array.from({ length: count }, () => ({ tool: "echo", arguments: echo }));
    return post(server, "/v1/tools/batch", { requests }, bearer(key));
  };
  const tooLarge = await batch(4);
  assertEquals([tooLarge.status, tooLarge.json.limit, tooLarge.json.used], [429, 3, 4]);
  const tooMuch = await batch(3);
  assertEquals([tooMuch.status, tooMuch.json.used, tooMuch.json.remaining], [429, 1, 2]);
  assertEquals((await batch(2)).status, 200);
  const overRest = await rest(server, "echo", echo, key);
  assertEquals(overRest.status, 429);
  assertMatch(overRest.json.resetsAt, /T00:00:00\.000Z$/);
  const overMcp = await mcp(server, modernCall(1, "echo", echo), key);
  assertEquals([overMcp.status, overMcp.json.error.code], [200, -31430]);
  const { limit, used, remaining, resetsAt } = overMcp.json.error.data;
  assertEquals(
    { limit, used, remaining, resetsAt },
    { limit: 3, used: 3, remaining: 0, resetsAt: overRest.json.resetsAt },
  );
  assertEquals((await state.json("usage", "a")).calls, { limit: 3, used: 3, remaining: 0 });
  await state.json("update", "a", "--max-tool-calls=4");
  const isServed = async () => (await rest(server, "echo", echo, key)).status === 200;
  await until(isServed, "the server has learnt of the new limit", 2_000);
  await state.json("key", "revoke", "a", "default");
  await until(
    async () => (await rest(server, "echo", echo, key)).status === 401,
    "the server has learnt of the revocation",
    2_000,
  );
});

Deno.test("over stdio the key comes from the environment", async () => {
  await using state = await State.make();
  const key = await state.create("a", "--deny=a?d", "--max-tool-calls=1", "--period=month");
  {
    await using server = await startStdio({
      fixtures: ["plain"],
      env: { ...state.env, GOMCP_API_KEY: key },
    });
    const list = await server.request(modern(1, "tools/list"));
    const names = list.result.tools.map(({ name }: { name: string }) => name);
    assertEquals([names.includes("add"), names.includes("echo")], [false, true]);
    const echo = await server.request(modernCall(2, "echo", { msg: "x" }));
    assertEquals(echo.result.content[0].text, "x");
    const over = await server.request(modernCall(3, "echo", { msg: "x" }));
    assertEquals(over.error?.code, -31430);
    await state.json("key", "revoke", "a", "default");
    const isRefused = async (id: number) =>
      (await server.request(modern(id, "tools/list"))).error?.code === -31401;
    let id = 10;
    await until(() => isRefused(id++), "the server has learnt of the revocation", 2_000);
  }
  {
    const later = await state.create("later");
    await state.json("suspend", "later");
    await using server = await startStdio({ env: { ...state.env, GOMCP_API_KEY: later } });
    assertEquals((await server.request(modern(1, "tools/list"))).error?.code, -31403);
    await state.json("resume", "later");
    let id = 10;
    const isServed = async () =>
      (await server.request(modern(id++, "tools/list"))).result !== undefined;
    await until(isServed, "the server has learnt that the tenant is resumed", 2_000);
  }
  for (const env of [{ GOMCP_API_KEY: "nonsense" }, { GOMCP_REQUIRE_KEY: "true" }]) {
    await using server = await startStdio({ env: { ...state.env, ...env } });
    for (const message of [modern(1, "tools/list"), initialize(2), modernCall(3, "echo")]) {
      assertEquals((await server.request(message)).error?.code, -31401);
    }
  }
});

Deno.test("other addresses than loopback are served where keys are required", async () => {
  await using state = await State.make();
  const key = await state.create("a");
  await using server = await startServer({
    args: ["--addr=0.0.0.0:0", "--require-key"],
    env: state.env,
  });
  server.url = server.url.replace("0.0.0.0", "127.0.0.1");
  const none = await rest(server, "echo", { msg: "x" });
  assertEquals([none.status, none.headers.get("www-authenticate")], [401, 'Bearer realm="gomcp"']);
  assertEquals((await rest(server, "echo", { msg: "x" }, key)).status, 200);
  assertEquals((await server.request("/healthz")).status, 200);
});
