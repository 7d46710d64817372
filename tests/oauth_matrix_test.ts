/** Every method over HTTP in both eras and REST × what a token is good for, and tokens that are good for nothing. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { z } from "zod";
import { createGuard } from "../src/adapters/http/guard.ts";
import { ResourceMetadata } from "../src/adapters/http/protected_resource.ts";
import { createRouter, type HttpHandler } from "../src/adapters/http/router.ts";
import { FakeClock } from "../src/base/fake_clock.ts";
import {
  createJwtVerifier,
  createRuntime,
  createTenantManager,
  definePrompt,
  defineResource,
  defineTool,
  type Features,
  memoryState,
  type TenantManager,
} from "../mod.ts";
import { AUDIENCE, TestIssuer } from "./support/issuer.ts";
import { initialize, legacy, MCP_HEADERS, modern, modernHeaders } from "./support/mcp.ts";

/** Names of one length, so that answers differ in nothing else. */
const [OPEN, DENIED, OWN, FOREIGN, UNKNOWN] = ["open_x", "shut_x", "mine_x", "thei_x", "none_x"];

function featuresOf(names: readonly string[]): Features {
  return {
    tools: names.map((name) => defineTool({ name, description: "Tool.", handler: () => name })),
    resources: names.map((name) => defineResource({ uri: `x://${name}`, name, read: () => name })),
    prompts: names.map((name) =>
      definePrompt({
        name,
        arguments: z.object({ who: z.string().optional() }),
        complete: { who: () => [name] },
        handler: () => name,
      })
    ),
  };
}

/** Time that stands still at the present, so that tokens of now are good. */
class PresentClock extends FakeClock {
  readonly #startMs = Date.now() - super.wall();

  override wall(): number {
    return super.wall() + this.#startMs;
  }
}

interface Asked {
  readonly status: number;
  readonly text: string;
  readonly challenge: string | null;
}

/** One way of asking for something by its name. */
type Ask = (world: World, token: string, name: string) => Promise<Asked>;

class World {
  readonly clock: PresentClock;
  readonly #router: HttpHandler;

  private constructor(
    readonly issuer: TestIssuer,
    readonly tenants: TenantManager,
    { router, clock }: { readonly router: HttpHandler; readonly clock: PresentClock },
  ) {
    this.clock = clock;
    this.#router = router;
  }

  static async with(action: (world: World) => Promise<void>): Promise<void> {
    await using issuer = await TestIssuer.start();
    const clock = new PresentClock();
    const tokens = createJwtVerifier({
      issuer: issuer.url,
      audiences: [AUDIENCE],
      scopes: [{ scope: "all", globs: ["*"] }, { scope: "none", globs: ["nothing"] }],
      tenants: { claim: "org" },
      clock,
    });
    await tokens.refresh();
    const tenants = createTenantManager(memoryState(), { clock, tokens });
    for (const id of ["us", "them"]) {
      await tenants.createTenant(id, id, { denied: ["shut_*", "x://shut_*"] });
    }
    const runtime = createRuntime({
      ...featuresOf([OPEN!, DENIED!]),
      tenantFeatures: new Map([["us", featuresOf([OWN!])], ["them", featuresOf([FOREIGN!])]]),
      tenants,
      clock,
      rateLimits: [{
        name: "logins",
        count: 1_000,
        periodMs: 1_000,
        per: ["address"],
        operations: ["login"],
      }],
    });
    const router = createRouter(runtime, createGuard({ hostname: "127.0.0.1" }), {
      anonymous: false,
      metadata: new ResourceMetadata({ authorizationServers: [issuer.url], scopes: ["all"] }),
    });
    try {
      await action(new World(issuer, tenants, { router, clock }));
    } finally {
      await runtime.shutdown();
      await tenants.close();
      await tokens.close();
    }
  }

  token(claims: Record<string, unknown> = {}): Promise<string> {
    return this.issuer.token({ claims: { org: "us", scope: "all", ...claims } });
  }

  async send(
    path: string,
    token: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Asked & { readonly session: string | null }> {
    const request = new Request(`http://127.0.0.1${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { host: "127.0.0.1", authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const response = await this.#router(request, { address: "127.0.0.1" });
    return {
      status: response.status,
      challenge: response.headers.get("www-authenticate"),
      session: response.headers.get("mcp-session-id"),
      text: await response.text(),
    };
  }
}

type Params = (name: string) => Record<string, unknown>;

const NAMED: Readonly<Record<string, Params>> = {
  "tools/call": (name) => ({ name, arguments: {} }),
  "resources/read": (name) => ({ uri: `x://${name}` }),
  "prompts/get": (name) => ({ name }),
  "completion/complete": (name) => ({
    ref: { type: "ref/prompt", name },
    argument: { name: "who", value: "" },
  }),
};
const LISTS = ["tools/list", "resources/list", "prompts/list"];
const NO_PARAMS: Params = () => ({});

function askModern(method: string, params: Params): Ask {
  return (world, token, name) => {
    const message = modern(1, method, params(name));
    return world.send("/mcp", token, message, modernHeaders(message));
  };
}

/** Each time in a session of its own: it belongs to the token's user. */
function askLegacy(method: string, params: Params): Ask {
  return async (world, token, name) => {
    const opened = await world.send("/mcp", token, initialize(0), MCP_HEADERS);
    if (opened.session === null) return opened;
    const headers = { ...MCP_HEADERS, "mcp-session-id": opened.session };
    return await world.send("/mcp", token, legacy(1, method, params(name)), headers);
  };
}

const REST_NAMED: Readonly<Record<string, Ask>> = {
  "REST POST /v1/tools/call": (world, token, tool) =>
    world.send("/v1/tools/call", token, { tool, arguments: {} }),
  "REST POST /v1/tools/batch": (world, token, tool) =>
    world.send("/v1/tools/batch", token, { requests: [{ tool, arguments: {} }] }),
  "REST GET /v1/tools/{name}": (world, token, tool) => world.send(`/v1/tools/${tool}`, token),
};
const REST_LISTS: Readonly<Record<string, Ask>> = {
  "REST GET /v1/tools": (world, token) => world.send("/v1/tools", token),
  "REST GET /openapi.json": (world, token) => world.send("/openapi.json", token),
};

const ERAS = { modern: askModern, legacy: askLegacy };
const inBothEras = (methods: readonly (readonly [string, Params])[]) =>
  Object.entries(ERAS).flatMap(([era, ask]) =>
    methods.map(([method, params]) => [`${era} ${method}`, ask(method, params)] as const)
  );
const CALLS: readonly (readonly [string, Ask])[] = [
  ...inBothEras(Object.entries(NAMED)),
  ...Object.entries(REST_NAMED),
];
const ALL_LISTS: readonly (readonly [string, Ask])[] = [
  ...inBothEras(LISTS.map((method) => [method, NO_PARAMS] as const)),
  ...Object.entries(REST_LISTS),
];
const OTHERS: readonly (readonly [string, Ask])[] = [
  ["modern server/discover", askModern("server/discover", NO_PARAMS)],
  ["modern resources/templates/list", askModern("resources/templates/list", NO_PARAMS)],
  ["legacy initialize", askLegacy("ping", NO_PARAMS)],
  ["legacy logging/setLevel", askLegacy("logging/setLevel", () => ({ level: "info" }))],
  ["legacy resources/subscribe", askLegacy("resources/subscribe", NAMED["resources/read"]!)],
  ["legacy resources/templates/list", askLegacy("resources/templates/list", NO_PARAMS)],
];

for (const [what, ask] of CALLS) {
  Deno.test(`${what} by a token: its tenant's is there, another's and denied is as unknown`, () =>
    World.with(async (world) => {
      const token = await world.token();
      for (const name of [OPEN!, OWN!]) {
        const answer = await ask(world, token, name);
        assertEquals([answer.status, answer.challenge], [200, null], answer.text);
        assert(answer.text.includes(name), answer.text);
        assertEquals(/"error"|"problem"/.test(answer.text), false, answer.text);
      }
      const unknown = await ask(world, token, UNKNOWN!);
      assertMatch(unknown.text, /Unknown|unknown|not found/i);
      for (const name of [DENIED!, FOREIGN!]) {
        const answer = await ask(world, token, name);
        assertEquals(answer.status, unknown.status);
        assertEquals(answer.text, unknown.text.replaceAll(UNKNOWN!, name));
      }
    }));
}

for (const [what, ask] of CALLS.filter(([name]) => !name.includes("GET"))) {
  Deno.test(`${what} by a token that lacks the scope: 403 for what its tenant may see`, () =>
    World.with(async (world) => {
      const token = await world.token({ scope: "none" });
      const isBatch = what.includes("batch");
      for (const name of [OPEN!, OWN!]) {
        const answer = await ask(world, token, name);
        assertEquals(answer.status, isBatch ? 200 : 403, answer.text);
        assert(answer.text.includes('"requiredScopes":["all","none"]'), answer.text);
        if (!isBatch) assertMatch(answer.challenge!, /insufficient_scope.*scope="all none"/);
      }
      const unknown = await ask(world, token, UNKNOWN!);
      for (const name of [DENIED!, FOREIGN!]) {
        const answer = await ask(world, token, name);
        assertEquals([answer.status, answer.challenge], [unknown.status, null]);
        assertEquals(answer.text, unknown.text.replaceAll(UNKNOWN!, name));
      }
    }));
}

for (const [what, ask] of ALL_LISTS) {
  Deno.test(`${what} by a token shows what its calls find, and nothing else`, () =>
    World.with(async (world) => {
      const shown = async (claims: Record<string, unknown>) => {
        const { text } = await ask(world, await world.token(claims), "");
        return [OPEN!, DENIED!, OWN!, FOREIGN!].filter((name) => text.includes(name));
      };
      assertEquals(await shown({}), [OPEN, OWN]);
      assertEquals(await shown({ org: "them" }), [OPEN, FOREIGN]);
      assertEquals(await shown({ scope: "none" }), []);
    }));
}

for (const [what, ask] of [...CALLS, ...ALL_LISTS, ...OTHERS]) {
  Deno.test(`${what} is refused to tokens that are expired, wrong, or of a suspended tenant`, () =>
    World.with(async (world) => {
      const { clock, tenants, issuer } = world;
      const short = await world.token({ exp: Math.floor(clock.wall() / 1_000) + 5 });
      const theirs = await world.token({ org: "them" });
      for (const token of [short, theirs]) {
        assertEquals((await ask(world, token, OPEN!)).status, 200);
      }
      clock.advance(60_000);
      await tenants.updateTenant("them", { suspended: true });
      for (let i = 0; i < 50; i++) await Promise.resolve();
      const fresh = await world.token({ org: "them", jti: "another" });
      await using stranger = await TestIssuer.start();
      const claims = { org: "us", scope: "all", iss: issuer.url };
      const rows: [string, string, number][] = [
        ["expired", short, 401],
        ["never seen and expired", await world.token({ exp: 1_000 }), 401],
        ["of a stranger", await stranger.token({ claims }), 401],
        ["of no tenant", await world.token({ org: "nobody" }), 401],
        ["for another audience", await world.token({ aud: "other" }), 401],
        ["seen before its tenant was suspended", theirs, 403],
        ["of a suspended tenant", fresh, 403],
        ["without a scope", await world.token({ scope: "other" }), 403],
      ];
      for (const [why, token, status] of rows) {
        const answer = await ask(world, token, OPEN!);
        assertEquals(answer.status, status, `${why}: ${answer.text}`);
        const isHelped = status === 401 || why === "without a scope";
        assertEquals(answer.challenge !== null, isHelped, why);
        assertEquals(answer.text.includes('"result"'), false, why);
      }
    }));
}
