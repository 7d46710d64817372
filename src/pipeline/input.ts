/** What a handler asks the client for while it works: the port that each era's adapter implements. */

/** The requests that a client may be asked (2026-07-28, MRTR; requests of the server before). */
export type InputMethod = "elicitation/create" | "sampling/createMessage" | "roots/list";

/** A question to the client. */
export interface InputRequest {
  /** Which request. */
  readonly method: InputMethod;
  /** Its parameters. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** Asks the client; made for one call. */
export interface Asker {
  /**
   * Gives the client's answer once it is one that `isAnswer` takes. `key` names the question
   * within the call; it must be the same when the handler runs again.
   *
   * @throws {GomcpError} `capability_required` when the client cannot answer such requests.
   */
  ask(
    key: string,
    request: InputRequest,
    isAnswer: (answer: unknown) => boolean,
  ): Promise<unknown>;
  /**
   * What to throw when an answer that `ask` gave cannot be used after all, as only somebody in
   * another process could tell; where the client can be asked again, it will be.
   */
  refuse(key: string, request: InputRequest): Error;
  /** The call ends with its questions and comes again with the answers: nothing waits meanwhile. */
  readonly comesAgain?: boolean;
  /** Ends the client's connection, where it can come back for the answer. */
  disconnect?(): void;
  /** The call has its answer: nobody waits for others any more. */
  close(): void;
  /** Whether the client can answer such a request. */
  can(request: InputRequest): boolean;
  /** The questions that the handler had to stop for; undefined when there are none. */
  open(): Readonly<Record<string, InputRequest>> | undefined;
}
