/** Starts `gomcp serve --mode=http` on a free port and talks to it. */
import { type CliOptions, CliProcess, fixtureArgs } from "./cli_process.ts";

/** An answer whose body has been read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- tests look into answers of every shape
  readonly json: any;
}

export class ServerProcess extends CliProcess {
  /** Such as "http://127.0.0.1:40000". */
  url = "";

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Sends a request and reads the answer. A failure waits for whoever awaits it. */
  request(path: string, init: RequestInit = {}): Promise<Reply> {
    const reply = fetch(this.url + path, init).then(readReply);
    reply.catch(() => {});
    return reply;
  }

  /** POSTs as curl does that was given `--data` and nothing else. */
  post(path: string, body: unknown): Promise<Reply> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return this.request(path, { method: "POST", body: text, headers });
  }

  /** Calls a tool by REST. */
  call(tool: string, args: unknown = {}): Promise<Reply> {
    return this.post("/v1/tools/call", { tool, arguments: args });
  }
}

async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = /^application\/(problem\+)?json$/.test(response.headers.get("content-type") ?? "");
  const json = isJson && text !== "" ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, json };
}

export interface ServerOptions extends CliOptions {
  /** What the log says when the server listens. @default "serving HTTP" */
  readonly message?: string;
}

/** Resolves once the server listens. */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const { args = [], message: wanted = "serving HTTP", ...rest } = options;
  const { folder, args: tools } = await fixtureArgs(options);
  const server = new ServerProcess(
    ["serve", "--mode=http", "--addr=127.0.0.1:0", "--log-format=json", ...tools, ...args],
    "null",
    { ...rest, folder },
  );
  try {
    const record = await server.log.find(
      ({ message }) => message === wanted,
      "address of the server",
    );
    server.url = String(record.url);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}
