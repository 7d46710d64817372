/** A client of tasks over HTTP, of the modern era. */
import { assert, assertEquals } from "@std/assert";
import { postModern } from "./mcp_http.ts";
import type { Reply, ServerProcess } from "./server.ts";
import { until } from "./wait.ts";

// deno-lint-ignore no-explicit-any -- tests look into answers of every shape
type Json = any;

export const TASKS = "io.modelcontextprotocol/tasks";
/** What a client declares that takes tasks and can be asked. */
export const TAKES_TASKS = { elicitation: {}, extensions: { [TASKS]: {} } };

const OVER = ["completed", "failed", "cancelled"];

export class TaskClient {
  readonly #server: ServerProcess;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #capabilities: Json;
  #count = 0;

  constructor(
    server: ServerProcess,
    { key, capabilities = TAKES_TASKS }: { key?: string; capabilities?: Json } = {},
  ) {
    this.#server = server;
    this.#headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    this.#capabilities = capabilities;
  }

  request(method: string, params: Json): Promise<Reply> {
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": this.#capabilities,
    };
    const message = { jsonrpc: "2.0", id: ++this.#count, method, params: { ...params, _meta } };
    const name = params.taskId ?? params.name;
    const headers = { ...this.#headers, ...(name !== undefined && { "mcp-name": name }) };
    return postModern(this.#server, message as Json, headers);
  }

  async result(method: string, params: Json): Promise<Json> {
    const { json, text } = await this.request(method, params);
    assert(json?.result !== undefined, `${method}: ${text}`);
    return json.result;
  }

  async error(method: string, params: Json): Promise<Json> {
    const { json, text } = await this.request(method, params);
    assert(json?.error !== undefined, `${method}: ${text}`);
    return json.error;
  }

  call(name: string, args: Json = {}): Promise<Json> {
    return this.result("tools/call", { name, arguments: args });
  }

  /** Calls a tool and gives the id of the task that it is then. */
  async start(name: string, args: Json = {}): Promise<string> {
    const { resultType, taskId } = await this.call(name, args);
    assertEquals(resultType, "task");
    return taskId;
  }

  get(taskId: string): Promise<Json> {
    return this.result("tasks/get", { taskId });
  }

  cancel(taskId: string): Promise<Json> {
    return this.result("tasks/cancel", { taskId });
  }

  answer(taskId: string, inputResponses: Json): Promise<Json> {
    return this.result("tasks/update", { taskId, inputResponses });
  }

  /** The task once it has that status, or has ended. */
  async until(taskId: string, status?: string): Promise<Json> {
    let task: Json;
    await until(async () => {
      task = await this.get(taskId);
      return task.status === status || OVER.includes(task.status);
    }, `task ${taskId} is ${status ?? "over"}`);
    return task;
  }
}
