/** What all clients of the SDK have in common. */
import type { ToolList } from "./tool_list.ts";
import type { RequestOptions } from "./transport.ts";
import type {
  AnyTools,
  BatchCall,
  BatchOptions,
  BatchResult,
  CallRest,
  CallResult,
  Health,
  ToolInfo,
  ToolMap,
} from "./types.ts";

/** What clients of a gomcp server can do, by whatever way they reach it. */
export interface ToolClient<T extends ToolMap<T> = AnyTools> {
  /** All tools that the caller may see: awaited, or one after another. */
  listTools(options?: RequestOptions): ToolList;
  /** One tool. */
  getTool(name: keyof T & string, options?: RequestOptions): Promise<ToolInfo>;
  /** Calls a tool. */
  callTool<Name extends keyof T & string>(
    name: Name,
    ...rest: CallRest<T[Name]["args"]>
  ): Promise<CallResult<T[Name]["structured"]>>;
  /** Calls several tools by one request. */
  batchCall(calls: readonly BatchCall<T>[], options?: BatchOptions): Promise<BatchResult[]>;
  /** As `batchCall`, with each result as soon as there is one. */
  batchStream(
    calls: readonly BatchCall<T>[],
    options?: BatchOptions,
  ): AsyncGenerator<BatchResult, void, undefined>;
  /** Whether the server takes calls. */
  health(options?: RequestOptions): Promise<Health>;
}
