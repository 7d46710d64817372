/** Calls of one tool over a connection of MCP, many of them open at once. */
import type { Problem } from "../../base/errors.ts";
import type { TransportListener, UpstreamTransport } from "../../upstreams/transport.ts";
import type { CallEnd } from "../load/recorder.ts";
import { codeOf, LATE, LOST } from "./lost.ts";
import type { ToolCall } from "./tool_call.ts";

/** Above those of a handshake. */
const FIRST_ID = 1_000_000;

interface Open {
  readonly sentMs: number;
  readonly resolve: (end: CallEnd) => void;
}

export interface McpCallerOptions {
  readonly transport: UpstreamTransport;
  readonly call: ToolCall;
  /** What a modern request says of its client; undefined in the legacy era. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  /** Headers that repeat arguments. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly now: () => number;
}

export class McpCaller implements TransportListener {
  readonly #options: McpCallerOptions;
  readonly #open = new Map<number, Open>();
  readonly #before: string;
  readonly #after: string;
  #nextId = FIRST_ID;
  /** The last answer as it came, for whoever wants to see what is measured. */
  last = "";

  constructor(options: McpCallerOptions) {
    this.#options = options;
    const { call: { tool }, meta } = options;
    this.#before = `,"method":"tools/call","params":{"name":${JSON.stringify(tool)},"arguments":`;
    this.#after = meta === undefined ? "}}" : `,"_meta":${JSON.stringify(meta)}}}`;
  }

  /** Never rejects. */
  readonly call = (number: number): Promise<CallEnd> => {
    const { transport, call, headers, now } = this.#options;
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#open.set(id, { sentMs: now(), resolve });
      const text = `{"jsonrpc":"2.0","id":${id}${this.#before}` +
        call.argumentsJson(number) + this.#after;
      transport.send({ text, id, method: "tools/call", name: call.tool, headers });
    });
  };

  /** Calls that have waited for so long are given up. */
  expire(timeoutMs: number): void {
    const { transport, now } = this.#options;
    const before = now() - timeoutMs;
    for (const [id, { sentMs }] of this.#open) {
      if (sentMs > before) return; // they are in the order in which they were sent
      this.#give(id, LATE);
      transport.abandon(id);
    }
  }

  /** Nothing will be answered any more. */
  fail(): void {
    for (const id of [...this.#open.keys()]) this.#give(id, LOST);
  }

  onMessage(text: string): void {
    let message: Message;
    try {
      message = JSON.parse(text);
    } catch {
      return; // noise; who waits will be late
    }
    if (typeof message?.id !== "number" || message.method !== undefined) return;
    this.last = text;
    this.#give(message.id, endOf(message));
  }

  onLost(id: number, { code }: Problem): void {
    this.#give(id, code === "upstream_failed" ? LOST : code);
  }

  isWaiting(id: number): boolean {
    return this.#open.has(id);
  }

  #give(id: number, end: CallEnd): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    open.resolve(end);
  }
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly result?: { readonly isError?: boolean; readonly resultType?: string };
  readonly error?: { readonly code?: unknown };
}

function endOf({ result, error }: Message): CallEnd {
  if (error !== undefined) return codeOf(error.code);
  if (typeof result !== "object" || result === null) return "bad_answer";
  if (result.isError === true) return "tool_error";
  // The server wants to know more before it answers; load has nobody who could be asked.
  return result.resultType === "input_required" ? "input_required" : undefined;
}
