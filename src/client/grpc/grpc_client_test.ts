/** The SDK over gRPC against a real server: the same answers and errors as by REST. */
import { assert, assertEquals } from "@std/assert";
import { createTenantManager, memoryState } from "../../../mod.ts";
import { defineTool } from "../../tools/define_tool.ts";
import { ClientServer, errorOf } from "../../../tests/support/client_server.ts";
import { add, broken, steps, waiting } from "../../../tests/support/client_tools.ts";
import { GoMCPError } from "../errors.ts";
import type { ToolClient } from "../tool_client.ts";
import type { BatchResult, LogEvent, Progress } from "../types.ts";
import { GrpcGoMCPClient } from "./grpc_client.ts";
import type { GrpcGoMCPClientOptions } from "./options.ts";

/** All that an error says, but for the status, whose numbers are those of its protocol. */
function told(error: GoMCPError) {
  const { code, detail, pointer, limit, limitName, used, remaining, resetsAt } = error;
  return { code, detail, pointer, limit, limitName, used, remaining, resetsAt };
}

/** What both clients say of the same. */
async function alike<R>(
  server: ClientServer,
  run: (client: ToolClient) => PromiseLike<R>,
): Promise<R> {
  const [rest, grpc] = await Promise.all(
    server.both().map(async (client) => {
      try {
        return { value: await run(client) };
      } catch (error) {
        assert(error instanceof GoMCPError, String(error));
        return { error: told(error) };
      }
    }),
  );
  assertEquals(grpc, rest);
  return grpc as R;
}

Deno.test("tools are listed and found as by REST, page after page", async () => {
  const many = Array.from(
    { length: 1_003 },
    (_, i) => defineTool({ name: `t${i}`, description: "Runs.", handler: () => "" }),
  );
  await using server = await ClientServer.start([add, ...many]);
  await alike(server, (client) => client.listTools());
  await alike(server, (client) => client.getTool("add"));
  await alike(server, (client) => client.getTool("bödy ü"));
  let seen = 0;
  for await (const _ of server.client().listTools()) seen++;
  assertEquals(seen, 1_004);
});

Deno.test("calls end as by REST: results, failures, refusals, events", async () => {
  await using server = await ClientServer.start([add, broken, steps]);
  const calls: [string, object | undefined][] = [
    ["add", { a: 2 }],
    ["add", { a: "x" }],
    ["add", undefined],
    ["broken", {}],
    ["nobody", {}],
  ];
  for (const [tool, args] of calls) await alike(server, (client) => client.callTool(tool, args));
  const events = await alike(server, async (client) => {
    const all: (Progress | LogEvent)[] = [];
    const result = await client.callTool("steps", {}, {
      onProgress: (progress) => all.push(progress),
      onLog: (event) => all.push(event),
    });
    return { all, result };
  });
  assertEquals(JSON.stringify(events).includes("between"), true);
  const listening = { onProgress: () => {} };
  await alike(server, (client) => client.callTool("add", { a: 1 }, listening));
  await alike(server, (client) => client.callTool("add", {}, listening));
});

Deno.test("batches end as by REST, whole and as streams", async () => {
  await using server = await ClientServer.start([add, broken]);
  const calls = [
    { id: "r1", tool: "add", arguments: { a: 1 } },
    { tool: "nobody" },
    { id: 3, tool: "broken" },
  ];
  const plain = (results: readonly BatchResult[]) =>
    results.map((result) => ({
      ...result,
      durationMs: result.durationMs >= 0,
      ...(!result.ok && { error: told(result.error) }),
    }));
  for (const options of [{ parallel: true }, { parallel: 2 }, { onError: "stop" } as const, {}]) {
    await alike(server, async (client) => plain(await client.batchCall(calls, options)));
    await alike(server, async (client) => {
      const results: BatchResult[] = [];
      for await (const result of client.batchStream(calls, options)) results.push(result);
      return plain(results.toSorted((a, b) => a.index - b.index));
    });
  }
  for (const wrong of [-1, 0, 1.5]) {
    for (const client of server.both()) {
      const error = await errorOf(client.batchCall(calls, { parallel: wrong }));
      assertEquals([error.code, error.pointer], ["invalid_request", "/parallel"]);
    }
  }
});

Deno.test("a batch's own deadline keeps the results that are there", async () => {
  const calls = [{ tool: "add", arguments: { a: 1 } }, { tool: "wait" }];
  for (const which of [0, 1]) {
    await using server = await ClientServer.start([add, waiting().tool]);
    const client = server.both()[which]!;
    const [first, second] = await client.batchCall(calls, { deadlineMs: 200 });
    assert(first?.ok === true && second?.ok === false);
    assertEquals(second.error.code, "deadline_exceeded");
    const error = await errorOf(client.batchCall(calls, { deadlineMs: -1 }));
    assertEquals(error.code, "invalid_request");
  }
});

Deno.test("a signal, a timeout and a listener that throws end the call on the server too", async () => {
  for (const how of ["signal", "timeout", "stream", "listener", "batch"] as const) {
    const { tool, started, aborted } = waiting(how === "listener");
    await using server = await ClientServer.start([tool]);
    const controller = new AbortController();
    const { signal } = controller;
    const client = server.client();
    const call = errorOf(
      how === "batch"
        ? client.batchCall([{ tool: "wait" }], { signal })
        : client.callTool("wait", {}, {
          ...(how === "timeout" ? { timeoutMs: 300 } : { signal }),
          ...(how === "stream" && { onProgress: () => {} }),
          ...(how === "listener" && {
            onProgress: () => {
              throw new Error("mine");
            },
          }),
        }),
    );
    await started;
    if (how !== "timeout" && how !== "listener") controller.abort(new Error("mine"));
    const error = await call;
    assertEquals(error.code, how === "timeout" ? "timeout" : "cancelled");
    if (how !== "timeout") assertEquals((error.cause as Error).message, "mine");
    await aborted;
  }
});

Deno.test("who leaves batchStream() ends what has not ended", async () => {
  const { tool, aborted } = waiting();
  await using server = await ClientServer.start([add, tool]);
  const calls = [{ tool: "wait" }, { tool: "add", arguments: { a: 1 } }];
  for await (const result of server.client().batchStream(calls, { parallel: true })) {
    assertEquals(result.index, 1);
    break;
  }
  await aborted;
});

Deno.test("keys are sent, and what tenants may not is refused alike", async () => {
  const tenants = createTenantManager(memoryState());
  await tenants.createTenant("acme", "ACME", { maxToolCalls: 1, period: "day" });
  const { secret } = await tenants.createKey("acme");
  await using server = await ClientServer.start([add], { tenants });
  const [rest, grpc] = server.both(secret);
  await grpc!.callTool("add", { a: 1 });
  const errors = await Promise.all([rest!, grpc!].map((client) => {
    return errorOf(client.callTool("add", { a: 1 }));
  }));
  assertEquals(told(errors[1]!), told(errors[0]!));
  assertEquals([errors[1]!.code, errors[1]!.limit], ["quota_exceeded", 1]);
  const [wrongRest, wrongGrpc] = await Promise.all(
    server.both("gmcp_wrong").map((client) => errorOf(client.callTool("add", { a: 1 }))),
  );
  assertEquals(told(wrongGrpc!), told(wrongRest!));
  assertEquals(wrongGrpc!.code, "unauthenticated");
  await tenants.close();
});

const WRONG: readonly Partial<GrpcGoMCPClientOptions>[] = [
  { address: "" },
  { address: "http://127.0.0.1:50051" },
  { timeoutMs: 0 },
  { retries: 11 },
  { tls: { cert: "secret" } },
  { apiKey: "secret\nx" },
  { headers: { "x y": "secret" } },
];
for (const wrong of WRONG) {
  Deno.test(`a client of gRPC is not made of ${JSON.stringify(wrong)}`, () => {
    try {
      new GrpcGoMCPClient({ address: "127.0.0.1:1", ...wrong });
    } catch (error) {
      assert(error instanceof GoMCPError && error.code === "invalid_request");
      assertEquals(error.message.includes("secret"), false);
      return;
    }
    throw new Error("it was made");
  });
}
