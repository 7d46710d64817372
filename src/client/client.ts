/** The client of a gomcp server's REST API; needs nothing but what the web platform has. */
import { isRecord } from "../base/json.ts";
import { checkResult, parseData, readItem, readPage, readResults, readTool } from "./answers.ts";
import { brokenOff, errorOfProblem, GoMCPError } from "./errors.ts";
import { readEvents } from "./event_reader.ts";
import { badOption, checkRetries, checkTimeout, DEFAULTS, readHeaders } from "./options.ts";
import { WEB_PLATFORM } from "./platform.ts";
import { Repeatable } from "./repeatable.ts";
import type { ToolClient } from "./tool_client.ts";
import { ToolList } from "./tool_list.ts";
import { readJson, type RequestOptions, Transport } from "./transport.ts";
import { errorOf } from "./tries.ts";
import { readEnd, readTask, TASK_WAIT_MS, taskPath } from "./task.ts";
import { tell } from "./tell.ts";
import type {
  AnyTools,
  AwaitOptions,
  BatchCall,
  BatchOptions,
  BatchResult,
  CallOptions,
  CallRest,
  CallResult,
  GoMCPClientOptions,
  Health,
  LogEvent,
  Progress,
  Task,
  ToolInfo,
  ToolMap,
} from "./types.ts";

const EVENTS = "text/event-stream";

/**
 * A client of one server. It holds no connection, so there is nothing to close; calls may be made
 * at the same time. With a map of the tools (`gomcp types`) the compiler checks names and arguments.
 *
 * @example
 * ```ts
 * import { GoMCPClient } from "@gomcp/sdk";
 * import { createRuntime, defineTool, serveHttp } from "gomcp";
 *
 * const hello = defineTool({ name: "hello", description: "Greets.", handler: () => "Hello!" });
 * const runtime = createRuntime({ tools: [hello] });
 * const server = serveHttp(runtime, { port: 0 });
 *
 * const client = new GoMCPClient({ baseUrl: server.url });
 * const { content } = await client.callTool("hello");
 * if (content[0]?.type !== "text" || content[0].text !== "Hello!") throw new Error();
 *
 * await runtime.shutdown();
 * await server.close();
 * ```
 */
export class GoMCPClient<T extends ToolMap<T> = AnyTools> implements ToolClient<T> {
  readonly #transport: Transport;
  readonly #repeatable: Repeatable = new Repeatable();

  /**
   * Makes a client; nothing is sent yet.
   *
   * @throws {GoMCPError} `invalid_request` for an option that is out of its range.
   */
  constructor(options: GoMCPClientOptions) {
    const { timeoutMs = DEFAULTS.timeoutMs, retries = DEFAULTS.retries } = options;
    this.#transport = new Transport({
      baseUrl: checkBase(options.baseUrl),
      headers: readHeaders(options.apiKey, options.headers, (...pair) => new Headers([pair])),
      timeoutMs: checkTimeout(timeoutMs),
      retries: checkRetries(retries),
      platform: options.fetch === undefined
        ? WEB_PLATFORM
        : { ...WEB_PLATFORM, fetch: options.fetch },
    });
  }

  /**
   * The tools that the caller may see: `await client.listTools()` for all of them, or
   * `for await (const tool of client.listTools())` for one after another.
   */
  listTools(options: RequestOptions = {}): ToolList {
    return new ToolList(async (cursor) => {
      const query = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const plan = { path: `/v1/tools?limit=1000${query}`, repeatable: true };
      const page = await this.#transport.send(plan, options, readPage);
      page.tools.forEach((tool) => this.#repeatable.learn(tool));
      return page;
    });
  }

  /**
   * One tool.
   *
   * @throws {GoMCPError} `unknown_tool`, and what a request may end with.
   */
  async getTool(name: keyof T & string, options: RequestOptions = {}): Promise<ToolInfo> {
    const plan = { path: `/v1/tools/${encodeURIComponent(name)}`, repeatable: true };
    const tool = await this.#transport.send(plan, options, readTool);
    this.#repeatable.learn(tool);
    return tool;
  }

  /**
   * Calls a tool. One that fails by its own word gives a result with `isError`.
   *
   * @throws {GoMCPError} the server's refusal by its code, `connection_failed`, `timeout`,
   * `cancelled` or `bad_answer`.
   */
  callTool<Name extends keyof T & string>(
    name: Name,
    ...[args, options = {}]: CallRest<T[Name]["args"]>
  ): Promise<CallResult<T[Name]["structured"]>> {
    const listens = options.onProgress !== undefined || options.onLog !== undefined;
    const plan = {
      path: "/v1/tools/call",
      body: { tool: name, arguments: args },
      repeatable: this.#repeatable.has(options, name),
      ...(listens && { accept: `${EVENTS}, application/json` }),
    };
    return this.#transport.send(plan, options, (response) => readCall(response, options)) as //
    Promise<CallResult<T[Name]["structured"]>>;
  }

  /**
   * Begins a call that goes on after its request, and outlives the server: its id can be kept, and
   * asked for later with the same key.
   *
   * @throws {GoMCPError} as `callTool`.
   */
  startTask<Name extends keyof T & string>(
    name: Name,
    ...[args, options = {}]: CallRest<T[Name]["args"]>
  ): Promise<Task> {
    const plan = {
      path: "/v1/tools/call",
      body: { tool: name, arguments: args },
      repeatable: false,
      prefer: "respond-async",
    };
    return this.#transport.send(plan, options, readTask);
  }

  /** A task as it stands. @throws {GoMCPError} `not_found` for one that is not, or not the caller's. */
  getTask(id: string, options: RequestOptions = {}): Promise<Task> {
    return this.#transport.send({ path: taskPath(id), repeatable: true }, options, readTask);
  }

  /** Ends a task; one that has ended stays as it is. @throws {GoMCPError} as `getTask`. */
  cancelTask(id: string, options: RequestOptions = {}): Promise<Task> {
    const plan = { path: `${taskPath(id)}/cancel`, body: {}, repeatable: true };
    return this.#transport.send(plan, options, readTask);
  }

  /**
   * Waits for the end of a task, a day unless `timeoutMs` says otherwise, through connections that
   * break. To give up waiting does not end the task.
   *
   * @throws {GoMCPError} what the task has failed with, `cancelled` for one that was, and as `getTask`.
   */
  awaitTask(id: string, options: AwaitOptions = {}): Promise<CallResult> {
    const plan = { path: taskPath(id), accept: EVENTS, repeatable: true };
    const limited = { timeoutMs: TASK_WAIT_MS, ...options };
    return this.#transport.follow(plan, limited, (response) => readEnd(response, options));
  }

  /**
   * Calls several tools by one request. The server takes the batch whole or refuses it whole; each
   * call has an end of its own. The results are in the order of the calls.
   *
   * @throws {GoMCPError} as `callTool`, where the batch as a whole came to nothing.
   */
  batchCall(calls: readonly BatchCall<T>[], options: BatchOptions = {}): Promise<BatchResult[]> {
    return this.#transport.send(this.#batchPlan(calls, options), options, readResults);
  }

  /**
   * As `batchCall`, with each result as soon as there is one. Leaving the loop ends what has not
   * ended.
   */
  async *batchStream(
    calls: readonly BatchCall<T>[],
    options: BatchOptions = {},
  ): AsyncGenerator<BatchResult, void, undefined> {
    const plan = { ...this.#batchPlan(calls, options), accept: EVENTS };
    const { response, limit } = await this.#transport.open(plan, options);
    try {
      let told = 0;
      for await (const { event, data } of readEvents(response)) {
        if (event !== "result") continue;
        told++;
        yield readItem(parseData(data));
      }
      if (told < calls.length) throw limit.ended ?? brokenOff();
    } catch (thrown) {
      throw errorOf(thrown, limit);
    } finally {
      limit.abort();
    }
  }

  /** Whether the server takes calls; not made again when it fails. */
  health(options: RequestOptions = {}): Promise<Health> {
    const plan = { path: "/readyz", repeatable: false };
    return this.#transport.send(plan, options, async (response): Promise<Health> => {
      await readJson(response);
      return { ready: true };
    }).catch((thrown) => {
      if (!(thrown instanceof GoMCPError) || thrown.code !== "overloaded") throw thrown;
      return { ready: false, detail: thrown.detail };
    });
  }

  #batchPlan(calls: readonly BatchCall<T>[], options: BatchOptions) {
    const { parallel, onError, deadlineMs } = options;
    return {
      path: "/v1/tools/batch",
      body: { requests: calls, parallel, onError, deadlineMs },
      repeatable: calls.every(({ tool }) => this.#repeatable.has(options, tool)),
    };
  }
}

/** JSON, or events and then the result: a call that has nothing to tell is answered plainly. */
async function readCall(response: Response, options: CallOptions): Promise<CallResult> {
  if (!response.headers.get("content-type")?.startsWith(EVENTS)) {
    return checkResult(await readJson(response));
  }
  for await (const { event, data } of readEvents(response)) {
    const value = parseData(data);
    if (event === "progress") tell(options.onProgress, value as Progress);
    else if (event === "log") tell(options.onLog, value as LogEvent);
    else if (event === "result") return checkResult(value);
    else if (event === "problem") {
      throw errorOfProblem(value, isRecord(value) ? Number(value.status) : undefined);
    }
  }
  throw brokenOff();
}

function checkBase(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "") {
    if (url.username === "") return url.href.replace(/\/+$/, "");
  }
  // The text may hold a password.
  throw badOption("baseUrl is no URL such as https://host:port, without user, query and fragment");
}
