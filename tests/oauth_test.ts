/** Tokens of OAuth end to end: the real command, a real issuer, MCP in both eras and REST. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCli } from "./support/cli_process.ts";
import { AUDIENCE, TestIssuer } from "./support/issuer.ts";
import {
  initialize,
  INITIALIZED,
  legacy,
  legacyCall,
  MCP_HEADERS,
  modern,
  modernCall,
  modernHeaders,
  type RequestMessage,
} from "./support/mcp.ts";
import { bearer, OauthServer } from "./support/oauth_server.ts";
import type { Reply } from "./support/server.ts";
import { until } from "./support/wait.ts";

const SUM = { a: 1, b: 2 };
const PERSON = { name: "Ada" };
const METADATA = "/.well-known/oauth-protected-resource";

const mcp = (world: OauthServer, message: RequestMessage, token?: string) =>
  world.post("/mcp", message, { ...modernHeaders(message), ...bearer(token) });
const rest = (world: OauthServer, tool: string, args: unknown, token?: string) =>
  world.post("/v1/tools/call", { tool, arguments: args }, bearer(token));

/** A session of a handshake revision. */
async function openSession(world: OauthServer, token: string) {
  const opened = await world.post("/mcp", initialize(1), { ...MCP_HEADERS, ...bearer(token) });
  assertEquals(opened.status, 200, opened.text);
  const id = { "mcp-session-id": opened.headers.get("mcp-session-id")! };
  const send = (message: unknown, by?: string) =>
    world.post("/mcp", message, { ...MCP_HEADERS, ...id, ...bearer(by) });
  await send(INITIALIZED, token);
  return send;
}

function challengeOf({ headers }: Reply): string {
  return headers.get("www-authenticate") ?? "";
}

Deno.test("a server with an issuer says to anybody where to get a token, and serves nobody without", async () => {
  await using world = await OauthServer.start();
  const { server, issuer } = world;
  const scopes = ["calc", "people", "all"];
  for (const [path, resource] of [["", server.url], ["/mcp", `${server.url}/mcp`]] as const) {
    const reply = await server.request(METADATA + path);
    assertEquals([reply.status, reply.json], [200, {
      resource,
      authorization_servers: [issuer.url],
      scopes_supported: scopes,
      bearer_methods_supported: ["header"],
    }]);
    const head = await server.request(METADATA + path, { method: "HEAD" });
    assertEquals([head.status, head.text], [200, ""]);
    assertEquals((await server.request(METADATA + path, { method: "POST" })).status, 405);
  }
  assertEquals((await server.request(`${METADATA}/other`)).status, 401);
  const wanted = (path: string) =>
    `Bearer realm="gomcp", scope="calc people all", resource_metadata="${server.url}${METADATA}${path}"`;
  const message = modernCall(1, "add", SUM);
  const inMcp = [
    await mcp(world, message),
    await world.post("/mcp", initialize(1), MCP_HEADERS),
    await server.request("/mcp", { method: "DELETE" }),
  ];
  for (const reply of inMcp) {
    assertEquals([reply.status, reply.json.error.code], [401, -31401]);
    assertEquals(challengeOf(reply), wanted("/mcp"));
  }
  for (const path of ["/v1/tools", "/v1/tools/add", "/openapi.json"]) {
    const reply = await server.request(path);
    assertEquals([reply.status, reply.json.code], [401, "unauthenticated"]);
    assertEquals(challengeOf(reply), wanted(""));
  }
  assertEquals((await server.request("/healthz")).status, 200);
  await until(async () => (await server.request("/readyz")).status === 200, "the keys are there");
});

Deno.test("a token is good for what its scopes and its tenant allow, beside API keys", async (t) => {
  await using world = await OauthServer.start();
  const { server, key } = world;
  const calc = await world.token();
  await t.step("REST", async () => {
    assertEquals((await rest(world, "add", SUM, calc)).json.content[0].text, "3");
    const { json } = await server.request("/v1/tools", { headers: bearer(calc) });
    assertEquals(json.tools.map(({ name }: { name: string }) => name), ["add", "echo"]);
    const batch = await world.post("/v1/tools/batch", {
      requests: ["add", "person", "nobody"].map((tool) => ({ tool, arguments: SUM })),
    }, bearer(calc));
    const statuses = batch.json.results.map(({ status }: { status: number }) => status);
    assertEquals([batch.status, statuses], [200, [200, 403, 404]]);
  });
  await t.step("MCP in both eras", async () => {
    const { json } = await mcp(world, modern(1, "tools/list"), calc);
    assertEquals(json.result.tools.map(({ name }: { name: string }) => name), ["add", "echo"]);
    assertEquals(
      (await mcp(world, modernCall(1, "add", SUM), calc)).json.result.isError,
      undefined,
    );
    const send = await openSession(world, calc);
    assertEquals((await send(legacyCall(2, "add", SUM), calc)).json.result.content[0].text, "3");
    const listed = (await send(legacy(3, "tools/list"), calc)).json.result.tools;
    assertEquals(listed.length, 2);
  });
  await t.step("an API key", async () => {
    assertEquals((await rest(world, "person", PERSON, key)).status, 200);
    assertEquals((await rest(world, "picture", {}, key)).status, 404);
    const byHeader = await server.request("/v1/tools", { headers: { "x-api-key": key } });
    assertEquals(byHeader.status, 200);
  });
  await t.step("more scopes", async () => {
    const all = await world.token({ claims: { scope: "openid calc people" } });
    assertEquals((await rest(world, "person", PERSON, all)).status, 200);
    const denied = await rest(world, "picture", {}, all);
    assertEquals(
      [denied.status, denied.json.code],
      [404, "unknown_tool"],
      "the tenant's rule wins",
    );
    const other = await world.token({ claims: { org: "other", scope: "people" } });
    assertEquals((await rest(world, "picture", {}, other)).status, 200);
  });
});

Deno.test("a good token that lacks a scope is told which one, with status 403", async (t) => {
  await using world = await OauthServer.start();
  const { server } = world;
  const calc = await world.token({ claims: { scope: "calc other" } });
  const wanted = (path: string) =>
    'Bearer realm="gomcp", error="insufficient_scope", error_description="The token\'s scopes are ' +
    `not enough: this takes calc people", scope="calc people", ` +
    `resource_metadata="${server.url}${METADATA}${path}"`;
  await t.step("REST", async () => {
    const reply = await rest(world, "person", PERSON, calc);
    assertEquals([reply.status, reply.json.code], [403, "forbidden"]);
    assertEquals(reply.json.requiredScopes, ["calc", "people"]);
    assertEquals(challengeOf(reply), wanted(""));
  });
  const send = await openSession(world, calc);
  const rows: [string, () => Promise<Reply>][] = [
    ["tools/call", () => mcp(world, modernCall(1, "person", PERSON), calc)],
    ["resources/read", () => mcp(world, modern(1, "resources/read", { uri: "many://001" }), calc)],
    ["legacy tools/call", () => send(legacyCall(2, "person", PERSON), calc)],
    ["legacy resources/read", () => send(legacy(3, "resources/read", { uri: "many://001" }), calc)],
  ];
  for (const [what, ask] of rows) {
    await t.step(what, async () => {
      const reply = await ask();
      assertEquals([reply.status, reply.json.error?.code], [403, -31403], reply.text);
      assertEquals(reply.json.error.data.requiredScopes, ["calc", "people"]);
      assertEquals(challengeOf(reply), wanted("/mcp"));
    });
  }
  await t.step("a batch of 2025-03-26: the one member has the refusal", async () => {
    const first = await world.post("/mcp", initialize(1, "2025-03-26"), {
      ...MCP_HEADERS,
      ...bearer(calc),
    });
    const batch = [legacyCall(1, "add", SUM), legacyCall(2, "person", PERSON)];
    const reply = await world.post("/mcp", batch, {
      ...MCP_HEADERS,
      ...bearer(calc),
      "mcp-session-id": first.headers.get("mcp-session-id")!,
    });
    assertEquals([reply.status, challengeOf(reply)], [200, ""], reply.text);
    const codes = reply.json.map(({ error }: { error?: { code: number } }) => error?.code);
    assertEquals(codes, [undefined, -31403]);
  });
  await t.step("what is not there, or not the tenant's, is unknown as ever", async () => {
    for (const tool of ["nobody", "picture"]) {
      const unknown = await rest(world, tool, {}, calc);
      assertEquals([unknown.status, challengeOf(unknown)], [404, ""]);
      const inMcp = await mcp(world, modernCall(1, tool), calc);
      assertEquals([inMcp.status, inMcp.json.error.code], [200, -32602]);
    }
  });
  await t.step("a token without any scope that counts", async () => {
    const none = await world.token({ claims: { scope: "openid profile" } });
    for (const message of [modern(1, "tools/list"), modernCall(1, "add", SUM), initialize(1)]) {
      const reply = await mcp(world, message, none);
      assertEquals([reply.status, reply.json.error.code], [403, -31403]);
      assertMatch(challengeOf(reply), /error="insufficient_scope".*scope="calc people all"/);
    }
    assertEquals((await server.request("/v1/tools", { headers: bearer(none) })).status, 403);
  });
});

Deno.test("sessions belong to the user, not to the token that opened them", async () => {
  await using world = await OauthServer.start();
  const alice = await world.token({ claims: { jti: "1" } });
  const send = await openSession(world, alice);
  const call = (by?: string) => send(legacyCall(2, "add", SUM), by);
  assertEquals((await call(alice)).status, 200);
  assertEquals((await call(await world.token({ claims: { jti: "2" } }))).status, 200);
  const bob = await world.token({ claims: { sub: "bob" } });
  const otherAlice = await world.token({ claims: { org: "other" } });
  for (const by of [bob, otherAlice, world.key]) assertEquals((await call(by)).status, 404);
  assertEquals((await call()).status, 401);
});

Deno.test("wrong credentials are refused with a reason in the log, and never taken for none", async (t) => {
  const on = "--rate-limit=logins=1000/s,on=login";
  await using world = await OauthServer.start({ args: ["--allow-anonymous", on] });
  const { server, issuer } = world;
  await using stranger = await TestIssuer.start();
  const good = await world.token();
  assertEquals((await rest(world, "add", SUM)).status, 200, "anonymous is allowed here");
  const now = Math.floor(Date.now() / 1_000);
  const rows: [string, string, RegExp][] = [
    ["expired", await world.token({ claims: { exp: now - 60 } }), /has expired/],
    ["audience", await world.token({ claims: { aud: "https://x" } }), /audience is "https:\/\/x"/],
    ["issuer", await stranger.token({ claims: { iss: stranger.url } }), /signature is wrong/],
    ["no tenant", await world.token({ claims: { org: null } }), /does not name one tenant/],
    ["no such tenant", await world.token({ claims: { org: "nobody" } }), /tenant does not exist/],
    ["not created", await world.token({ claims: { org: "default" } }), /tenant does not exist/],
    ["tampered", good.slice(0, -6) + "AAAAAA", /signature is wrong/],
    ["cut off", good.slice(0, -20), /signature is wrong|malformed/],
    ["oversized", "a.b." + "x".repeat(16_384), /too long/],
    ["neither key nor token", "nonsense", /neither an API key nor a JWT/],
  ];
  for (const [what, token, why] of rows) {
    await t.step(what, async () => {
      const reply = await rest(world, "add", SUM, token);
      assertEquals([reply.status, reply.json.code], [401, "unauthenticated"], reply.text);
      assertMatch(reply.json.detail, why);
      assertMatch(challengeOf(reply), /error="invalid_token", error_description="/);
      const message = modernCall(1, "add", SUM);
      assertEquals((await mcp(world, message, token)).status, 401);
      await until(() => world.refusals().some((line) => why.test(line)), `the log says ${why}`);
      assertEquals(server.stderr.includes(token.slice(-30)), false, "never the token itself");
    });
  }
  await t.step("other forms", async () => {
    const forms: Record<string, string>[] = [
      { authorization: `Bearer ${good}, Bearer ${good}` },
      { authorization: `Bearer ${good} ${good}` },
      { authorization: `Bearer\t${good}` },
      { authorization: `Basic ${good}` },
      { authorization: good },
      { authorization: "Bearer" },
      { ...bearer(good), "x-api-key": world.key },
    ];
    for (const headers of forms) {
      const reply = await world.post("/v1/tools/call", { tool: "add", arguments: SUM }, headers);
      assertEquals(reply.status, 401, JSON.stringify(headers));
    }
    const padded = { authorization: `  Bearer   ${good}  ` };
    const reply = await world.post("/v1/tools/call", { tool: "add", arguments: SUM }, padded);
    assertEquals(reply.status, 200);
  });
  await t.step("in the address", async () => {
    for (const query of [`access_token=${good}`, `a=b&access%5Ftoken=${good}`]) {
      for (const headers of [{}, bearer(good)]) {
        const reply = await server.request(`/v1/tools?${query}`, { headers });
        assertEquals([reply.status, reply.json.code], [400, "invalid_request"]);
        assertMatch(reply.json.detail, /its address has access_token in it/);
        assertMatch(challengeOf(reply), /error="invalid_request"/);
      }
    }
    const inMcp = await server.request(`/mcp?access_token=${good}`, { method: "POST", body: "{}" });
    assertEquals([inMcp.status, inMcp.json.error.code], [400, -32600]);
    await until(() => world.refusals().some((why) => why.includes("access_token")), "the log says");
    assertEquals(server.stderr.includes(good), false);
  });
  assertEquals(issuer.asked, 1);
});

Deno.test("attempts that fail are limited by address, and tokens that expire are none", async () => {
  await using world = await OauthServer.start();
  const now = Math.floor(Date.now() / 1_000);
  // Good for a few seconds yet, within what clocks may be apart.
  const short = await world.token({ claims: { exp: now - 26 } });
  const good = await world.token();
  assertEquals((await rest(world, "add", SUM, short)).status, 200);
  await until(
    async () => (await rest(world, "add", SUM, short)).status === 401,
    "the token has expired",
  );
  for (let i = 0; i < 30; i++) assertEquals((await rest(world, "add", SUM, short)).status, 401);
  const told = world.refusals().filter((why) => why.includes("expired"));
  assertEquals(told.length, 1, "told once");
  assertEquals((await rest(world, "add", SUM, good)).status, 200, "unknown yet, and let in");
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await rest(world, "add", SUM, `a.b.${i}`)).status);
  assertEquals(statuses, [...new Array(10).fill(401), 429, 429]);
  const unseen = await world.token({ claims: { jti: "new" } });
  assertEquals((await rest(world, "add", SUM, unseen)).status, 429);
  assertEquals((await rest(world, "add", SUM, good)).status, 200, "who is known goes on");
});

Deno.test("a tenant that is suspended has no tokens, at once", async () => {
  await using world = await OauthServer.start();
  const token = await world.token();
  assertEquals((await rest(world, "add", SUM, token)).status, 200);
  await world.tenant("suspend", "acme");
  await until(
    async () => (await rest(world, "add", SUM, token)).status === 403,
    "the server has learnt of it",
  );
  const fresh = await rest(world, "add", SUM, await world.token({ claims: { jti: "2" } }));
  assertEquals([fresh.status, challengeOf(fresh)], [403, ""], "no token would help");
  await world.tenant("resume", "acme");
  await until(
    async () => (await rest(world, "add", SUM, token)).status === 200,
    "the server has learnt of it",
  );
});

Deno.test("an issuer that is away at the start keeps nobody with an API key out", async () => {
  const gone = await TestIssuer.start();
  await gone[Symbol.asyncDispose]();
  await using world = await OauthServer.start({ issuer: gone });
  const { server, key } = world;
  await until(
    () => server.stderr.includes("keys of the issuer cannot be had"),
    "the log says what is wrong",
  );
  assertEquals((await server.request("/readyz")).status, 503);
  assertEquals((await server.request("/healthz")).status, 200);
  assertEquals((await rest(world, "add", SUM, key)).status, 200);
  const token = await world.token();
  const refused = await rest(world, "add", SUM, token);
  assertEquals([refused.status, refused.json.code], [503, "overloaded"]);
  assert(Number(refused.headers.get("retry-after")) >= 1);
  await using back = await TestIssuer.start({ port: gone.port });
  await until(async () => (await server.request("/readyz")).status === 200, "the issuer is back");
  const claims = { org: "acme", scope: "calc" };
  assertEquals((await rest(world, "add", SUM, await back.token({ claims }))).status, 200);
  assertEquals((await rest(world, "add", SUM, token)).status, 401, "by a key that is no more");
});

Deno.test("the addresses that clients are told are those of --resource-url", async () => {
  const url = "https://tools.example.com/a/mcp";
  await using world = await OauthServer.start({ args: [`--resource-url=${url}`] });
  const { server } = world;
  const at = async (path: string) => (await server.request(METADATA + path)).json?.resource;
  assertEquals(await at("/a/mcp"), "https://tools.example.com/a/mcp");
  assertEquals(await at("/a"), "https://tools.example.com/a");
  assertEquals(await at("/mcp"), "https://tools.example.com/a/mcp");
  const reply = await mcp(world, modernCall(1, "add", SUM));
  const metadata = `https://tools.example.com${METADATA}/a/mcp`;
  assert(challengeOf(reply).includes(`resource_metadata="${metadata}"`), challengeOf(reply));
  assertEquals((await rest(world, "add", SUM, await world.token())).status, 200);
});

Deno.test("a page of another origin that is allowed may read where to get a token", async () => {
  const origin = "https://app.example.com";
  await using world = await OauthServer.start({ args: [`--allow-origin=${origin}`] });
  const reply = await world.server.request(METADATA, { headers: { origin } });
  assertEquals(reply.headers.get("access-control-allow-origin"), origin);
  const refused = await world.server.request("/v1/tools", { headers: { origin } });
  const exposed = refused.headers.get("access-control-expose-headers");
  assert(exposed?.includes("www-authenticate"), `${exposed}`);
  const foreign = { headers: { origin: "https://evil.example" } };
  assertEquals((await world.server.request(METADATA, foreign)).status, 403);
});

Deno.test("gomcp serve does not start with flags of tokens that are wrong", async () => {
  const issuer = "--oauth-issuer=https://id.example";
  const rows: [string[], string][] = [
    [["--oauth-issuer=http://id.example"], "Cannot read --oauth-issuer"],
    [[issuer], "nothing says what tokens are good for"],
    [[issuer, "--oauth-scope=a=b"], "nothing says what tokens must be meant for"],
    [[issuer, "--oauth-scope=ä=b", `--oauth-audience=${AUDIENCE}`], 'Cannot use scope "ä"'],
    [["--oauth-scope=a=b"], "expected --oauth-issuer beside it"],
  ];
  for (const [args, text] of rows) {
    const { code, stderr } = await runCli(["serve", "--addr=127.0.0.1:0", ...args]);
    assertEquals(code, 1, stderr);
    assert(stderr.includes(text), stderr);
  }
});
