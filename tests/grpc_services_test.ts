/** Health and reflection, as balancers and tools of others ask for them. */
import { assertEquals } from "@std/assert";
import { failure } from "./support/grpc.ts";
import { withGrpc } from "./support/grpc_server.ts";

const [SERVING, NOT_SERVING, SERVICE_UNKNOWN] = [1, 2, 3];
const SERVICES = [
  "gomcp.v1.ToolService",
  "gomcp.v1.McpService",
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];

Deno.test("health follows readiness, for the server and each service", () =>
  withGrpc({}, async ({ client, runtime }) => {
    for (const service of ["", ...SERVICES]) {
      assertEquals((await client.check(service)).status, SERVING, service);
    }
    assertEquals((await failure(client.check("none"))).status, "NOT_FOUND");
    const watch = client.watchHealth();
    const unknown = client.watchHealth("none");
    assertEquals((await watch.messages.next()).status, SERVING);
    assertEquals((await unknown.messages.next()).status, SERVICE_UNKNOWN);
    await runtime.shutdown();
    assertEquals((await watch.messages.next()).status, NOT_SERVING);
    assertEquals((await client.check()).status, NOT_SERVING);
  }));

for (const version of ["v1", "v1alpha"] as const) {
  Deno.test(`reflection ${version} tells services, files and symbols`, () =>
    withGrpc({}, async ({ client }) => {
      const stream = client.reflect(version);
      const ask = async (request: Parameters<typeof stream.send>[0]) => {
        stream.send(request);
        return await stream.messages.next();
      };
      const list = await ask({ listServices: "" });
      assertEquals(list.listServicesResponse!.service.map(({ name }) => name), SERVICES);
      for (const symbol of [...SERVICES, "gomcp.v1.ToolService.CallTool", "gomcp.v1.Problem"]) {
        const { fileDescriptorResponse } = await ask({ fileContainingSymbol: symbol });
        assertEquals(fileDescriptorResponse!.fileDescriptorProto.length > 0, true, symbol);
      }
      const file = await ask({ fileByFilename: "gomcp/v1/gomcp.proto", host: "h" });
      assertEquals(
        file.fileDescriptorResponse!.fileDescriptorProto.length,
        2,
        "with what it imports",
      );
      assertEquals([file.validHost, file.originalRequest!.host], ["h", "h"]);
      for (
        const request of [
          { fileByFilename: "no/such.proto" },
          { fileContainingSymbol: "no.Such" },
          { allExtensionNumbersOfType: "gomcp.v1.Tool" },
          { fileContainingExtension: { containingType: "gomcp.v1.Tool", extensionNumber: 1 } },
        ]
      ) assertEquals((await ask(request)).errorResponse!.errorCode, 5);
      assertEquals((await ask({})).errorResponse!.errorCode, 3);
      stream.end();
      assertEquals((await stream.ending()).status, "OK");
    }));
}
