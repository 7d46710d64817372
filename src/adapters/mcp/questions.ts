/** The server's own requests to one legacy client, until they are answered. */
import { GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import type { InputRequest } from "../../pipeline/input.ts";
import { clip, notificationText } from "../../protocol/jsonrpc.ts";
import { CANCELLED } from "../../protocol/methods.ts";

/** The way of questions to the client. */
export interface QuestionSender {
  /** Sends a request; false when the client has no way to get it. */
  request(text: string): boolean;
  /** Sends a notification. */
  notify(text: string): void;
}

interface Open {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: GomcpError) => void;
}

export class Questions {
  readonly #open = new Map<string, Open>();
  #count = 0;
  #closed = false;

  /** Waits for the answer, or until `signal` aborts: then the client need not answer any more. */
  ask(
    { method, params }: InputRequest,
    sender: QuestionSender,
    signal: AbortSignal,
  ): Promise<unknown> {
    if (signal.aborted) return Promise.reject(ended());
    if (this.#closed) return Promise.reject(gone());
    if (this.#open.size >= LIMITS.openQuestionsMax) {
      const text = `Cannot ask the client: ${this.#open.size} questions wait for its answers`;
      return Promise.reject(new GomcpError("overloaded", text));
    }
    this.#count++;
    const id = `gomcp-${this.#count}`;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const end = () => {
      if (!this.#open.delete(id)) return;
      reject(ended());
      const reason = "The call has ended";
      sender.notify(notificationText(CANCELLED, { requestId: id, reason }));
    };
    this.#open.set(id, { resolve, reject });
    signal.addEventListener("abort", end, { once: true });
    if (!sender.request(JSON.stringify({ jsonrpc: "2.0", id, method, params }))) {
      this.#open.delete(id);
      const text = "Cannot ask the client: it does not accept an event stream";
      reject(new GomcpError("capability_required", text));
    }
    return promise.finally(() => signal.removeEventListener("abort", end));
  }

  /** Takes a response; one to nothing that was asked is left alone. */
  take(response: Readonly<Record<string, unknown>>): void {
    const { id, error, result } = response;
    const open = typeof id === "string" ? this.#open.get(id) : undefined;
    if (open === undefined) return;
    this.#open.delete(id as string);
    if (error === undefined) return open.resolve(result);
    const message = isRecord(error) && typeof error.message === "string" ? error.message : "";
    open.reject(
      new GomcpError("tool_error", `The client answered with an error: ${clip(message)}`),
    );
  }

  /** Nobody will answer any more. */
  close(): void {
    this.#closed = true;
    for (const { reject } of this.#open.values()) reject(gone());
    this.#open.clear();
  }
}

function gone(): GomcpError {
  return new GomcpError("cancelled", "The client is gone");
}

function ended(): GomcpError {
  return new GomcpError("cancelled", "The call ended before the client had answered");
}
