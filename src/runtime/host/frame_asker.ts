/** In a tool host: asks the client by way of the server. */
import { GomcpError, type Problem } from "../../base/errors.ts";
import type { Asker, InputRequest } from "../../pipeline/input.ts";
import type { Askable, AskFrame, ServerFrame } from "../../supervisor/hosts/frames.ts";

type Answer = Extract<ServerFrame, { t: "answer" }>;

interface Question {
  readonly key: string;
  readonly request: InputRequest;
  readonly isAnswer: (answer: unknown) => boolean;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Made for one call; `send` takes what goes to the server. */
export class FrameAsker implements Asker {
  readonly #id: number;
  readonly #can: readonly Askable[];
  readonly #send: (frame: AskFrame | { t: "disconnect"; id: number }) => void;
  readonly #questions = new Map<number, Question>();
  #last = 0;
  #open: Record<string, InputRequest> | undefined;

  constructor(
    id: number,
    can: readonly Askable[],
    send: (frame: AskFrame | { t: "disconnect"; id: number }) => void,
  ) {
    this.#id = id;
    this.#can = can;
    this.#send = send;
  }

  ask(
    key: string,
    request: InputRequest,
    isAnswer: (answer: unknown) => boolean,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#put({ key, request, isAnswer, resolve, reject }, false);
    });
  }

  /** The server's answer to a question. */
  onAnswer({ q, value, problem, interrupted }: Answer): void {
    const question = this.#questions.get(q);
    if (question === undefined) return;
    this.#questions.delete(q);
    if (interrupted === true) question.reject(this.refuse(question.key, question.request));
    else if (problem !== undefined) question.reject(errorOf(problem));
    else if (question.isAnswer(value)) question.resolve(value);
    else this.#put(question, true);
  }

  can({ method, params }: InputRequest): boolean {
    if (method === "roots/list") return this.#can.includes("roots");
    if (method === "sampling/createMessage") return this.#can.includes("sample");
    return this.#can.includes(params.mode === "url" ? "url" : "form");
  }

  refuse(key: string, request: InputRequest): Error {
    (this.#open ??= {})[key] = request;
    return new Error("The handler waits for an answer of the client");
  }

  disconnect(): void {
    this.#send({ t: "disconnect", id: this.#id });
  }

  close(): void {
    this.#questions.clear();
  }

  open(): Readonly<Record<string, InputRequest>> | undefined {
    return this.#open;
  }

  #put(question: Question, again: boolean): void {
    const q = ++this.#last;
    this.#questions.set(q, question);
    const { key, request: { method, params } } = question;
    this.#send({ t: "ask", id: this.#id, q, key, method, params, again });
  }
}

function errorOf({ code, detail, ...more }: Problem): GomcpError {
  return new GomcpError(code, detail, more);
}
