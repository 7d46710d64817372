/** HTTP that asks clients for certificates: who is served, as whom, and that it is HTTP as otherwise. */
import { assertEquals, assertRejects } from "@std/assert";
import { createTenantManager, memoryState, serveCertifiedHttp } from "../mod.ts";
import { createAuditLog, createRuntime, defineTool } from "../mod.ts";
import { Authority, type Pair } from "./support/certificates.ts";
import { TempFolder } from "./support/fixtures.ts";
import { Holder } from "./support/grpc_server.ts";
import { runCli } from "./support/cli_process.ts";
import { modernCall, modernHeaders } from "./support/mcp.ts";
import { startServer } from "./support/server.ts";
import { until } from "./support/wait.ts";

const TOOLS = [
  defineTool({ name: "hello", description: "Greets.", handler: () => "Hello!" }),
  defineTool({
    name: "mirror",
    description: "Gives its arguments back.",
    input: { type: "object" },
    handler: (args) => ({ content: [], structuredContent: args }),
  }),
];

interface Init extends RequestInit {
  readonly own?: Pair | undefined;
}

/** A server whose certificates "CN:agent" are of the tenant acme, and requests by certificates. */
class Certified implements AsyncDisposable {
  private constructor(
    readonly authority: Authority,
    readonly server: Awaited<ReturnType<typeof serveCertifiedHttp>>,
    readonly keys: Readonly<Record<"acme" | "other", string>>,
    readonly records: () => readonly unknown[],
    readonly runtime: ReturnType<typeof createRuntime>,
    readonly holder: Holder,
    private readonly stop: () => Promise<void>,
  ) {}

  readonly #clients: Deno.HttpClient[] = [];

  static async start(): Promise<Certified> {
    const authority = await Authority.create();
    const own = await authority.server();
    const folder = await TempFolder.of({
      "tls.crt": own.cert,
      "tls.key": own.key,
      "ca.crt": authority.cert,
    });
    const tenants = createTenantManager(memoryState());
    const keys = { acme: "", other: "" };
    for (const id of ["acme", "other"] as const) {
      await tenants.createTenant(id, id);
      keys[id] = (await tenants.createKey(id)).secret;
    }
    const audit = createAuditLog();
    const holder = new Holder();
    const runtime = createRuntime({ tools: [...TOOLS, holder.tool], tenants, audit });
    const server = await serveCertifiedHttp(runtime, {
      port: 0,
      tls: {
        certFile: `${folder.path}/tls.crt`,
        keyFile: `${folder.path}/tls.key`,
        clientCaFile: `${folder.path}/ca.crt`,
        tenants: new Map([["CN:agent", "acme"]]),
      },
    });
    const records = () => audit.recent().map(({ tenant, tool, code }) => [tenant, tool, code]);
    return new Certified(authority, server, keys, records, runtime, holder, async () => {
      await runtime.shutdown({ deadlineMs: 0 });
      await server.close({ deadlineMs: 1_000 });
      await tenants.close();
      await audit.close();
      await folder[Symbol.asyncDispose]();
    });
  }

  client(own?: Pair): Deno.HttpClient {
    const client = Deno.createHttpClient({ caCerts: [this.authority.cert], ...own });
    this.#clients.push(client);
    return client;
  }

  /** By the client, or by one of the certificate that is said. */
  fetch(path: string, client: Deno.HttpClient, init: Init = {}): Promise<Response> {
    return fetch(`https://localhost:${this.server.port}${path}`, { ...init, client });
  }

  async call(client: Deno.HttpClient, tool = "hello", args: unknown = {}, key?: string) {
    const response = await this.fetch("/v1/tools/call", client, {
      method: "POST",
      body: JSON.stringify({ tool, arguments: args }),
      headers: { ...(key && { authorization: `Bearer ${key}` }) },
    });
    return { status: response.status, json: await response.json() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.stop();
  }
}

Deno.test("HTTP with clients' certificates", async (t) => {
  await using certified = await Certified.start();
  const { authority, keys } = certified;
  const agent = certified.client(await authority.sign({ names: ["agent"] }));
  const unknown = certified.client(await authority.sign({ names: ["somebody"] }));

  await t.step("a certificate makes the calls of its tenant, over REST and MCP", async () => {
    const { status, json } = await certified.call(agent);
    assertEquals([status, json.content[0].text], [200, "Hello!"]);
    const message = modernCall(1, "hello");
    const answer = await certified.fetch("/mcp", agent, {
      method: "POST",
      body: JSON.stringify(message),
      headers: modernHeaders(message),
    });
    assertEquals((await answer.json()).result.content[0].text, "Hello!");
    assertEquals(certified.records().slice(-2), [["acme", "hello", "ok"], ["acme", "hello", "ok"]]);
  });
  await t.step("one of no tenant needs a key, and is otherwise refused on record", async () => {
    assertEquals((await certified.call(unknown)).status, 401);
    assertEquals((certified.records().at(-1) as string[])[2], "unauthenticated");
    assertEquals((await certified.call(unknown, "hello", {}, keys.other)).status, 200);
    assertEquals(certified.records().at(-1), ["other", "hello", "ok"]);
  });
  await t.step("a key must be of the certificate's tenant", async () => {
    assertEquals((await certified.call(agent, "hello", {}, keys.acme)).status, 200);
    assertEquals((await certified.call(agent, "hello", {}, keys.other)).status, 401);
    assertEquals((await certified.call(agent, "hello", {}, "gmcp_wrong")).status, 401);
  });
  await t.step("nobody connects without a certificate that the authority signed", async () => {
    await assertRejects(() => certified.call(certified.client()));
    const stranger = await (await Authority.create("stranger")).sign({ names: ["agent"] });
    await assertRejects(() => certified.call(certified.client(stranger)));
  });
  await t.step(
    "large bodies pass, larger ones are refused, and the next request is served",
    async () => {
      const text = "x".repeat(500_000);
      const args = { texts: Array.from({ length: 6 }, () => text.slice(0, 90_000)) };
      assertEquals((await certified.call(agent, "mirror", args)).json.structuredContent, args);
      const large = await certified.fetch("/v1/tools/call", agent, {
        method: "POST",
        body: JSON.stringify({ tool: "mirror", arguments: { text: "x".repeat(5_000_000) } }),
      });
      assertEquals([large.status, (await large.json()).code], [413, "too_large"]);
      assertEquals((await certified.call(agent)).status, 200);
      const head = await certified.fetch("/healthz", agent, { method: "HEAD" });
      assertEquals([head.status, await head.text()], [200, ""]);
      assertEquals((await (await certified.fetch("/nowhere", agent)).json()).status, 404);
    },
  );
  await t.step("events come as they are told, and who leaves stops the call", async () => {
    const gone = new AbortController();
    const answering = certified.fetch("/v1/tools/call", agent, {
      method: "POST",
      body: JSON.stringify({ tool: "hold" }),
      headers: { accept: "text/event-stream" },
      signal: gone.signal,
    });
    const held = await certified.holder.next();
    held.ctx.progress(1, 2, "half");
    const response = await answering;
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await reader.read();
    assertEquals(value!.includes('"half"'), true, value);
    gone.abort();
    assertEquals(await held.aborted, "AbortError");
    await reader.cancel().catch(() => {});
    await until(() => certified.runtime.stats().running === 0, "the call is over");
  });
  await t.step("a server that closes waits for the answers that are on their way", async () => {
    const calling = certified.call(agent, "hold");
    const held = await certified.holder.next();
    const closing = certified.server.close({ deadlineMs: 30_000 });
    held.finish("done");
    assertEquals((await calling).json.content[0].text, "done");
    await closing;
    await assertRejects(() => certified.call(agent));
  });
});

Deno.test("gomcp serve asks for certificates over HTTP, and gomcp call shows one", async () => {
  const authority = await Authority.create();
  const [own, agent] = [await authority.server(), await authority.sign({ names: ["agent"] })];
  await using files = await TempFolder.of({
    "tls.crt": own.cert,
    "tls.key": own.key,
    "ca.crt": authority.cert,
    "agent.crt": agent.cert,
    "agent.key": agent.key,
  });
  const file = (flag: string, name: string) => `--${flag}=${files.path}/${name}`;
  await using server = await startServer({
    args: [
      ...[file("tls-cert", "tls.crt"), file("tls-key", "tls.key")],
      ...[file("tls-client-ca", "ca.crt"), "--tls-tenant=CN:agent=default"],
    ],
  });
  const url = `--url=${server.url.replace("127.0.0.1", "localhost")}`;
  const call = (...args: string[]) => runCli(["call", "echo", '--args={"msg":"hi"}', url, ...args]);
  const shown = [file("tls-cert", "agent.crt"), file("tls-key", "agent.key")];
  const known = await call(file("tls-ca", "ca.crt"), ...shown);
  assertEquals([known.code, known.stdout], [0, "hi\n"], known.stderr);
  assertEquals((await call(file("tls-ca", "ca.crt"))).code, 4);
});
