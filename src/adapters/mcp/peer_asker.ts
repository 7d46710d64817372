/** Questions in the legacy era: requests of the server's, answered while the call is open. */
import { GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import type { Asker, InputRequest } from "../../pipeline/input.ts";
import { missingCapability } from "../../protocol/input.ts";
import type { Exchange, Peer } from "./peer.ts";
import { capabilityRequired } from "../../pipeline/retry_asker.ts";

export class PeerAsker implements Asker {
  readonly #peer: Peer;
  readonly #exchange: Exchange;
  #controller: AbortController | undefined;
  #closed = false;

  constructor(peer: Peer, exchange: Exchange) {
    this.#peer = peer;
    this.#exchange = exchange;
  }

  async ask(
    key: string,
    request: InputRequest,
    isAnswer: (answer: unknown) => boolean,
  ): Promise<unknown> {
    const missing = this.#missing(request);
    if (missing !== undefined) throw capabilityRequired(request, missing);
    const answer = await this.#peer.questions.ask(
      legacyForm(request),
      this.#exchange,
      this.#signal(),
    );
    if (isAnswer(answer)) return answer;
    throw this.refuse(key, request);
  }

  refuse(_key: string, { method }: InputRequest): GomcpError {
    return new GomcpError("tool_error", `The client's answer to ${method} cannot be used`);
  }

  can(request: InputRequest): boolean {
    return this.#missing(request) === undefined;
  }

  /** Before 2025-11-25 the context of servers needed no capability of its own. */
  #missing({ method, params }: InputRequest): Readonly<Record<string, unknown>> | undefined {
    const { capabilities, version } = this.#peer;
    const { sampling } = capabilities;
    const isOlder = version !== undefined && version < "2025-11-25" && isRecord(sampling);
    const declared = isOlder
      ? { ...capabilities, sampling: { context: {}, ...sampling } }
      : capabilities;
    return missingCapability(method, params, declared);
  }

  disconnect(): void {
    if (!this.#closed) this.#exchange.disconnect?.();
  }

  /** What the handler asks from now on, nobody answers. */
  close(): void {
    this.#closed = true;
    this.#controller?.abort();
  }

  #signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#closed) this.#controller.abort();
    return this.#controller.signal;
  }

  open(): undefined {
    return undefined;
  }
}

/** A page that the user is sent to has an id in this era (2025-11-25, client/elicitation). */
function legacyForm(request: InputRequest): InputRequest {
  if (request.params.mode !== "url") return request;
  return { ...request, params: { ...request.params, elicitationId: crypto.randomUUID() } };
}
