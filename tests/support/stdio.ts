/** Starts `gomcp serve --mode=stdio` and speaks to it in raw lines. */
import { assertEquals } from "@std/assert";
import { type CliOptions, CliProcess, fixtureArgs, readText } from "./cli_process.ts";
import type { Message } from "./mcp.ts";
import { Feed } from "./feed.ts";
import { within } from "./wait.ts";

export interface StdioOptions extends CliOptions {
  /** False leaves stdout unread until `read()` is called. @default true */
  readonly reads?: boolean;
}

export class StdioProcess extends CliProcess {
  /** The messages on stdout. */
  readonly messages: Feed<Message>;
  /** What else stood on stdout; ending the process fails when there is any. */
  readonly stray: string[] = [];
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #reads = false;

  constructor(...[args, stdin, options]: ConstructorParameters<typeof CliProcess>) {
    super(args, stdin, options, false);
    this.messages = new Feed(() => `stderr was:\n${this.stderr.slice(-4_000)}`);
    this.#input = this.child.stdin.getWriter();
  }

  /** Begins to read stdout. */
  read(): void {
    this.#reads = true;
    this.readers.push(this.#readMessages());
  }

  /** Closes the reading end of stdout without having read it. */
  async closeOutput(): Promise<void> {
    this.#reads = true;
    await this.child.stdout.cancel();
  }

  /** Writes to stdin what is no message, or no whole one. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    await within(this.#input.write(bytes), "stdin to be read");
  }

  /** Sends messages, each on a line of its own, in one piece. */
  send(...messages: readonly unknown[]): Promise<void> {
    return this.write(messages.map((message) => JSON.stringify(message) + "\n").join(""));
  }

  /** The answer to the request with this id. */
  answer(id: string | number): Promise<Message> {
    return this.messages.find(
      (message) => message.id === id && message.method === undefined,
      `answer to request ${JSON.stringify(id)}`,
    );
  }

  /** Sends a request and waits for its answer. */
  async request(message: { readonly id: string | number }): Promise<Message> {
    await this.send(message);
    return await this.answer(message.id);
  }

  /** Ends stdin. */
  async closeInput(): Promise<void> {
    await this.#input.close();
  }

  override async stop(): Promise<void> {
    await this.#input.abort().catch(() => {});
    if (!this.#reads) await this.child.stdout.cancel();
    await super.stop();
    assertEquals(this.stray, [], "stdout holds something else than messages");
  }

  async #readMessages(): Promise<void> {
    let rest = "";
    await readText(this.child.stdout, (text) => {
      const lines = text.split("\n");
      lines[0] = rest + lines[0];
      rest = lines.pop()!;
      for (const line of lines) this.#take(line);
    });
    if (rest !== "") this.stray.push(rest);
    this.messages.end();
  }

  #take(line: string): void {
    const value = parse(line);
    if (Array.isArray(value) ? value.every(isMessage) : isMessage(value)) {
      this.messages.push(value as Message);
    } else this.stray.push(line.slice(0, 1_000));
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): boolean {
  return typeof value === "object" && value !== null && "jsonrpc" in value &&
    value.jsonrpc === "2.0";
}

/** Starts the server; it need not be waited for, since a pipe keeps what is sent. */
export async function startStdio(options: StdioOptions = {}): Promise<StdioProcess> {
  const { args = [], reads = true, ...rest } = options;
  const { folder, args: tools } = await fixtureArgs(options);
  const all = ["serve", "--mode=stdio", "--log-format=json", ...tools, ...args];
  const process = new StdioProcess(all, "piped", { ...rest, folder });
  if (reads) process.read();
  return process;
}
