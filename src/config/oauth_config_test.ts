/** Flags of tokens: what they come to, and which are refused. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { originOf, readFlags } from "./flags.ts";
import { readServeConfig } from "./serve_config.ts";
import { SERVE_FLAGS } from "./serve_flags.ts";

type Env = Readonly<Record<string, string>>;

function oauth(args: readonly string[], env: Env = {}) {
  const of = (name: string) => env[name];
  const values = readFlags(SERVE_FLAGS, args, of);
  return readServeConfig(values, originOf(SERVE_FLAGS, args, of)).oauth;
}

const ISSUER = "--oauth-issuer=https://id.example/realms/a";
const SCOPE = "--oauth-scope=files:read=read_*,list_*";
const AUDIENCE = "--oauth-audience=api://tools";
const RESOURCE = "--resource-url=https://tools.example";

Deno.test("readServeConfig() takes no tokens unless an issuer is named", () => {
  assertEquals(oauth([]), undefined);
});

Deno.test("readServeConfig() reads whose tokens are taken and what they are good for", () => {
  assertEquals(oauth([ISSUER, SCOPE, RESOURCE]), {
    jwt: {
      issuer: "https://id.example/realms/a",
      audiences: ["https://tools.example", "https://tools.example/", "https://tools.example/mcp"],
      jwksUrl: undefined,
      algorithms: undefined,
      scopes: [{ scope: "files:read", globs: ["read_*", "list_*"] }],
      tenants: { tenant: "default" },
    },
    resource: {
      url: "https://tools.example",
      authorizationServers: ["https://id.example/realms/a"],
      scopes: ["files:read"],
    },
  });
  const more = oauth([
    "--oauth-issuer=http://127.0.0.1:9000",
    "--allow-any-scope",
    "--oauth-audience=api://a",
    "--oauth-audience=b",
    "--oauth-jwks=http://127.0.0.1:9000/keys?v=2",
    "--oauth-algorithms=RS256,ES256",
    "--oauth-algorithms=EdDSA",
    "--oauth-tenant-claim=https://example.com/org",
    "--oauth-tenant-map=org_7XQ=acme",
    "--oauth-tenant-map=a=b=other",
  ]);
  assertEquals(more?.jwt, {
    issuer: "http://127.0.0.1:9000",
    audiences: ["api://a", "b"],
    jwksUrl: "http://127.0.0.1:9000/keys?v=2",
    algorithms: ["RS256", "ES256", "EdDSA"],
    scopes: "any",
    tenants: {
      claim: "https://example.com/org",
      tenants: new Map([["org_7XQ", "acme"], ["a=b", "other"]]),
    },
  });
  assertEquals(more?.resource.scopes, []);
  assertEquals(oauth([ISSUER, SCOPE, AUDIENCE, "--oauth-tenant=acme"])?.jwt.tenants, {
    tenant: "acme",
  });
});

Deno.test("readServeConfig() reads tokens from the environment, but not what weakens safety", () => {
  const env = {
    GOMCP_OAUTH_ISSUER: "https://id.example",
    GOMCP_OAUTH_SCOPE: "a=x,y;b=z",
    GOMCP_RESOURCE_URL: "https://tools.example/mcp",
    GOMCP_ALLOW_ANY_SCOPE: "true",
  };
  const { scopes, audiences } = oauth([], env)!.jwt;
  assertEquals(scopes, [{ scope: "a", globs: ["x", "y"] }, { scope: "b", globs: ["z"] }]);
  assertEquals(audiences.at(-1), "https://tools.example/mcp");
});

const REFUSED: readonly (readonly [string[], string])[] = [
  [["--oauth-issuer=http://id.example"], "neither https nor http on loopback, expected https://"],
  [
    ["--oauth-issuer=id.example"],
    'Cannot read --oauth-issuer: it is "id.example", and it is no URL',
  ],
  [["--oauth-issuer=https://a:secret@id.example"], '"https://…@id.example", and it has a user'],
  [[ISSUER], "nothing says what tokens are good for, expected --oauth-scope"],
  [[ISSUER, SCOPE], "nothing says what tokens must be meant for, expected --oauth-audience"],
  [[ISSUER, SCOPE, "--allow-any-scope", AUDIENCE], "--oauth-scope says the opposite"],
  [[ISSUER, "--oauth-scope=read", AUDIENCE], 'it is "read", expected SCOPE=GLOBS'],
  [[ISSUER, "--oauth-scope==x", AUDIENCE], 'it is "=x", expected SCOPE=GLOBS'],
  [[ISSUER, "--oauth-scope=x=", AUDIENCE], 'it is "x=", expected SCOPE=GLOBS'],
  [[ISSUER, SCOPE, AUDIENCE, "--oauth-jwks=http://id.example/k"], "Cannot read --oauth-jwks"],
  [[ISSUER, SCOPE, AUDIENCE, "--oauth-algorithms=HS256"], 'it is "HS256", expected some of RS256'],
  [[ISSUER, SCOPE, AUDIENCE, "--oauth-algorithms=none"], 'it is "none", expected some of RS256'],
  [[ISSUER, SCOPE, AUDIENCE, "--oauth-tenant-map=a=b"], "expected --oauth-tenant-claim beside it"],
  [
    [ISSUER, SCOPE, AUDIENCE, "--oauth-tenant=a", "--oauth-tenant-claim=b"],
    "Cannot use --oauth-tenant: --oauth-tenant-claim says the opposite",
  ],
  [
    [ISSUER, SCOPE, AUDIENCE, "--oauth-tenant-claim=b", "--oauth-tenant-map=c"],
    'it is "c", expected VALUE=ID',
  ],
  [[ISSUER, SCOPE, AUDIENCE, "--mode=stdio"], "--mode=stdio has no HTTP, expected http or all"],
  [[ISSUER, SCOPE, AUDIENCE, "--addr=:8080"], "expected --resource-url"],
  [[SCOPE], "Cannot use --oauth-scope: no tokens are taken, expected --oauth-issuer beside it"],
  [[RESOURCE], "Cannot use --resource-url: no tokens are taken"],
  [["--allow-any-scope"], "Cannot use --allow-any-scope: no tokens are taken"],
  [["--resource-url=http://tools.example", ISSUER], "Cannot read --resource-url"],
];

for (const [args, message] of REFUSED) {
  Deno.test(`readServeConfig() refuses ${args.join(" ")}`, () => {
    const error = assertThrows(() => oauth(args), GomcpError);
    assertEquals(error.code, "invalid_request");
    assert(error.message.includes(message), error.message);
    assertEquals(error.message.includes("secret"), false);
  });
}
