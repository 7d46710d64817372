/** The official clients find out by themselves where to get a token, get it, and get a better one. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  auth,
  discoverOAuthProtectedResourceMetadata as discoverV1,
  extractWWWAuthenticateParams as paramsV1,
  type OAuthClientProvider,
  UnauthorizedError,
} from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  Client as ClientV2,
  discoverOAuthProtectedResourceMetadata as discoverV2,
  extractWWWAuthenticateParams as paramsV2,
  StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import type { OAuthTokens } from "@modelcontextprotocol/sdk/shared/auth.js";
import { OauthServer } from "./support/oauth_server.ts";

/** A client's memory, and a user whose browser goes wherever it is sent. */
class Provider implements OAuthClientProvider {
  /** Where the user was sent. */
  readonly visited: URL[] = [];
  #code = "";
  #tokens: OAuthTokens | undefined;
  #verifier = "";

  readonly redirectUrl = "http://127.0.0.1:1/callback";
  readonly clientMetadata = { redirect_uris: [this.redirectUrl], client_name: "official" };

  /** What the user's browser brought back. */
  get code(): string {
    return this.#code;
  }

  clientInformation() {
    return { client_id: "official" };
  }

  tokens() {
    return this.#tokens;
  }

  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    this.visited.push(url);
    const response = await fetch(url, { redirect: "manual" });
    await response.body?.cancel();
    this.#code = new URL(response.headers.get("location")!).searchParams.get("code")!;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A server whose address is known before it starts, as one that is reached by a name. */
async function startServer(): Promise<{ readonly world: OauthServer; readonly mcp: URL }> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [
    `--addr=127.0.0.1:${port}`,
    `--resource-url=${url}`,
    `--oauth-audience=${url}/mcp`,
    "--oauth-tenant-map=alice=acme",
  ];
  return { world: await OauthServer.start({ args, claim: "sub" }), mcp: new URL(`${url}/mcp`) };
}

/** What both kinds of client do here. */
interface Conversation {
  call(name: string, args: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}

/** Connects by a transport that keeps to the provider. */
type Connect = (mcp: URL, provider: Provider) => Promise<Conversation>;

const connectV1: Connect = async (url, authProvider) => {
  const client = new ClientV1({ name: "official-v1", version: "1.0.0" });
  const transport = new HttpV1(url, { authProvider });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    call: (name, args) => client.callTool({ name, arguments: args }),
    close: () => client.close(),
  };
};

const connectV2 = (mode: "legacy" | "auto"): Connect => async (url, authProvider) => {
  const client = new ClientV2({ name: "official-v2", version: "1.0.0" }, {
    versionNegotiation: { mode },
  });
  type Options = ConstructorParameters<typeof HttpV2>[1];
  const transport = new HttpV2(url, { authProvider } as unknown as Options);
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    call: (name, args) => client.callTool({ name, arguments: args }),
    close: () => client.close(),
  };
};

/** The client stops where the user is needed; then it is given the code. */
async function authorized<T>(mcp: URL, provider: Provider, action: () => Promise<T>): Promise<T> {
  const visits = provider.visited.length;
  const error = await assertRejects(action);
  assertEquals(provider.visited.length, visits + 1, String(error));
  await auth(provider, { serverUrl: mcp, authorizationCode: provider.code });
  return await action();
}

const CLIENTS: Readonly<Record<string, Connect>> = {
  "v1": connectV1,
  "v2 legacy": connectV2("legacy"),
  "v2 modern": connectV2("auto"),
};

for (const [name, connect] of Object.entries(CLIENTS)) {
  Deno.test(`official client ${name} gets a token by what a 401 says, and a better one by a 403`, async () => {
    const { world, mcp } = await startServer();
    await using _ = world;
    const provider = new Provider();
    // What it is asked for at first is more than this user agrees to.
    const narrow = await authorized(mcp, provider, () => connect(mcp, provider));
    const [first] = provider.visited;
    assertEquals(first!.origin, world.issuer.url);
    assertEquals(first!.searchParams.get("resource"), mcp.href);
    assertEquals(first!.searchParams.get("scope"), "calc people all");
    await narrow.close();
    const token = await world.issuer.token({ claims: { aud: mcp.href, scope: "calc" } });
    provider.saveTokens({ access_token: token, token_type: "Bearer" });
    let client = await connect(mcp, provider);
    const { content } = await client.call("add", { a: 1, b: 2 }) as { content: { text: string }[] };
    assertEquals(content[0]!.text, "3");
    await assertRejects(() => client.call("person", { name: "Ada" }));
    assertEquals(provider.visited.at(-1)!.searchParams.get("scope"), "calc people");
    await client.close();
    await auth(provider, { serverUrl: mcp, authorizationCode: provider.code });
    client = await connect(mcp, provider);
    await client.call("person", { name: "Ada" });
    assertEquals(provider.visited.length, 2);
    await client.close();
  });
}

Deno.test("the official clients' own functions read the challenge and the metadata", async () => {
  const { world, mcp } = await startServer();
  await using _ = world;
  const refused = await fetch(mcp, { method: "POST", body: "{}" });
  await refused.body?.cancel();
  for (const { resourceMetadataUrl, scope, error } of [paramsV1(refused), paramsV2(refused)]) {
    const url = new URL("/.well-known/oauth-protected-resource/mcp", mcp);
    assertEquals(
      [resourceMetadataUrl?.href, scope, error],
      [url.href, "calc people all", undefined],
    );
    const opts = { resourceMetadataUrl: url };
    for (const metadata of [await discoverV1(mcp, opts), await discoverV2(mcp, opts)]) {
      assertEquals(metadata.resource, mcp.href);
      assertEquals(metadata.authorization_servers, [world.issuer.url]);
    }
  }
  // By the well-known address alone, as clients do that have seen no challenge.
  assertEquals((await discoverV1(mcp)).resource, mcp.href);
  assertEquals((await discoverV2(new URL("/", mcp))).resource, mcp.origin);
});

Deno.test("the official clients go on with a bearer token that they are given", async () => {
  const { world, mcp } = await startServer();
  await using _ = world;
  const token = await world.issuer.token({ claims: { aud: mcp.href, scope: "calc" } });
  const client = new ClientV1({ name: "official-v1", version: "1.0.0" });
  const headers = { authorization: `Bearer ${token}` };
  const transport = new HttpV1(mcp, { requestInit: { headers } });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  const { tools } = await client.listTools();
  assertEquals(tools.map(({ name }: { name: string }) => name), ["add", "echo"]);
  await client.close();
  const wrong = new HttpV1(mcp, { requestInit: { headers: { authorization: "Bearer a.b.c" } } });
  const other = new ClientV1({ name: "official-v1", version: "1.0.0" });
  const error = await assertRejects(() =>
    other.connect(wrong as Parameters<typeof other.connect>[0])
  );
  assert(!(error instanceof UnauthorizedError) && String(error).includes("-31401"), String(error));
});
