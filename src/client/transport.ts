/** Requests of the REST API: made, made again where that is safe, and their failures turned into errors. */
import { describeThrown } from "../base/errors.ts";
import { badAnswer, errorOfProblem, GoMCPError } from "./errors.ts";
import { Limit } from "./limit.ts";
import type { Platform } from "./platform.ts";
import { mayRetry, waitMs } from "./retry.ts";

/** What a request may be told by its caller. */
export interface RequestOptions {
  /** Ends the request; the server ends the call. */
  readonly signal?: AbortSignal | undefined;
  /** The longest it may take, all tries and waits together. @default the client's */
  readonly timeoutMs?: number | undefined;
}

/** A request before it is made. */
export interface Plan {
  /** Below the base URL, with its query. */
  readonly path: string;
  /** JSON text of a POST; without it, it is a GET. */
  readonly body?: string;
  /** The media type that is wished for. @default application/json */
  readonly accept?: string;
  /** Whether it may run twice. */
  readonly repeatable: boolean;
}

/** What a transport is made of. */
export interface TransportOptions {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly platform: Platform;
}

export class Transport {
  readonly #options: TransportOptions;
  readonly #getHeaders: Readonly<Record<string, string>>;
  readonly #postHeaders: Readonly<Record<string, string>>;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#getHeaders = { accept: "application/json", ...options.headers };
    this.#postHeaders = { ...this.#getHeaders, "content-type": "application/json" };
  }

  /** Makes the request and reads its answer; with retries, both begin anew. */
  async send<T>(
    plan: Plan,
    options: RequestOptions,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const limit = this.#limit(options);
    try {
      return await this.#tries(plan, limit, read);
    } finally {
      limit.close();
    }
  }

  /** Makes the request; whoever gets its answer must call `end` once it is read, or not wanted. */
  async open(
    plan: Plan,
    options: RequestOptions,
  ): Promise<{ readonly response: Response; readonly limit: Limit }> {
    const limit = this.#limit(options);
    try {
      const response = await this.#tries(plan, limit, (opened) => Promise.resolve(opened));
      return { response, limit };
    } catch (error) {
      limit.close();
      throw error;
    }
  }

  #limit({ signal, timeoutMs = this.#options.timeoutMs }: RequestOptions): Limit {
    return new Limit(this.#options.platform, checkTimeout(timeoutMs), signal);
  }

  async #tries<T>(plan: Plan, limit: Limit, read: (response: Response) => Promise<T>): Promise<T> {
    const { retries, platform } = this.#options;
    for (let tries = 0;; tries++) {
      try {
        return await this.#once(plan, limit, read);
      } catch (thrown) {
        const error = errorOf(thrown, limit);
        if (tries >= retries || limit.ended || !mayRetry(error, plan.repeatable)) throw error;
        await limit.pause(waitMs(error, tries, platform.random));
        if (limit.ended) throw limit.ended;
      }
    }
  }

  async #once<T>(plan: Plan, limit: Limit, read: (response: Response) => Promise<T>): Promise<T> {
    if (limit.ended) throw limit.ended;
    const { baseUrl, platform } = this.#options;
    const { path, body, accept } = plan;
    const headers = body === undefined ? this.#getHeaders : this.#postHeaders;
    const response = await platform.fetch(baseUrl + path, {
      ...(body !== undefined && { method: "POST", body }),
      headers: accept === undefined ? headers : { ...headers, accept },
      signal: limit.signal,
      // A call must not become another request on its way, nor a key go to another server.
      redirect: "error",
    });
    if (!response.ok) throw await refusalOf(response);
    return await read(response);
  }
}

/** A JSON object; anything else is no answer of gomcp's. */
export async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw badAnswer("it is no JSON", response.status);
  }
}

/** What was thrown, as an error of ours. */
export function errorOf(thrown: unknown, limit: Limit): GoMCPError {
  if (limit.ended !== undefined) return limit.ended;
  if (thrown instanceof GoMCPError) return thrown;
  const text = `Cannot reach server: ${describeThrown(thrown)}`;
  return new GoMCPError("connection_failed", text, { cause: thrown });
}

async function refusalOf(response: Response): Promise<GoMCPError> {
  const { status } = response;
  const text = await response.text();
  let problem: unknown;
  try {
    problem = JSON.parse(text);
  } catch {
    // Told below.
  }
  const error = errorOfProblem(problem, status);
  if (error.code !== "bad_answer") return error;
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  return badAnswer(
    `status ${status} is none of gomcp's`,
    status,
    seconds >= 0 ? seconds * 1_000 : undefined,
  );
}

/** The longest that timers of all platforms can wait is 24 days; ours is that of a server's call. */
const TIMEOUT_MS_MAX = 24 * 3_600_000;

/** @throws {GoMCPError} `invalid_request` for what is no time to wait. */
export function checkTimeout(ms: number): number {
  if (ms > 0 && ms <= TIMEOUT_MS_MAX) return ms;
  throw new GoMCPError(
    "invalid_request",
    `Cannot make request: its timeoutMs is ${ms}, expected a number from 1 to ${TIMEOUT_MS_MAX}`,
  );
}
