/** TLS of both ports: certificates of servers and clients, whose calls these make, and renewal. */
import * as grpc from "@grpc/grpc-js";
import { assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { createTenantManager, memoryState } from "../mod.ts";
import { Authority, type Pair } from "./support/certificates.ts";
import { failure, GrpcClient, REFUSES_CLIENTS } from "./support/grpc.ts";
import { withGrpc } from "./support/grpc_server.ts";
import { startGrpc } from "./support/grpc_speaker.ts";
import { startServer } from "./support/server.ts";
import { runCli } from "./support/cli_process.ts";
import { until } from "./support/wait.ts";

/** Files of a server's certificate, removed at the end. */
class Files implements Disposable {
  readonly #folder = Deno.makeTempDirSync();
  readonly certFile = `${this.#folder}/tls.crt`;
  readonly keyFile = `${this.#folder}/tls.key`;
  readonly clientCaFile = `${this.#folder}/ca.crt`;

  write({ cert, key }: Pair, ca?: string): void {
    Deno.writeTextFileSync(this.certFile, cert);
    Deno.writeTextFileSync(this.keyFile, key);
    if (ca !== undefined) Deno.writeTextFileSync(this.clientCaFile, ca);
  }

  get args(): string[] {
    return [`--tls-cert=${this.certFile}`, `--tls-key=${this.keyFile}`];
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** Trusts this authority, and shows this certificate. */
function trust({ cert }: Authority, own?: Pair): grpc.ChannelCredentials {
  const pem = (text?: string) => text === undefined ? null : Buffer.from(text);
  return grpc.credentials.createSsl(pem(cert), pem(own?.key), pem(own?.cert));
}

Deno.test(
  "gRPC by TLS takes calls of those who trust its certificate, and no plain ones",
  REFUSES_CLIENTS,
  async () => {
    using files = new Files();
    const authority = await Authority.create();
    files.write(await authority.server());
    await using server = await startGrpc({ args: files.args });
    using client = new GrpcClient(server.address, trust(authority));
    assertEquals((await client.callTool("echo", { msg: "hi" })).content[0].text, "hi");
    using plain = new GrpcClient(server.address);
    assertEquals((await failure(plain.check())).status, "UNAVAILABLE");
    using wary = new GrpcClient(server.address, trust(await Authority.create("another")));
    assertEquals((await failure(wary.check())).status, "UNAVAILABLE");
    assertEquals((await client.check()).status, 1);
  },
);

Deno.test(
  "a certificate is renewed while connections and their streams go on",
  REFUSES_CLIENTS,
  async () => {
    using files = new Files();
    const [old, young] = [await Authority.create("old"), await Authority.create("young")];
    files.write(await old.server());
    await using server = await startGrpc({ args: files.args, fixtures: ["slow"] });
    using before = new GrpcClient(server.address, trust(old));
    const watch = before.watchTools();
    await watch.messages.next();
    const gate = server.gate();
    const calling = before.callTool("gate", gate.arguments);
    await gate.reached();
    // A certificate whose key is not there yet is not used.
    const renewed = await young.server();
    Deno.writeTextFileSync(files.certFile, renewed.cert);
    await server.log.find(
      ({ message }) => message.startsWith("certificate not renewed"),
      "warning",
    );
    await before.check();
    files.write(renewed);
    await server.log.find(({ message }) => message === "certificate renewed", "renewal");
    using after = new GrpcClient(server.address, trust(young));
    assertEquals((await after.check()).status, 1);
    using late = new GrpcClient(server.address, trust(old));
    assertEquals((await failure(late.check())).status, "UNAVAILABLE");
    await gate.open();
    assertEquals((await calling).content[0].text, "open");
    assertEquals((await before.check()).status, 1);
    watch.cancel();
  },
);

Deno.test("HTTP by TLS renews its certificate while requests go on", REFUSES_CLIENTS, async () => {
  using files = new Files();
  const [old, young] = [await Authority.create("old"), await Authority.create("young")];
  files.write(await old.server());
  await using server = await startServer({ args: files.args, fixtures: ["slow"] });
  assertMatch(server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
  using before = Deno.createHttpClient({ caCerts: [old.cert] });
  using after = Deno.createHttpClient({ caCerts: [young.cert] });
  const echo = (client: Deno.HttpClient) =>
    fetch(`${server.url}/v1/tools/call`, {
      client,
      method: "POST",
      body: JSON.stringify({ tool: "echo", arguments: { msg: "hi" } }),
    }).then((response) => response.json());
  assertEquals((await echo(before)).content[0].text, "hi");
  const gate = server.gate();
  const calling = fetch(`${server.url}/v1/tools/call`, {
    client: before,
    method: "POST",
    body: JSON.stringify({ tool: "gate", arguments: gate.arguments }),
  });
  await gate.reached();
  files.write(await young.server());
  await server.log.find(({ message }) => message === "certificate renewed", "renewal");
  await until(() => echo(after).then(() => true, () => false), "the new certificate is served");
  await gate.open();
  assertEquals((await (await calling).json()).content[0].text, "open");
});

Deno.test("HTTP by TLS says when its port is taken", REFUSES_CLIENTS, async () => {
  using files = new Files();
  files.write(await (await Authority.create()).server());
  await using server = await startServer({ args: files.args });
  const run = await runCli(["serve", `--addr=127.0.0.1:${server.port}`, ...files.args]);
  assertEquals(run.code, 1);
  assertMatch(run.stderr, /^gomcp: Cannot listen on 127\.0\.0\.1:\d+: Address already in use/m);
});

interface Clients {
  readonly connect: (own?: Pair) => GrpcClient;
  readonly authority: Authority;
  readonly secret: string;
}

/** A server that asks for certificates, and knows some. */
async function withCertificates(
  names: (authority: Authority) => Promise<ReadonlyMap<string, string>>,
  action: (clients: Clients) => Promise<void>,
): Promise<void> {
  using files = new Files();
  const authority = await Authority.create();
  files.write(await authority.server(), authority.cert);
  const tenants = createTenantManager(memoryState());
  await tenants.createTenant("acme", "Acme", { denied: ["mirror"] });
  const { secret } = await tenants.createTenantWithKey("other", "Other");
  const { certFile, keyFile, clientCaFile } = files;
  const tls = { certFile, keyFile, clientCaFile, tenants: await names(authority) };
  const clients: GrpcClient[] = [];
  await withGrpc({ runtime: { tenants }, grpc: { tls } }, async ({ server }) => {
    const connect = (own?: Pair) => {
      clients.push(new GrpcClient(server.address, trust(authority, own)));
      return clients.at(-1)!;
    };
    await action({ connect, authority, secret });
    for (const client of clients) client[Symbol.dispose]();
  });
  await tenants.close();
}

const SPIFFE = "spiffe://acme/agent-7";

Deno.test(
  "a client's certificate makes calls of the tenant that one of its names belongs to",
  REFUSES_CLIENTS,
  () =>
    withCertificates(
      () => Promise.resolve(new Map([[`URI:${SPIFFE}`, "acme"]])),
      async (clients) => {
        const { connect, authority, secret } = clients;
        const known = connect(await authority.sign({ names: ["a"], altNames: [["URI", SPIFFE]] }));
        const { tools } = await known.listTools();
        assertEquals(tools.some(({ name }) => name === "mirror"), false, "what acme may not see");
        assertEquals((await known.callTool("add", { a: 1, b: 1 })).content[0].text, "2");
        const key = { metadata: { "x-api-key": secret } };
        const mixed = await failure(known.listTools({}, key));
        assertEquals(mixed.status, "UNAUTHENTICATED", "a key of another tenant");

        const unknown = connect(await authority.sign({ names: ["agent-7"] }));
        assertEquals((await failure(unknown.listTools())).status, "UNAUTHENTICATED");
        assertEquals((await unknown.session().ending()).status, "UNAUTHENTICATED");
        assertEquals((await unknown.check()).status, 1);
        assertEquals(
          (await unknown.listTools({}, key)).tools.some(({ name }) => name === "mirror"),
          true,
        );

        const sly = connect(
          await authority.sign({ altNames: [["URI", `spiffe://evil, URI:${SPIFFE}`]] }),
        );
        assertEquals((await failure(sly.listTools())).status, "UNAUTHENTICATED");
      },
    ),
);

Deno.test(
  "no client is served without a certificate that the authority signed",
  REFUSES_CLIENTS,
  () =>
    withCertificates(() => Promise.resolve(new Map()), async ({ connect }) => {
      assertEquals((await failure(connect().check())).status, "UNAVAILABLE");
      const stranger = await (await Authority.create("stranger")).sign({ names: ["a"] });
      assertEquals((await failure(connect(stranger).check())).status, "UNAVAILABLE");
    }),
);

Deno.test(
  "a certificate may be known by its name or its fingerprint, but not as of two tenants",
  REFUSES_CLIENTS,
  async () => {
    let pair: Pair | undefined;
    await withCertificates(async (authority) => {
      pair = await authority.sign({ names: ["agent-8"] });
      const print = new X509Certificate(pair.cert).fingerprint256.replaceAll(":", "").toLowerCase();
      return new Map([["CN:agent-7", "acme"], [`SHA256:${print}`, "acme"], ["CN:two", "acme"], [
        "DNS:two",
        "other",
      ], ["CN:gone", "gone"]]);
    }, async ({ connect, authority }) => {
      assertEquals((await connect(pair!).listTools()).tools.length > 0, true);
      const named = connect(await authority.sign({ names: ["agent-7"] }));
      assertEquals((await named.listTools()).tools.length > 0, true);
      const two = connect(await authority.sign({ names: ["two"], altNames: [["DNS", "two"]] }));
      assertEquals((await failure(two.listTools())).status, "UNAUTHENTICATED");
      const gone = connect(await authority.sign({ names: ["gone"] }));
      assertEquals((await failure(gone.listTools())).status, "UNAUTHENTICATED", "no such tenant");
    });
  },
);

Deno.test(
  "files of TLS that cannot be used are named before anything is served",
  REFUSES_CLIENTS,
  async () => {
    using files = new Files();
    const authority = await Authority.create();
    const [one, other] = [await authority.server(), await authority.server()];
    files.write({ cert: one.cert, key: other.key });
    for (const mode of ["grpc", "http"]) {
      const run = (args: readonly string[]) =>
        runCli(["serve", `--mode=${mode}`, "--addr=127.0.0.1:0", ...args]);
      const mixed = await run(files.args);
      assertEquals(mixed.code, 1);
      assertMatch(mixed.stderr, /Cannot use ".*tls\.key": it is not the key of ".*tls\.crt"/);
      const missing = await run(["--tls-cert=/no/such", `--tls-key=${files.keyFile}`]);
      assertMatch(missing.stderr, /Cannot read certificate "\/no\/such": /);
      const swapped = await run([`--tls-cert=${files.keyFile}`, `--tls-key=${files.certFile}`]);
      assertMatch(swapped.stderr, /Cannot use .*tls\.key, .*tls\.crt: /);
    }
  },
);
