/** The client of a gomcp server's gRPC, by grpc-js: for Deno and Node. */
import type { gomcp } from "../../protocol/gen/gomcp_v1.js";
import { checkResult, checkTool } from "../answers.ts";
import { badAnswer, brokenOff } from "../errors.ts";
import { checkRetries, checkTimeout, DEFAULTS } from "../options.ts";
import { WEB_PLATFORM } from "../platform.ts";
import { Repeatable } from "../repeatable.ts";
import { tell } from "../tell.ts";
import type { ToolClient } from "../tool_client.ts";
import { ToolList } from "../tool_list.ts";
import type { RequestOptions } from "../transport.ts";
import type {
  AnyTools,
  BatchCall,
  BatchOptions,
  BatchResult,
  CallOptions,
  CallRest,
  CallResult,
  Health,
  ToolInfo,
  ToolMap,
} from "../types.ts";
import { Channel, METHODS } from "./channel.ts";
import { batchRequest, callRequest, parseJson, readItem } from "./messages.ts";
import type { GrpcGoMCPClientOptions } from "./options.ts";

const PAGE_SIZE = 1_000;
const SERVING = 1;

/**
 * A client of one server's gRPC, with the methods of `GoMCPClient`. It holds a connection, which is made
 * with the first request and again when it is lost; `close` ends it.
 *
 * @example
 * ```ts
 * import { GrpcGoMCPClient } from "@gomcp/sdk/grpc";
 * import { createRuntime, defineTool, serveGrpc } from "gomcp";
 *
 * const hello = defineTool({ name: "hello", description: "Greets.", handler: () => "Hello!" });
 * const runtime = createRuntime({ tools: [hello] });
 * const server = await serveGrpc(runtime, { port: 0 });
 *
 * const client = new GrpcGoMCPClient({ address: server.address });
 * const { content } = await client.callTool("hello");
 * if (content[0]?.type !== "text" || content[0].text !== "Hello!") throw new Error();
 *
 * client.close();
 * await runtime.shutdown();
 * await server.close();
 * ```
 */
export class GrpcGoMCPClient<T extends ToolMap<T> = AnyTools> implements ToolClient<T> {
  readonly #channel: Channel;
  readonly #repeatable: Repeatable = new Repeatable();

  /**
   * Makes a client; nothing is sent yet.
   *
   * @throws {GoMCPError} `invalid_request` for an option that is out of its range.
   */
  constructor(options: GrpcGoMCPClientOptions) {
    const { timeoutMs = DEFAULTS.timeoutMs, retries = DEFAULTS.retries } = options;
    this.#channel = new Channel(options, {
      timeoutMs: checkTimeout(timeoutMs),
      retries: checkRetries(retries),
      platform: WEB_PLATFORM,
    });
  }

  /**
   * The tools that the caller may see: `await client.listTools()` for all of them, or
   * `for await (const tool of client.listTools())` for one after another.
   */
  listTools(options: RequestOptions = {}): ToolList {
    return new ToolList(async (pageToken = "") => {
      const request = { pageSize: PAGE_SIZE, pageToken };
      const page = await this.#channel.send(METHODS.listTools, request, options, true);
      const tools = page.tools.map((tool) => this.#read(tool));
      return { tools, ...(page.nextPageToken !== "" && { nextCursor: page.nextPageToken }) };
    });
  }

  /**
   * One tool.
   *
   * @throws {GoMCPError} `unknown_tool`, and what a request may end with.
   */
  async getTool(name: keyof T & string, options: RequestOptions = {}): Promise<ToolInfo> {
    return this.#read(await this.#channel.send(METHODS.getTool, { name }, options, true));
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
    return this.#call(name, args, options) as Promise<CallResult<T[Name]["structured"]>>;
  }

  /**
   * Calls several tools by one request. The server takes the batch whole or refuses it whole; each
   * call has an end of its own. The results are in the order of the calls.
   *
   * @throws {GoMCPError} as `callTool`, where the batch as a whole came to nothing.
   */
  async batchCall(
    calls: readonly BatchCall<T>[],
    options: BatchOptions = {},
  ): Promise<BatchResult[]> {
    const request = batchRequest(calls, options);
    const mayRepeat = this.#mayRepeat(calls, options);
    const { results } = await this.#channel.send(METHODS.batchCall, request, options, mayRepeat);
    return results.map((result) => readItem(result, calls));
  }

  /**
   * As `batchCall`, with each result as soon as there is one. Leaving the loop ends what has not
   * ended.
   */
  async *batchStream(
    calls: readonly BatchCall<T>[],
    options: BatchOptions = {},
  ): AsyncGenerator<BatchResult, void, undefined> {
    const request = batchRequest(calls, options);
    const mayRepeat = this.#mayRepeat(calls, options);
    let told = 0;
    const results = this.#channel.stream(METHODS.batchStream, request, options, mayRepeat);
    for await (const result of results) {
      told++;
      yield readItem(result, calls);
    }
    if (told < calls.length) throw brokenOff();
  }

  /** Whether the server takes calls; not made again when it fails. */
  async health(options: RequestOptions = {}): Promise<Health> {
    const { status } = await this.#channel.send(METHODS.health, { service: "" }, options, "never");
    if (status === SERVING) return { ready: true };
    return { ready: false, detail: "The server takes no calls" };
  }

  /** Ends the connection; requests that are open end as `connection_failed`. May be called twice. */
  close(): void {
    this.#channel.close();
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #call(name: string, args: unknown, options: CallOptions): Promise<CallResult> {
    const { onProgress, onLog } = options;
    const request = callRequest(name, args, onLog !== undefined);
    const mayRepeat = this.#repeatable.has(options, name);
    if (onProgress === undefined && onLog === undefined) {
      return resultOf(await this.#channel.send(METHODS.callTool, request, options, mayRepeat));
    }
    return await this.#channel.gather(METHODS.callStream, request, options, mayRepeat, hear);

    async function hear(events: AsyncIterable<gomcp.v1.CallToolStreamResponse>) {
      for await (const { progress, log, result } of events) {
        if (progress) tell(onProgress, readProgress(progress));
        else if (log) {
          const { level, dataJson } = log;
          tell(onLog, { level: level as "info", data: parseJson(dataJson) });
        } else if (result) return resultOf(result);
      }
      throw brokenOff();
    }
  }

  #mayRepeat(calls: readonly BatchCall<T>[], options: BatchOptions): boolean {
    return calls.every(({ tool }) => this.#repeatable.has(options, tool));
  }

  #read({ definitionJson }: gomcp.v1.Tool): ToolInfo {
    const tool = checkTool(parseJson(definitionJson));
    this.#repeatable.learn(tool);
    return tool;
  }
}

function resultOf({ resultJson }: gomcp.v1.CallToolResponse): CallResult {
  if (resultJson === null) throw badAnswer("it is no result of a tool");
  return checkResult(parseJson(resultJson));
}

function readProgress({ progress, total, message }: gomcp.v1.Progress) {
  return { progress, ...(total !== null && { total }), ...(message !== "" && { message }) };
}
