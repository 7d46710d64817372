/** Requests of the REST API: made, made again where that is safe, and their failures turned into errors. */
import { badAnswer, errorOfProblem, type GoMCPError } from "./errors.ts";
import { Limit } from "./limit.ts";
import { checkTimeout, jsonText } from "./options.ts";
import type { Platform } from "./platform.ts";
import { withRetries } from "./tries.ts";

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
  /** What a POST sends as JSON; without it, it is a GET. */
  readonly body?: object;
  /** The media type that is wished for. @default application/json */
  readonly accept?: string;
  /** What else is wished for (RFC 7240). */
  readonly prefer?: string;
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

/** What a server that comes back has ended requests with. */
const AWAY: readonly string[] = ["connection_failed", "overloaded"];
const FOLLOW_MS = 500;

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

  /** Makes the request again and again until `read` gives something, also when the server is away. */
  async follow<T>(
    plan: Plan,
    options: RequestOptions,
    read: (response: Response) => Promise<T | undefined>,
  ): Promise<T> {
    const limit = this.#limit(options);
    try {
      while (true) {
        const got = await this.#tries(plan, limit, read).catch((error: GoMCPError) => {
          if (limit.ended || !AWAY.includes(error.code)) throw error;
        });
        if (got !== undefined) return got as T;
        await limit.pause(FOLLOW_MS);
      }
    } finally {
      limit.abort();
    }
  }

  #limit({ signal, timeoutMs = this.#options.timeoutMs }: RequestOptions): Limit {
    return new Limit(this.#options.platform, checkTimeout(timeoutMs), signal);
  }

  #tries<T>(plan: Plan, limit: Limit, read: (response: Response) => Promise<T>): Promise<T> {
    const text = plan.body && jsonText(plan.body);
    const once = () => this.#once(plan, text, limit, read);
    return withRetries(once, limit, { ...this.#options, repeatable: plan.repeatable });
  }

  async #once<T>(
    { path, accept, prefer }: Plan,
    body: string | undefined,
    limit: Limit,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const { baseUrl, platform } = this.#options;
    const headers = body === undefined ? this.#getHeaders : this.#postHeaders;
    const response = await platform.fetch(baseUrl + path, {
      ...(body !== undefined && { method: "POST", body }),
      headers: { ...headers, ...(accept && { accept }), ...(prefer && { prefer }) },
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
