/** A server that is started for the question, and spoken to over stdio. */
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import { type Connection, type Params, resultOf } from "./list_tools.ts";

/** How a server is started. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const STDERR_CHARS_MAX = 2_000;
const END_GRACE_MS = 2_000;

/** @throws {GomcpError} `upstream_failed` for a program that cannot be started. */
export function startServer(
  { command, args, env = {}, cwd }: ServerCommand,
  signal: AbortSignal,
): Connection {
  try {
    const child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      ...(cwd !== undefined && { cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new CommandConnection(child, signal);
  } catch (cause) {
    const text = `Cannot start "${command}": ${describeThrown(cause)}`;
    throw new GomcpError("upstream_failed", text, { cause });
  }
}

class CommandConnection implements Connection {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: AsyncIterator<string>;
  readonly #errors: Promise<void>;
  readonly #kill: () => void;
  readonly #signal: AbortSignal;
  #stderr = "";
  #nextId = 1;

  constructor(child: Deno.ChildProcess, signal: AbortSignal) {
    this.#child = child;
    this.#signal = signal;
    this.#writer = child.stdin.getWriter();
    this.#lines = linesOf(child.stdout);
    this.#errors = this.#readErrors();
    // Late is over: what waits for the process sees its end.
    this.#kill = () => void endProcess(child, "SIGKILL");
    signal.addEventListener("abort", this.#kill, { once: true });
    if (signal.aborted) this.#kill();
  }

  async request(method: string, params: Params): Promise<Params> {
    const id = this.#nextId++;
    await this.#send({ jsonrpc: "2.0", id, method, params });
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done === true) throw new Error(await this.#whyEnded());
      const message = parse(value);
      if (!isRecord(message)) continue; // some servers print what they like
      if (message.id === id && !("method" in message)) return resultOf(message);
      if ("method" in message && "id" in message) await this.#refuse(message.id);
    }
  }

  async notify(method: string): Promise<void> {
    await this.#send({ jsonrpc: "2.0", method });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener("abort", this.#kill);
    await this.#writer.close().catch(() => {});
    const timer = setTimeout(this.#kill, END_GRACE_MS);
    await endProcess(this.#child, "SIGTERM");
    await this.#lines.return?.();
    await this.#errors;
    await this.#child.status;
    clearTimeout(timer);
  }

  /** Nothing that a server may ask is needed for its list. */
  async #refuse(id: unknown): Promise<void> {
    await this.#send({ jsonrpc: "2.0", id, error: { code: -32601, message: "not offered" } });
  }

  async #send(message: unknown): Promise<void> {
    try {
      await this.#writer.write(new TextEncoder().encode(JSON.stringify(message) + "\n"));
    } catch {
      throw new Error(await this.#whyEnded());
    }
  }

  async #whyEnded(): Promise<string> {
    if (this.#signal.aborted) return "it did not answer in time";
    const { code } = await this.#child.status;
    await this.#errors;
    const last = this.#stderr.trim().split("\n").slice(-3).join(" ");
    return `it ended with status ${code}${last === "" ? "" : `: ${last}`}`;
  }

  async #readErrors(): Promise<void> {
    for await (const part of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#stderr = (this.#stderr + part).slice(-STDERR_CHARS_MAX);
    }
  }
}

/** @throws {Error} for a line that is longer than a message may be. */
async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > LIMITS.hostLineCharsMax) throw new Error("one of its lines is too long");
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function endProcess(child: Deno.ChildProcess, signal: Deno.Signal): Promise<void> {
  try {
    child.kill(signal);
  } catch {
    await child.status; // it has ended by itself
  }
}
