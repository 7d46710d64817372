/** The tasks extension as clients see it: negotiation, listening, owners, records, over HTTP and stdio. */
import { assert, assertEquals } from "@std/assert";
import { createRuntime, createTenantManager, memoryState, memoryTasks, serveHttp } from "../mod.ts";
import { reporting } from "./support/fixtures/marking.ts";
import { eventMessages } from "./support/mcp_http.ts";
import { type ServerProcess, startServer } from "./support/server.ts";
import { TaskClient, TASKS } from "./support/tasks.ts";
import { until } from "./support/wait.ts";

const LONG_MS = 3_600_000;
// deno-lint-ignore no-explicit-any -- tests look into answers of every shape
type Json = any;

/** Inline: what is looked at here is the same in a tool host, and this is started sooner. */
const INLINE = "--isolation=inline";

Deno.test("a client that has not declared tasks gets none of them", async (t) => {
  await using server = await startServer({
    fixtures: ["marking", "tasks"],
    args: [INLINE, "--task-after=50ms"],
  });
  const client = new TaskClient(server, { capabilities: { elicitation: {} } });
  await t.step("its calls are run to their end", async () => {
    const result = await client.call("plain", { ms: 200 });
    assertEquals([result.resultType, result.content[0].text], ["complete", "waited"]);
  });
  await t.step("tools that are tasks only cannot be called, and nothing runs", async () => {
    const reply = await client.request("tools/call", { name: "failing_job", arguments: {} });
    assertEquals([reply.status, reply.json.error.code], [400, -32021]);
    const { requiredCapabilities } = reply.json.error.data;
    assertEquals(requiredCapabilities, { extensions: { [TASKS]: {} } });
    const rest = await server.call("failing_job");
    assertEquals([rest.status, rest.json.code], [400, "capability_required"]);
  });
  await t.step(
    "it is refused methods and subscriptions, before anything is looked up",
    async () => {
      for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
        const { status, json } = await client.request(method, { taskId: "none" });
        assertEquals([status, json.error.code], [400, -32021], method);
      }
      const { json } = await client.request("subscriptions/listen", {
        notifications: { taskIds: ["none"] },
      });
      assertEquals(json.error.code, -32021);
    },
  );
  await t.step("one that has gets a task of any call that lasts", async () => {
    const declared = new TaskClient(server);
    const task = await declared.until(await declared.start("plain", { ms: 500 }));
    assertEquals(task.result.content[0].text, "waited");
    assertEquals((await declared.call("plain", { ms: 0 })).resultType, "complete");
  });
});

Deno.test("a subscription tells each change of a task, whole, and of nobody else's", async () => {
  await using server = await startServer({ fixtures: ["marking", "tasks"], args: [INLINE] });
  const client = new TaskClient(server);
  const taskId = await client.start("confirm_delete", { filename: "a" });
  const { inputRequests } = await client.until(taskId, "input_required");
  const messages: Json[] = [];
  const abort = new AbortController();
  const heard = (async () => {
    const response = await fetch(`${server.url}/mcp`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "subscriptions/listen",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: "listen",
        method: "subscriptions/listen",
        params: {
          notifications: { taskIds: [taskId, "nobody's"] },
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": { extensions: { [TASKS]: {} } },
          },
        },
      }),
      signal: abort.signal,
    });
    let rest = "";
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("data: ")) messages.push(JSON.parse(line.slice(6)));
      }
    }
  })().catch((error) => assert(abort.signal.aborted, String(error)));
  const statuses = () =>
    messages.filter(({ method }) => method === "notifications/tasks")
      .map(({ params }) => params.status);
  await until(() => statuses().includes("input_required"), "the task is told as it is");
  assertEquals(messages[0].params.notifications.taskIds, [taskId], "what is not there is left out");
  const [key] = Object.keys(inputRequests);
  await client.answer(taskId, { [key!]: { action: "accept", content: { confirm: true } } });
  await until(() => statuses().includes("completed"), "its end is told");
  const last = messages.findLast(({ params }) => params.status === "completed").params;
  assertEquals(last.result.content[0].text, "Deleted a");
  assertEquals(last._meta["io.modelcontextprotocol/subscriptionId"], "listen");
  assertEquals(last.taskId, taskId);
  abort.abort();
  await heard;
});

Deno.test("an answer that cannot be used is asked for again, by another key", async () => {
  await using server = await startServer({ fixtures: ["tasks"], args: [INLINE] });
  const client = new TaskClient(server);
  const taskId = await client.start("confirm_delete", { filename: "a" });
  const [key] = Object.keys((await client.until(taskId, "input_required")).inputRequests);
  await client.answer(taskId, { [key!]: { action: "accept", content: { confirm: "perhaps" } } });
  let task: Json;
  await until(async () => {
    task = await client.get(taskId);
    return task.status === "input_required" && !(key! in task.inputRequests);
  }, "it is asked again");
  const [again] = Object.keys(task.inputRequests);
  await client.answer(taskId, { [key!]: { action: "accept", content: { confirm: true } } });
  assertEquals((await client.get(taskId)).status, "input_required", "an old key answers nothing");
  await client.answer(taskId, { [again!]: { action: "accept", content: { confirm: true } } });
  assertEquals((await client.until(taskId)).result.content[0].text, "Deleted a");
});

Deno.test("a task in a tool host runs, asks, is cancelled, and tells how far it is", async () => {
  await using server = await startServer({ fixtures: ["marking"] });
  const client = new TaskClient(server);
  const file = `${server.folder}/host.marks`;
  const asking = await client.start("asking", { file });
  const [key] = Object.keys((await client.until(asking, "input_required")).inputRequests);
  await client.answer(asking, { [key!]: { action: "accept", content: { name: "Ada" } } });
  assertEquals((await client.until(asking)).result.content[0].text, "marked for Ada");
  const reporting = await client.start("reporting", { ms: LONG_MS });
  await until(
    async () => (await client.get(reporting)).statusMessage === "a quarter",
    "progress is shown",
  );
  await client.cancel(reporting);
  assertEquals((await client.get(reporting)).status, "cancelled");
  const stats = async () => (await server.call("plain", { ms: 0 })).status;
  assertEquals(await stats(), 200);
});

Deno.test("tasks are their key's alone, whoever knows the id", async () => {
  const tenants = createTenantManager(memoryState());
  const tasks = { store: memoryTasks() };
  const runtime = createRuntime({ tools: [reporting], tenants, tasks });
  const http = serveHttp(runtime, { port: 0 });
  try {
    const keys: string[] = [];
    for (const tenant of ["a", "b"]) {
      await tenants.createTenant(tenant, tenant);
      for (const name of ["one", "two"]) {
        keys.push((await tenants.createKey(tenant, { name })).secret);
      }
    }
    const server = { request: requestTo(http.url) } as unknown as ServerProcess;
    const [own, ...others] = keys.map((key) => new TaskClient(server, { key }));
    const taskId = await own!.start("reporting", { ms: LONG_MS });
    for (const other of others) {
      for (const method of ["tasks/get", "tasks/cancel"]) {
        assertEquals((await other.error(method, { taskId })).code, -32602);
      }
      const error = await other.error("tasks/update", { taskId, inputResponses: {} });
      assertEquals(error, await other.error("tasks/update", { taskId: "x", inputResponses: {} }));
    }
    const rest = await fetch(`${http.url}/v1/tasks/${taskId}`, {
      headers: { authorization: `Bearer ${keys[1]}` },
    });
    assertEquals([rest.status, (await rest.json()).code], [404, "not_found"]);
    assertEquals((await own!.get(taskId)).status, "working");
    await own!.cancel(taskId);
  } finally {
    await runtime.shutdown({ deadlineMs: 1 });
    await http.close();
    await tenants.close();
  }
});

/** What a client of tasks needs of a server that runs in this process. */
function requestTo(url: string) {
  return async (path: string, init: RequestInit) => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
  };
}

Deno.test("REST answers Prefer: respond-async with 202, and tells the task by events", async () => {
  await using server = await startServer({ fixtures: ["marking"], args: [INLINE] });
  const reply = await server.request("/v1/tools/call", {
    method: "POST",
    headers: { prefer: "wait=1, respond-async" },
    body: JSON.stringify({ tool: "plain", arguments: { ms: 300 } }),
  });
  const location = reply.headers.get("location")!;
  assertEquals([reply.status, location], [202, `/v1/tasks/${reply.json.taskId}`]);
  assertEquals(reply.headers.get("preference-applied"), "respond-async");
  const events = await server.request(location, { headers: { accept: "text/event-stream" } });
  const names = events.text.split("\n").filter((line) => line.startsWith("event: "));
  assertEquals([names.at(0), names.at(-1)], ["event: task", "event: end"]);
  assert(eventMessages(events).some(({ status }: Json) => status === "completed"));
  const ended = await server.request(location);
  assertEquals(ended.json.result.content[0].text, "waited");
  const cancelled = await server.request(`${location}/cancel`, { method: "POST" });
  assertEquals([cancelled.status, cancelled.json.status], [200, "completed"]);
  const rows: [string, string, number][] = [
    ["GET", "/v1/tasks/nobody", 404],
    ["POST", "/v1/tasks/nobody/cancel", 404],
    ["GET", `${location}/cancel`, 405],
    ["POST", location, 405],
    ["GET", `${location}/more`, 404],
    ["GET", "/v1/tasks/", 404],
  ];
  for (const [method, path, status] of rows) {
    assertEquals((await server.request(path, { method })).status, status, `${method} ${path}`);
  }
  const refused = await server.request("/v1/tools/call", {
    method: "POST",
    headers: { prefer: "respond-async" },
    body: JSON.stringify({ tool: "nobody" }),
  });
  assertEquals([refused.status, refused.json.code], [404, "unknown_tool"]);
});
