/** Tokens that are taken, and all the ways in which they are not; signed by a real issuer's real keys. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { exportSPKI, SignJWT, UnsecuredJWT } from "jose";
import { AUDIENCE, TestIssuer, type TokenParts } from "../../../tests/support/issuer.ts";
import { GomcpError, type Problem } from "../../base/errors.ts";
import { LIMITS } from "../../base/limits.ts";
import type { TokenClaims } from "../../tenants/token.ts";
import type { JwtVerifierOptions } from "./jwt_options.ts";
import { createJwtVerifier, type JwtVerifier } from "./jwt_verifier.ts";

const SCOPES = [
  { scope: "files:read", globs: ["read_*"] },
  { scope: "files:write", globs: ["write_*"] },
];

interface World {
  readonly issuer: TestIssuer;
  readonly verifier: JwtVerifier;
}

async function withVerifier(
  action: (world: World) => Promise<void>,
  options: Partial<JwtVerifierOptions> = {},
  alg = "ES256",
): Promise<void> {
  await using issuer = await TestIssuer.start({ alg });
  const whole = { issuer: issuer.url, audiences: [AUDIENCE], scopes: SCOPES, ...options };
  const verifier = createJwtVerifier(whole);
  try {
    await verifier.refresh();
    await action({ issuer, verifier });
  } finally {
    await verifier.close();
    await verifier.close();
  }
}

async function claimsBy(verifier: JwtVerifier, token: string): Promise<TokenClaims> {
  const claims = await verifier.verify(token);
  assert(!("code" in claims), JSON.stringify(claims));
  return claims;
}

/** Why the token is refused; never with the token in it. */
async function faultOf(verifier: JwtVerifier, token: string): Promise<string> {
  const answer = await verifier.verify(token) as Problem;
  assertEquals(answer.code, "unauthenticated", JSON.stringify(answer));
  for (const part of token.split(".")) {
    assert(part.length < 20 || !answer.detail.includes(part), answer.detail);
  }
  return answer.detail.replace("The token is not valid: ", "");
}

const seconds = () => Math.floor(Date.now() / 1_000);
const encode = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

for (const alg of ["RS256", "PS384", "ES256", "ES512", "EdDSA", "Ed25519"]) {
  Deno.test(`createJwtVerifier() takes tokens that are signed by ${alg}`, () =>
    withVerifier(
      async ({ issuer, verifier }) => {
        const exp = seconds() + 60;
        const token = await issuer.token({ claims: { exp, scope: "openid files:read" } });
        const claims = await claimsBy(verifier, token);
        assertEquals(
          [claims.tenant, claims.subject, claims.scopes, claims.expiresMs],
          ["default", "oauth:alice", ["read_*"], exp * 1_000 + LIMITS.tokenSkewMs],
        );
        assertEquals(claims.isCurrent?.(), true);
        assertEquals(claims.scopesFor?.("write_file"), ["files:read", "files:write"]);
      },
      {},
      alg,
    ));
}

const NOW = seconds();
const SKEW = LIMITS.tokenSkewMs / 1_000;

const TAKEN: Readonly<Record<string, TokenParts>> = {
  "without typ": { header: { typ: undefined } },
  "of typ JWT": { header: { typ: "JWT" } },
  "of typ application/at+jwt": { header: { typ: "application/at+jwt" } },
  "of typ at+jwt with a nonce": { header: { typ: "at+jwt" }, claims: { nonce: "x" } },
  "without kid where there is one key": { header: { kid: undefined } },
  "for several audiences": { claims: { aud: ["https://other", AUDIENCE] } },
  "that expired within the skew": { claims: { exp: NOW - SKEW + 20 } },
  "that will be valid within the skew": { claims: { nbf: NOW + SKEW - 1 } },
  "with jku, x5u and jwk, which nobody looks at": {
    header: { jku: "http://127.0.0.1:1/keys", x5u: "http://127.0.0.1:1/x", jwk: { kty: "oct" } },
  },
};

for (const [what, parts] of Object.entries(TAKEN)) {
  Deno.test(`createJwtVerifier() takes a token ${what}`, () =>
    withVerifier(async ({ issuer, verifier }) => {
      assertEquals((await claimsBy(verifier, await issuer.token(parts))).subject, "oauth:alice");
    }));
}

const REFUSED: Readonly<Record<string, readonly [TokenParts, string]>> = {
  "for another audience": [
    { claims: { aud: "https://other.example" } },
    `its audience is "https://other.example", expected "${AUDIENCE}"`,
  ],
  "for a part of the audience": [{ claims: { aud: AUDIENCE + "/x" } }, "its audience is"],
  "without audience": [{ claims: { aud: null } }, 'it has no claim "aud"'],
  "of another issuer": [{ claims: { iss: "https://evil" } }, 'its issuer is "https://evil"'],
  "without issuer": [{ claims: { iss: null } }, 'it has no claim "iss"'],
  "that has expired": [{ claims: { exp: NOW - SKEW - 1 } }, "it has expired"],
  "without expiry": [{ claims: { exp: null } }, 'it has no claim "exp"'],
  "with an expiry that is a text": [{ claims: { exp: "2099" } }, 'its claim "exp" is wrong'],
  "that is not valid yet": [{ claims: { nbf: NOW + SKEW + 60 } }, "it is not valid yet"],
  "without subject": [{ claims: { sub: null } }, 'it has no claim "sub"'],
  "with an empty subject": [{ claims: { sub: "" } }, "it has no subject"],
  "with a subject that is no text": [{ claims: { sub: { a: 1 } } }, "it has no subject"],
  "with a subject that is too long": [
    { claims: { sub: "x".repeat(LIMITS.tokenSubjectCharsMax + 1) } },
    "its subject has 257 characters, expected at most 256",
  ],
  "that is a proof": [{ header: { typ: "dpop+jwt" } }, "its typ is none of at+jwt and JWT"],
  "that is an ID token": [
    { header: { typ: "JWT" }, claims: { at_hash: "x" } },
    "it is an ID token",
  ],
  "that has a nonce and is of typ JWT": [
    { header: { typ: "JWT" }, claims: { nonce: "x", scope: null } },
    "it is an ID token",
  ],
  "that has a nonce and no typ": [
    { header: { typ: undefined }, claims: { nonce: "x" } },
    "it is an ID token",
  ],
  "that is bound to a key": [{ claims: { cnf: { jkt: "x" } } }, "it is bound to a key"],
  "with a crit that nobody knows": [
    { header: { "crit": ["urn:example:must"], "urn:example:must": 1 } },
    "it is malformed or not supported",
  ],
  "by a key that there is not": [{ header: { kid: "other" } }, 'its issuer has no key "other"'],
  "with a kid that is a path": [
    { header: { kid: "../../../dev/null" } },
    'its issuer has no key "../../../dev/null" for ES256',
  ],
};

for (const [what, [parts, fault]] of Object.entries(REFUSED)) {
  Deno.test(`createJwtVerifier() refuses a token ${what}, and says so`, () =>
    withVerifier(async ({ issuer, verifier }) => {
      const said = await faultOf(verifier, await issuer.token(parts));
      assert(said.includes(fault), said);
      await claimsBy(verifier, await issuer.token());
    }));
}

Deno.test("createJwtVerifier() refuses tokens that were made or changed by others", async (t) => {
  await withVerifier(async ({ issuer, verifier }) => {
    await issuer.addKey("second", "RS256");
    await verifier.refresh();
    const good = await issuer.token({ kid: "second" });
    await claimsBy(verifier, good);
    const [head, body, signature] = good.split(".") as [string, string, string];
    const claims = JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/")));
    const pem = await exportSPKI(issuer.keyOf("second").publicKey);
    const hmac = (secret: string, alg = "HS256") =>
      new SignJWT(claims).setProtectedHeader({ alg, kid: "second", typ: "at+jwt" })
        .sign(new TextEncoder().encode(secret));
    await using thief = await TestIssuer.start();
    await thief.addKey("second", "RS256");
    const stolen = { ...claims, iss: issuer.url };
    const own = await thief.jwkOf("second");
    const WRONG = "its signature is wrong";
    const rows: [string, string, string][] = [
      ["alg none", new UnsecuredJWT(claims).encode(), "it is neither an API key nor a JWT"],
      ["alg none with a signature", `${encode({ alg: "none" })}.${body}.${signature}`, '"none"'],
      ["alg None", `${encode({ alg: "None", kid: "second" })}.${body}.${signature}`, '"None"'],
      ["no alg", `${encode({ kid: "second" })}.${body}.${signature}`, "its algorithm is missing"],
      ["HMAC by the public key as PEM", await hmac(pem), 'its algorithm is "HS256"'],
      ["HMAC by the public key as JWK", await hmac(JSON.stringify(own), "HS512"), '"HS512"'],
      ["another's key under this kid", await thief.token({ kid: "second", claims: stolen }), WRONG],
      [
        "another's key in its own header",
        await thief.token({ kid: "second", claims: stolen, header: { jwk: own } }),
        WRONG,
      ],
      [
        "another's keys at its own address",
        await thief.token({ claims: stolen, header: { jku: `${thief.url}/keys` } }),
        WRONG,
      ],
      [
        "the kid of another key",
        await issuer.token({ kid: "second", header: { kid: "first" } }),
        'its issuer has no key "first" for RS256',
      ],
      ["a signature cut off", good.slice(0, -8), WRONG],
      ["no signature", `${head}.${body}.`, "it is neither an API key nor a JWT"],
      ["a changed payload", `${head}.${encode({ ...claims, sub: "root" })}.${signature}`, WRONG],
      [
        "a changed header",
        `${encode({ alg: "RS512", kid: "second" })}.${body}.${signature}`,
        'its issuer has no key "second" for RS512',
      ],
      ["a header that is no JSON", `e30x.${body}.${signature}`, "its header cannot be read"],
      ["a payload that is no JSON", `${head}.e30x.${signature}`, WRONG],
      ["a kid that is no text", `${encode({ alg: "ES256", kid: 1 })}.a.b`, "its kid is no text"],
      ["four parts", `${good}.x`, "it is neither an API key nor a JWT"],
      ["five parts", "a.b.c.d.e", "it is neither an API key nor a JWT"],
      ["other characters", good + "=", "it is neither an API key nor a JWT"],
      ["too many characters", "a.b." + "x".repeat(LIMITS.credentialCharsMax), "it is too long"],
    ];
    for (const [what, token, fault] of rows) {
      await t.step(what, async () => {
        const said = await faultOf(verifier, token);
        assert(said.includes(fault), said);
      });
    }
    assertEquals(thief.asked, 0, "nobody follows the address in a token");
    await claimsBy(verifier, good);
  });
});

Deno.test("createJwtVerifier() takes no key that is a secret, private, weak or of another use", () =>
  withVerifier(async ({ issuer, verifier }) => {
    await issuer.addKey("rsa", "RS256");
    const rsa = await issuer.jwkOf("rsa");
    issuer.removeKey("rsa");
    const bad: readonly unknown[] = [
      { kty: "oct", kid: "rsa", k: "c2VjcmV0", alg: "HS256" },
      { ...rsa, use: "enc" },
      { ...rsa, key_ops: ["encrypt"] },
      { ...rsa, n: "AQAB" },
      { ...rsa, n: "x".repeat(2_000) },
      { ...rsa, e: 65_537 },
      { kty: "EC", crv: "secp256k1", kid: "rsa", x: "a", y: "b" },
      null,
      "rsa",
      [],
    ];
    issuer.extraKeys = bad;
    await verifier.refresh();
    await claimsBy(verifier, await issuer.token({ kid: "first" }));
    const [head] = (await issuer.token({ kid: "first" })).split(".");
    assert(head !== undefined);
    const token = `${encode({ alg: "RS256", kid: "rsa" })}.e30.c2ln`;
    assertEquals(await faultOf(verifier, token), 'its issuer has no key "rsa" for RS256');
  }));

Deno.test("createJwtVerifier() guesses no key where several would do", () =>
  withVerifier(async ({ issuer, verifier }) => {
    await issuer.addKey("second");
    await verifier.refresh();
    const unnamed = await issuer.token({ header: { kid: undefined } });
    const several = "its issuer has several keys";
    assertEquals(
      await faultOf(verifier, unnamed),
      `${several} for ES256, and it does not say which`,
    );
    await using other = await TestIssuer.start();
    issuer.extraKeys = [await other.jwkOf("first")];
    await verifier.refresh();
    const twice = await faultOf(verifier, await issuer.token({ kid: "first" }));
    assertEquals(twice, `${several} "first" for ES256, and it does not say which`);
    await claimsBy(verifier, await issuer.token({ kid: "second" }));
  }));

Deno.test("createJwtVerifier() takes only the algorithms that it is told to take", () =>
  withVerifier(async ({ issuer, verifier }) => {
    const said = await faultOf(verifier, await issuer.token());
    assertEquals(said, 'its algorithm is "ES256", expected one of RS256, EdDSA');
  }, { algorithms: ["RS256", "EdDSA"] }));

Deno.test("createJwtVerifier() finds the tenant in a claim, as it is or by a table", async () => {
  const rows: [Record<string, unknown>, string | undefined][] = [
    [{ org: "acme" }, "acme"],
    [{ org: ["acme"] }, "acme"],
    [{ org: ["acme", "other"] }, undefined],
    [{ org: [] }, undefined],
    [{ org: "" }, undefined],
    [{ org: 7 }, undefined],
    [{ org: { id: "acme" } }, undefined],
    [{}, undefined],
    [{ other: "acme" }, undefined],
  ];
  await withVerifier(async ({ issuer, verifier }) => {
    for (const [claims, tenant] of rows) {
      const answer = await verifier.verify(await issuer.token({ claims }));
      assertEquals("code" in answer ? undefined : answer.tenant, tenant, JSON.stringify(claims));
    }
  }, { tenants: { claim: "org" } });
  await withVerifier(async ({ issuer, verifier }) => {
    const by = async (org: string) => verifier.verify(await issuer.token({ claims: { org } }));
    assertEquals((await by("org_7XQ") as TokenClaims).tenant, "acme");
    assertMatch((await by("acme") as Problem).detail, /names a tenant that is not known here/);
    assertMatch((await by("__proto__") as Problem).detail, /names a tenant that is not known here/);
  }, { tenants: { claim: "org", tenants: new Map([["org_7XQ", "acme"]]) } });
  await withVerifier(async ({ issuer, verifier }) => {
    assertEquals((await claimsBy(verifier, await issuer.token())).tenant, "fixed");
  }, { tenants: { tenant: "fixed" } });
});

Deno.test("createJwtVerifier() reads scopes as issuers write them", async () => {
  const rows: [Record<string, unknown>, readonly string[]][] = [
    [{ scope: "files:read files:write" }, ["read_*", "write_*"]],
    [{ scope: ["files:read"] }, ["read_*"]],
    [{ scp: ["files:write"] }, ["write_*"]],
    [{ scp: "files:read" }, ["read_*"]],
    [{ scope: "", scp: "files:read" }, []],
    [{ scope: "files:reads Files:read files:*" }, []],
    [{ scope: { "files:read": true } }, []],
    [{}, []],
  ];
  await withVerifier(async ({ issuer, verifier }) => {
    for (const [claims, globs] of rows) {
      const { scopes } = await claimsBy(verifier, await issuer.token({ claims }));
      assertEquals(scopes, globs, JSON.stringify(claims));
    }
  });
  await withVerifier(async ({ issuer, verifier }) => {
    const { scopes, scopesFor } = await claimsBy(verifier, await issuer.token());
    assertEquals([scopes, scopesFor], [undefined, undefined]);
  }, { scopes: "any" });
});

Deno.test("createJwtVerifier() refuses what would make it unsafe", () => {
  const good = { issuer: "https://id.example", audiences: [AUDIENCE], scopes: SCOPES };
  const rows: [Partial<Record<keyof JwtVerifierOptions, unknown>>, string][] = [
    [{ issuer: "http://id.example" }, "neither https nor http on loopback"],
    [{ issuer: "https://user:secret@id.example" }, "a user or a password"],
    [{ issuer: "nonsense" }, "it is no URL"],
    [{ jwksUrl: "http://id.example/keys" }, "neither https nor http on loopback"],
    [{ audiences: [] }, "no audience is given"],
    [{ audiences: [""] }, "no audience is given"],
    [{ algorithms: ["HS256"] }, 'their algorithm is "HS256", expected some of RS256'],
    [{ algorithms: ["none"] }, 'their algorithm is "none"'],
    [{ algorithms: [] }, 'their algorithm is ""'],
    [{ scopes: [] }, "Cannot use scopes: there are 0"],
  ];
  for (const [change, message] of rows) {
    const options = { ...good, ...change } as JwtVerifierOptions;
    const error = assertThrows(() => createJwtVerifier(options), GomcpError);
    assertEquals(error.code, "invalid_request");
    assert(error.message.includes(message), error.message);
  }
});
