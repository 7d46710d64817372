/** The SDK over gRPC when its server stops, is not there, or is not trusted. */
import { assert, assertEquals } from "@std/assert";
import { createRuntime, createTenantManager, memoryState, serveGrpc } from "../../../mod.ts";
import { Authority } from "../../../tests/support/certificates.ts";
import { ClientServer, errorOf } from "../../../tests/support/client_server.ts";
import { add, waiting } from "../../../tests/support/client_tools.ts";
import { REFUSES_CLIENTS } from "../../../tests/support/grpc.ts";
import { GrpcGoMCPClient } from "./grpc_client.ts";

Deno.test(
  "health() tells a server that is ready from one that stops",
  REFUSES_CLIENTS,
  async () => {
    await using server = await ClientServer.start([add]);
    const client = server.client();
    assertEquals(await client.health(), { ready: true });
    await server.runtime.shutdown();
    const { ready, detail } = await client.health();
    assert(!ready && detail !== undefined);
  },
);

Deno.test(
  "a server that is not there is connection_failed, and one that goes too",
  REFUSES_CLIENTS,
  async () => {
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = listener.addr;
    listener.close();
    using client = new GrpcGoMCPClient({ address: `127.0.0.1:${port}`, retries: 1 });
    const error = await errorOf(client.callTool("add"));
    assertEquals([error.code, error.status], ["connection_failed", 14]);
    const { tool, started } = waiting();
    await using server = await ClientServer.start([tool]);
    const call = errorOf(server.client({ retries: 0 }).callTool("wait"));
    await started;
    await server.grpc.close({ deadlineMs: 0 });
    const lost = await call;
    assertEquals(lost.code, "connection_failed", lost.detail);
  },
);

Deno.test(
  "by TLS a client trusts what it is told to, and shows its certificate",
  REFUSES_CLIENTS,
  async () => {
    const folder = await Deno.makeTempDir();
    const authority = await Authority.create();
    const [own, client] = [await authority.server(), await authority.sign({ names: ["agent"] })];
    const files = { certFile: own.cert, keyFile: own.key, clientCaFile: authority.cert };
    const tls = { tenants: new Map([["CN:agent", "default"]]) } as Record<string, unknown>;
    for (const [name, text] of Object.entries(files)) {
      tls[name] = `${folder}/${name}`;
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const tenants = createTenantManager(memoryState());
    const runtime = createRuntime({ tools: [add], tenants });
    const server = await serveGrpc(runtime, { port: 0, tls: tls as never });
    try {
      const address = `localhost:${server.port}`;
      using known = new GrpcGoMCPClient({ address, tls: { ca: authority.cert, ...client } });
      assertEquals((await known.callTool("add", { a: 2 })).structuredContent, { sum: 42 });
      using nameless = new GrpcGoMCPClient({ address, tls: { ca: authority.cert }, retries: 0 });
      assertEquals((await errorOf(nameless.callTool("add"))).code, "connection_failed");
      using wary = new GrpcGoMCPClient({ address, tls: { ...client }, retries: 0 });
      assertEquals((await errorOf(wary.callTool("add"))).code, "connection_failed");
    } finally {
      await runtime.shutdown();
      await server.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);
