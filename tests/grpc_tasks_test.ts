/** Tasks over gRPC: started, watched, cancelled, and refused as calls are. */
import { assert, assertEquals } from "@std/assert";
import { memoryTasks } from "../mod.ts";
import { gomcp } from "../src/protocol/gen/gomcp_v1.js";
import { failure, json, text } from "./support/grpc.ts";
import { withGrpc } from "./support/grpc_server.ts";

const {
  TASK_STATUS_WORKING,
  TASK_STATUS_COMPLETED,
  TASK_STATUS_FAILED,
  TASK_STATUS_CANCELLED,
} = gomcp.v1.TaskStatus;

/** Options of a server that keeps tasks. */
function withTasks(more = {}) {
  return { runtime: { tasks: { store: memoryTasks(), ...more } } };
}

Deno.test("StartTask gives a task that goes on without its request, and WatchTask tells of it", () =>
  withGrpc(withTasks(), async ({ client, holder }) => {
    // The deadline is of the request; the task has its own.
    const task = await client.startTask({ tool: "hold" }, { deadlineMs: 60_000 });
    assertEquals([task.id.length, task.status], [32, TASK_STATUS_WORKING]);
    const held = await holder.next();
    const stream = client.watchTask(task.id);
    await stream.messages.find(({ status }) => status === TASK_STATUS_WORKING, "it as it is");
    held.ctx.progress(1, 2, "half");
    await stream.messages.find(({ statusMessage }) => statusMessage === "half", "its progress");
    held.finish("held");
    const { messages, ending } = await stream.all();
    const last = messages.at(-1)!;
    assertEquals([ending.status, last.status], ["OK", TASK_STATUS_COMPLETED]);
    assertEquals(JSON.parse(text(last.result!.resultJson!)).content[0].text, "held");
    assertEquals((await client.getTask(task.id)).status, TASK_STATUS_COMPLETED);
    const again = await client.watchTask(task.id).all();
    assertEquals(again.messages.map(({ status }) => status), [TASK_STATUS_COMPLETED]);
  }));

Deno.test("CancelTask stops the call of a task", () =>
  withGrpc(withTasks(), async ({ client, holder }) => {
    const { id } = await client.startTask({ tool: "hold" });
    const held = await holder.next();
    assertEquals((await client.cancelTask(id)).status, TASK_STATUS_CANCELLED);
    assertEquals(await held.aborted, "AbortError");
    assertEquals((await client.cancelTask(id)).status, TASK_STATUS_CANCELLED);
  }));

Deno.test("a task that came to no result has the problem", () =>
  withGrpc(withTasks({ timeoutMs: 50 }), async ({ client }) => {
    const { id } = await client.startTask({ tool: "hold" });
    const { messages } = await client.watchTask(id).all();
    const last = messages.at(-1)!;
    assertEquals([last.status, last.problem?.code], [TASK_STATUS_FAILED, "deadline_exceeded"]);
  }));

Deno.test("StartTask refuses what CallTool refuses, and keeps nothing of it", () =>
  withGrpc(withTasks(), async ({ client }) => {
    const unknown = await failure(client.startTask({ tool: "none" }));
    assertEquals([unknown.status, unknown.info.Problem.code], ["NOT_FOUND", "unknown_tool"]);
    const wrong = { tool: "add", argumentsJson: json({ a: 1 }) };
    assertEquals((await failure(client.startTask(wrong))).info.Problem.code, "invalid_arguments");
    for (const answer of [client.getTask("none"), client.cancelTask("none")]) {
      assertEquals((await failure(answer)).status, "NOT_FOUND");
    }
    assertEquals((await client.watchTask("none").ending()).status, "NOT_FOUND");
  }));

Deno.test("a server that keeps no tasks says so", () =>
  withGrpc({}, async ({ client }) => {
    const refused = await failure(client.startTask({ tool: "hold" }));
    assertEquals(refused.status, "FAILED_PRECONDITION");
    assert(refused.details.includes("keeps none"));
    assertEquals((await failure(client.getTask("x"))).status, "NOT_FOUND");
  }));
