/** How clients fare that a server of gRPC refuses, drains or cuts. */
import { assertEquals } from "@std/assert";
import { failure, GrpcClient, REFUSES_CLIENTS } from "./support/grpc.ts";
import { withGrpc } from "./support/grpc_server.ts";
import { until } from "./support/wait.ts";

Deno.test(
  "one address has no more connections than allowed",
  REFUSES_CLIENTS,
  () =>
    withGrpc({ grpc: { connectionsPerAddressMax: 2 } }, async ({ client, server }) => {
      await client.check();
      using second = new GrpcClient(server.address);
      await second.check();
      using third = new GrpcClient(server.address);
      assertEquals((await failure(third.check())).status, "UNAVAILABLE");
      second[Symbol.dispose]();
      await until(() => third.check().then(() => true, () => false), "there is room for the third");
    }),
);

Deno.test(
  "a drain tells it first, lets open calls end and cuts streams",
  REFUSES_CLIENTS,
  () =>
    withGrpc({}, async ({ client, server, holder, runtime }) => {
      using watching = new GrpcClient(server.address);
      const health = watching.watchHealth("gomcp.v1.ToolService");
      assertEquals((await health.messages.next()).status, 1);
      const tools = watching.watchTools();
      await tools.messages.next();
      const session = watching.session();
      await session.initial;
      const calling = client.callTool("hold");
      const held = await holder.next();
      server.drain();
      assertEquals((await health.messages.next()).status, 2);
      const stopping = runtime.shutdown();
      // Sent elsewhere: where there is no other, the port is closed.
      assertEquals((await failure(client.callTool("add", { a: 1, b: 1 }))).status, "UNAVAILABLE");
      held.finish("done");
      assertEquals((await calling).content[0].text, "done");
      assertEquals((await stopping).stopped, 0);
      assertEquals((await tools.ending()).status, "UNAVAILABLE");
      const closed = server.close();
      const ending = await session.ending();
      assertEquals([ending.status, ending.info.RetryInfo !== undefined], ["UNAVAILABLE", true]);
      assertEquals((await health.ending()).status, "OK");
      await closed;
    }),
);

Deno.test(
  "a server that closes cuts calls that do not end in time",
  REFUSES_CLIENTS,
  () =>
    withGrpc({}, async ({ client, server, holder }) => {
      const call = failure(client.callTool("hold"));
      await holder.next();
      await server.close({ deadlineMs: 50 });
      assertEquals(["CANCELLED", "UNAVAILABLE"].includes((await call).status), true);
    }),
);
