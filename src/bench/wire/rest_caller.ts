/** Calls of one tool by the REST API of a gomcp server. */
import { isRecord } from "../../base/json.ts";
import { utf8Length } from "../../base/utf8_length.ts";
import type { CallEnd } from "../load/recorder.ts";
import type { Connect } from "./byte_stream.ts";
import { HttpPool, postHead, withBody } from "./http_pool.ts";
import type { HttpAnswer } from "./http_reader.ts";
import { codeOfStatus, LATE, LOST } from "./lost.ts";
import type { ToolCall } from "./tool_call.ts";

interface Open {
  readonly sentMs: number;
  readonly abandon: () => void;
  isLate: boolean;
}

export interface RestCallerOptions {
  /** The server's root. */
  readonly url: URL;
  /** Fields that go along with every request. */
  readonly fields: Readonly<Record<string, string>>;
  readonly connect: Connect;
  readonly call: ToolCall;
  readonly now: () => number;
}

export class RestCaller {
  readonly #options: RestCallerOptions;
  readonly #pool: HttpPool;
  readonly #head: string;
  readonly #before: string;
  readonly #open = new Set<Open>();

  constructor(options: RestCallerOptions) {
    this.#options = options;
    this.#pool = new HttpPool(options.connect);
    const url = new URL("/v1/tools/call", options.url);
    this.#head = postHead(url, { ...options.fields, accept: "application/json" });
    this.#before = `{"tool":${JSON.stringify(options.call.tool)},"arguments":`;
  }

  /** Never rejects. */
  readonly call = async (number: number): Promise<CallEnd> => {
    const { call, now } = this.#options;
    const body = this.#before + call.argumentsJson(number) + "}";
    let open: Open | undefined;
    const hear = (abandon: () => void) => {
      open = { sentMs: now(), abandon, isLate: false };
      this.#open.add(open);
    };
    try {
      return endOf(await this.#pool.request(withBody(this.#head, body, utf8Length(body)), hear));
    } catch {
      return open?.isLate === true ? LATE : LOST;
    } finally {
      if (open !== undefined) this.#open.delete(open);
    }
  };

  /** Calls that have waited for so long are given up. */
  expire(timeoutMs: number): void {
    const before = this.#options.now() - timeoutMs;
    for (const open of this.#open) {
      if (open.sentMs > before) return;
      open.isLate = true;
      open.abandon();
    }
  }

  close(): void {
    this.#pool.close();
  }
}

function endOf({ status, body }: HttpAnswer): CallEnd {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return status === 200 ? "bad_answer" : codeOfStatus(status);
  }
  if (!isRecord(answer)) return "bad_answer";
  if (status !== 200) return typeof answer.code === "string" ? answer.code : codeOfStatus(status);
  return answer.isError === true ? "tool_error" : undefined;
}
