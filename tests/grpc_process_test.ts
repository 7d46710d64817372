/** `gomcp serve` with gRPC as a process: beside HTTP, what it says when it cannot, and its end. */
import { assertEquals, assertMatch } from "@std/assert";
import { CLI, runCli } from "./support/cli_process.ts";
import { GrpcClient, REFUSES_CLIENTS } from "./support/grpc.ts";
import { startGrpc } from "./support/grpc_speaker.ts";
import { startServer } from "./support/server.ts";

Deno.test(
  "--mode=all with --grpc-addr serves the same tools over HTTP and gRPC",
  REFUSES_CLIENTS,
  async () => {
    await using server = await startServer({
      program: CLI, // from source, as README says it
      fixtures: ["plain"],
      args: ["--mode=all", "--grpc-addr=127.0.0.1:0"],
    });
    const record = await server.log.find(({ message }) => message === "serving gRPC", "gRPC");
    using client = new GrpcClient(String(record.address));
    const { tools } = await client.listTools();
    const rest = (await server.request("/v1/tools")).json.tools.map((tool: { name: string }) =>
      tool.name
    );
    assertEquals(tools.map(({ name }) => name), rest);
    const args = { a: 2, b: 3 };
    assertEquals(await client.callTool("add", args), (await server.call("add", args)).json);
  },
);

Deno.test(
  "SIGTERM says NOT_SERVING, lets open calls end, and ends the process",
  REFUSES_CLIENTS,
  async () => {
    await using server = await startGrpc({ fixtures: ["slow"] });
    using client = new GrpcClient(server.address);
    const health = client.watchHealth();
    assertEquals((await health.messages.next()).status, 1);
    const watch = client.watchTools();
    await watch.messages.next();
    const session = client.session();
    await session.initial;
    const gate = server.gate();
    const calling = client.callTool("gate", gate.arguments);
    await gate.reached();
    server.signal("SIGTERM");
    assertEquals((await health.messages.next()).status, 2);
    await gate.open();
    assertEquals((await calling).content[0].text, "open");
    assertEquals((await watch.ending()).status, "UNAVAILABLE");
    assertEquals((await session.ending()).status, "UNAVAILABLE");
    assertEquals((await server.exit()).code, 0);
  },
);

Deno.test(
  "gRPC beyond loopback is refused without --require-key or --allow-anonymous",
  REFUSES_CLIENTS,
  async () => {
    const run = await runCli(["serve", "--mode=grpc", "--addr=:0"]);
    assertEquals(run.code, 3);
    assertMatch(run.stderr, /^gomcp: Cannot listen on 0\.0\.0\.0:0: anybody who reaches it/m);
  },
);
