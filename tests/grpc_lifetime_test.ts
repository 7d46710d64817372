/** How calls of gRPC end: by deadlines, cancellations, slow readers and bounds. */
import { assertEquals, assertMatch } from "@std/assert";
import { LIMITS } from "../src/base/limits.ts";
import { gomcp } from "../src/protocol/gen/gomcp_v1.js";
import { failure, GrpcClient, json } from "./support/grpc.ts";
import { withGrpc } from "./support/grpc_server.ts";
import { until } from "./support/wait.ts";

Deno.test("the client's deadline reaches the tool and ends the call", () =>
  withGrpc({}, async ({ client, holder }) => {
    // The deadline is for the call, not for connecting.
    await client.check();
    const call = failure(client.callTool("hold", {}, { deadlineMs: 500 }));
    const held = await holder.next();
    assertEquals((await call).status, "DEADLINE_EXCEEDED");
    // Who is first, the client that gives up or the server that ends it, is a matter of luck.
    assertMatch(await held.aborted, /^(Timeout|Abort)Error$/);
  }));

Deno.test("the tool's own deadline ends a call, with details", () =>
  withGrpc({ runtime: { defaultTimeoutMs: 50 } }, async ({ client, holder }) => {
    const call = failure(client.callTool("hold"));
    const held = await holder.next();
    const ending = await call;
    assertEquals(ending.status, "DEADLINE_EXCEEDED");
    assertEquals(ending.info.Problem.code, "deadline_exceeded");
    assertEquals(await held.aborted, "TimeoutError");
  }));

for (const kind of ["CallTool", "CallToolStream", "BatchCall"] as const) {
  Deno.test(`a client that cancels ${kind} stops the tool`, () =>
    withGrpc({}, async ({ client, holder, runtime }) => {
      const request = { tool: "hold" };
      const call = kind === "CallToolStream"
        ? client.callStream(request)
        : kind === "CallTool"
        ? client.begin(kind, gomcp.v1.CallToolRequest, request)
        : client.begin(kind, gomcp.v1.BatchCallRequest, { items: [request] });
      const held = await holder.next();
      call.cancel();
      assertEquals(await held.aborted, "AbortError");
      await until(() => runtime.stats().running === 0, "the call is over");
      assertEquals((await client.callTool("add", { a: 1, b: 1 })).content[0].text, "2");
    }));
}

Deno.test("a call that has ended is not taken for cancelled", () =>
  withGrpc({}, async ({ client, holder }) => {
    const calling = client.callTool("hold");
    const held = await holder.next();
    let aborted = false;
    held.aborted.then(() => aborted = true);
    held.finish("done");
    await calling;
    // The next call's answer comes after the end of this one was told.
    await client.callTool("add", { a: 1, b: 1 });
    assertEquals(aborted, false);
  }));

Deno.test("a stream that is not read holds no more than its bound, and the result still comes", () =>
  withGrpc({}, async ({ client, holder }) => {
    const stream = client.callStream({ tool: "hold", logLevel: "info" });
    stream.call.pause();
    const { ctx, finish } = await holder.next();
    const before = Deno.memoryUsage().heapUsed + Deno.memoryUsage().external;
    const data = "y".repeat(64 * 1024);
    for (let step = 1; step <= 2_000; step++) ctx.progress(step, 2_000, data);
    const grown = Deno.memoryUsage().heapUsed + Deno.memoryUsage().external - before;
    assertEquals(grown < 64 * 1024 * 1024, true, `128 MB were told, ${grown} bytes are kept`);
    finish("done");
    stream.call.resume();
    const { messages, ending } = await stream.all();
    assertEquals(ending.status, "OK");
    assertEquals(messages.at(-1)!.event, "result");
    assertEquals(messages.length < 2_000, true, "what nobody read was left out");
    assertEquals(messages.length > 10, true, "what was read came");
  }));

Deno.test("a batch makes no calls ahead of a client that does not read", () =>
  withGrpc({}, async ({ client, runtime }) => {
    const big = { tool: "big", argumentsJson: json({ bytes: 3_000_000 }) };
    const stream = client.batchStream({ items: Array.from({ length: 100 }, () => big) });
    stream.call.pause();
    await until(() => runtime.stats().started >= 4, "calls have begun");
    let last = -1;
    await until(async () => {
      const { started } = runtime.stats();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return last === (last = started);
    }, "no more calls begin");
    // What the kernel and the client hold comes on top of what the server does.
    assertEquals(
      runtime.stats().started < 70,
      true,
      `${runtime.stats().started} of 100 were made`,
    );
    stream.call.resume();
    const { messages, ending } = await stream.all();
    assertEquals([messages.length, ending.status], [100, "OK"]);
  }));

Deno.test("a request may be as large as a message, not larger", () =>
  withGrpc({}, async ({ client }) => {
    const sized = (bytes: number) => ({
      tool: "mirror",
      argumentsJson: new TextEncoder().encode(`{}${" ".repeat(bytes - 2)}`),
    });
    const fits = LIMITS.messageBytesMax + LIMITS.grpcOverheadBytes - 100;
    assertEquals((await client.call(sized(fits))).isError, false);
    const ending = await failure(client.call(sized(fits + 200)));
    assertEquals(ending.status, "RESOURCE_EXHAUSTED");
    assertEquals((await client.callTool("add", { a: 1, b: 1 })).content[0].text, "2");
  }));

Deno.test("a large answer comes whole to a client that takes it", () =>
  withGrpc({}, async ({ server }) => {
    using client = new GrpcClient(server.address, undefined, {
      "grpc.max_receive_message_length": -1,
    });
    const { content } = await client.callTool("big", { bytes: 8_000_000 });
    assertEquals(content[0].text.length, 8_000_000);
  }));
