/** Keys of an issuer that rotates them, hangs, dies, comes back, and says nonsense. */
import { assert, assertEquals } from "@std/assert";
import { AUDIENCE, type Habit, TestIssuer } from "../../../tests/support/issuer.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { createLogger } from "../../base/log.ts";
import type { TokenClaims } from "../../tenants/token.ts";
import { discoverJwksUrl, metadataUrls } from "./discover.ts";
import { createJwtVerifier, type JwtVerifier } from "./jwt_verifier.ts";

/** Time that stands still at the present, so that tokens of now are good. */
class PresentClock extends FakeClock {
  readonly #startMs = Date.now() - super.wall();

  override wall(): number {
    return super.wall() + this.#startMs;
  }
}

interface World {
  readonly issuer: TestIssuer;
  readonly clock: PresentClock;
  readonly verifier: JwtVerifier;
  /** Lines of the log. */
  readonly log: string[];
}

async function withIssuer(
  habit: Habit,
  action: (world: World) => Promise<void>,
  jwksUrl?: (issuer: TestIssuer) => string,
): Promise<void> {
  await using issuer = await TestIssuer.start();
  issuer.habit = habit;
  const clock = new PresentClock();
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = createLogger({ level: "debug", format: "text", clock, write });
  const verifier = createJwtVerifier({
    issuer: issuer.url,
    audiences: [AUDIENCE],
    scopes: "any",
    jwksUrl: jwksUrl?.(issuer),
    clock,
    log,
  });
  try {
    // The look that it began with.
    if (habit !== "hang") await verifier.refresh();
    await action({ issuer, clock, verifier, log: lines });
  } finally {
    await verifier.close();
  }
}

async function codeOf(verifier: JwtVerifier, token: string): Promise<string> {
  const answer = await verifier.verify(token);
  return "code" in answer ? answer.code : "good";
}

Deno.test("keys that are new are found by the first token that names them, once in half a minute", () =>
  withIssuer("good", async ({ issuer, clock, verifier }) => {
    assertEquals(issuer.asked, 1);
    await issuer.addKey("second");
    const [fresh, old] = [await issuer.token(), await issuer.token({ kid: "first" })];
    assertEquals(await codeOf(verifier, fresh), "unauthenticated", "it has just looked");
    clock.advance(LIMITS.issuerCoolDownMs);
    const burst = Array.from({ length: 20 }, () => codeOf(verifier, fresh));
    assertEquals(new Set(await Promise.all(burst)), new Set(["good"]));
    assertEquals(issuer.asked, 2, "however many ask at once");
    assertEquals(await codeOf(verifier, old), "good");
    const unknown = await issuer.token({ header: { kid: "other" } });
    for (let i = 0; i < 20; i++) assertEquals(await codeOf(verifier, unknown), "unauthenticated");
    assertEquals(issuer.asked, 2, "strangers cannot make it ask");
    clock.advance(LIMITS.issuerCoolDownMs);
    for (let i = 0; i < 20; i++) assertEquals(await codeOf(verifier, unknown), "unauthenticated");
    assertEquals(issuer.asked, 3);
  }));

Deno.test("keys that are withdrawn are good no more, nor are the tokens by them that were checked", () =>
  withIssuer("good", async ({ issuer, clock, verifier, log }) => {
    const token = await issuer.token();
    const claims = await verifier.verify(token) as TokenClaims;
    await issuer.addKey("second");
    await verifier.refresh();
    assertEquals(claims.isCurrent?.(), true, "a key beside it does it no harm");
    issuer.removeKey("first");
    clock.advance(LIMITS.issuerRefreshMs);
    await verifier.refresh();
    assertEquals(claims.isCurrent?.(), false);
    assertEquals(await codeOf(verifier, token), "unauthenticated");
    assertEquals(await codeOf(verifier, await issuer.token()), "good");
    assert(log.some((line) => line.includes("withdrawn=1")), log.join(""));
  }));

Deno.test("keys of an issuer that is away are good for six hours, and its tokens no longer", () =>
  withIssuer("good", async ({ issuer, clock, verifier, log }) => {
    const lasting = { claims: { exp: Math.floor(Date.now() / 1_000) + 100_000 } };
    const token = await issuer.token(lasting);
    const claims = await verifier.verify(token) as TokenClaims;
    issuer.habit = "error";
    clock.advance(LIMITS.issuerAwayMsMax);
    await verifier.refresh();
    assertEquals([verifier.isReady(), claims.isCurrent?.()], [true, true]);
    assertEquals(await codeOf(verifier, token), "good");
    clock.advance(1);
    await verifier.refresh();
    assertEquals([verifier.isReady(), claims.isCurrent?.()], [false, false]);
    assertEquals(await codeOf(verifier, token), "overloaded");
    assert(log.some((line) => line.includes("answers 503, expected 200")), log.join(""));
    issuer.habit = "good";
    clock.advance(LIMITS.issuerRetryMsMax);
    await verifier.refresh();
    assertEquals(verifier.isReady(), true);
    assertEquals(await codeOf(verifier, token), "good");
  }));

const BAD: readonly (readonly [Habit, string])[] = [
  ["error", "answers 503, expected 200"],
  ["redirect", "answers 302, expected 200"],
  ["oversized", `answers more than ${LIMITS.issuerAnswerBytesMax} bytes`],
  ["nonsense", "answers what is no JSON"],
  ["foreign", 'names as its issuer \\"http://127.0.0.1:1\\", expected \\"http://127.0.0.1:'],
];

for (const [habit, fault] of BAD) {
  Deno.test(`an issuer whose answer is "${habit}" has no keys until it mends that`, () =>
    withIssuer(habit, async ({ issuer, clock, verifier, log }) => {
      const token = await issuer.token();
      assertEquals(verifier.isReady(), false);
      assertEquals(await codeOf(verifier, token), "overloaded");
      assert(log.some((line) => line.includes(fault)), log.join(""));
      issuer.habit = "good";
      clock.advance(LIMITS.issuerRetryMs);
      await verifier.refresh();
      assertEquals(await codeOf(verifier, token), "good");
    }));
}

Deno.test("an issuer whose keys are no such thing has none", async () => {
  for (const keys of [{}, [], { keys: {} }, { keys: new Array(101).fill({}) }, null]) {
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
      return Response.json(keys);
    });
    await withIssuer("good", ({ verifier, log }) => {
      assertEquals(verifier.isReady(), false);
      assert(log.some((line) => line.includes("keys of the issuer cannot be had")), log.join(""));
      return Promise.resolve();
    }, () => `http://127.0.0.1:${server.addr.port}/keys`);
  }
});

Deno.test("a set without keys withdraws them all", () =>
  withIssuer("good", async ({ issuer, verifier }) => {
    const claims = await verifier.verify(await issuer.token()) as TokenClaims;
    issuer.removeKey("first");
    await verifier.refresh();
    assertEquals([claims.isCurrent?.(), verifier.isReady()], [false, false]);
  }));

Deno.test("an issuer that hangs is given up, and the end does not wait for it", () =>
  withIssuer("hang", async ({ issuer, verifier, log }) => {
    const token = await issuer.token();
    assertEquals(await codeOf(verifier, token), "overloaded", "waits for the first look only");
    assert(log.some((line) => line.includes("did not answer within")), log.join(""));
    const looking = verifier.refresh();
    await verifier.close();
    await looking;
  }));

Deno.test("the address of keys that is given needs no metadata", () =>
  withIssuer("foreign", async ({ issuer, verifier }) => {
    assertEquals(await codeOf(verifier, await issuer.token()), "good");
  }, (issuer) => `${issuer.url}/keys`));

Deno.test("metadata is looked for where RFC 8414 and OpenID Connect have it", () => {
  assertEquals(metadataUrls("https://id.example/"), [
    "https://id.example/.well-known/oauth-authorization-server",
    "https://id.example/.well-known/openid-configuration",
  ]);
  assertEquals(metadataUrls("https://id.example/realms/a"), [
    "https://id.example/.well-known/oauth-authorization-server/realms/a",
    "https://id.example/.well-known/openid-configuration/realms/a",
    "https://id.example/realms/a/.well-known/openid-configuration",
  ]);
});

Deno.test("metadata is found behind addresses that answer something else than 404", async () => {
  for (const status of [400, 401, 403, 404, 405]) {
    let issuer = "";
    const asked: string[] = [];
    const handler = ({ url }: Request) => {
      asked.push(new URL(url).pathname);
      if (asked.length < 3) return new Response("no", { status });
      return Response.json({ issuer, jwks_uri: `${issuer}/keys?v=1` });
    };
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
    issuer = `http://127.0.0.1:${server.addr.port}/a`;
    const found = await discoverJwksUrl(issuer, AbortSignal.timeout(30_000));
    assertEquals(found, `${issuer}/keys?v=1`);
    assertEquals(asked, metadataUrls(issuer).map((url) => new URL(url).pathname));
  }
});

Deno.test("metadata with an address of keys that is not to be trusted is refused", async () => {
  for (const jwks of ["http://id.example/keys", "ftp://127.0.0.1/keys", 7, undefined, "/keys"]) {
    let issuer = "";
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
      return Response.json({ issuer, jwks_uri: jwks });
    });
    issuer = `http://127.0.0.1:${server.addr.port}`;
    const error = await discoverJwksUrl(issuer, AbortSignal.timeout(30_000)).catch(String);
    assert(error.includes("has a jwks_uri that is not trusted"), error);
  }
});
