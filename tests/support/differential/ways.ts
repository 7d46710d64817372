/** The ways into a server, each as a client of its own: MCP in both eras on three transports, REST, gRPC. */
import { serveStdio } from "../../../mod.ts";
import { Feed } from "../feed.ts";
import { CallFailed, GrpcClient, json, text } from "../grpc.ts";
import { SessionClient } from "../grpc_speaker.ts";
import {
  cancelled,
  initialize,
  INITIALIZED,
  legacy,
  MCP_HEADERS,
  type Message,
  modern,
  modernHeaders,
  type RequestMessage,
} from "../mcp.ts";
import { ended, type Ending, GONE, refused } from "./ending.ts";
import type { World } from "./world.ts";

/** The one revision with batches of JSON-RPC. */
const BATCHED = "2025-03-26";

export interface Request {
  readonly tool: string;
  readonly args: unknown;
}

export interface Client extends AsyncDisposable {
  call(request: Request): Promise<Ending>;
  /** Calls, and leaves once `begun` has resolved. */
  leave(request: Request, begun: Promise<unknown>): Promise<Ending>;
  /** Undefined where a way has no batches; one ending for a batch that was refused whole. */
  readonly batch?: (requests: readonly Request[]) => Promise<readonly Ending[] | Ending>;
}

/** Connects to a world. Another way in is another row. */
export const WAYS: Readonly<Record<string, (world: World) => Promise<Client>>> = {
  "REST": rest,
  "stdio, modern": (world) => conversation(openStdio(world), modern),
  "stdio, legacy": (world) => conversation(openStdio(world), legacy),
  "/mcp, modern": httpModern,
  "/mcp, legacy": httpLegacy,
  "McpService, modern": (world) => conversation(openSession(world), modern),
  "McpService, legacy": (world) => conversation(openSession(world), legacy),
  "ToolService": toolService,
};

type Era = (id: number, method: string, params?: Record<string, unknown>) => RequestMessage;

/** Messages both ways, whatever carries them. */
interface Line extends AsyncDisposable {
  readonly messages: Feed<Message | Message[]>;
  send(message: unknown): void;
}

function paramsOf({ tool, args }: Request): Record<string, unknown> {
  return { name: tool, ...(args !== undefined && { arguments: args }) };
}

/** What MCP's answer says; modern results have more members than others. */
function endingOf({ result, error }: Message): Ending {
  if (error !== undefined) return refused({ detail: error.message, ...error.data });
  const { resultType: _, _meta, ...rest } = result;
  const problem = _meta?.["gomcp/problem"];
  // Arguments that do not fit are a result for the model, whose text is the detail.
  return problem === undefined
    ? ended(rest)
    : refused({ detail: rest.content[0].text, ...problem });
}

async function conversation(opening: Promise<Line>, era: Era): Promise<Client> {
  const line = await opening;
  let id = 0;
  const answerTo = (wanted: number) =>
    line.messages.find(
      (each) => !Array.isArray(each) && each.id === wanted && each.method === undefined,
      `the answer to ${wanted}`,
    ) as Promise<Message>;
  if (era === legacy) {
    line.send(initialize(++id, BATCHED));
    await answerTo(id);
    line.send(INITIALIZED);
  }
  return {
    async call(request) {
      const own = ++id;
      line.send(era(own, "tools/call", paramsOf(request)));
      return endingOf(await answerTo(own));
    },
    async leave(request, begun) {
      const own = ++id;
      line.send(era(own, "tools/call", paramsOf(request)));
      await begun;
      line.send(cancelled(own));
      return GONE;
    },
    ...(era === legacy && {
      async batch(requests: readonly Request[]) {
        const coming = line.messages.branch();
        line.send(requests.map((each) => era(++id, "tools/call", paramsOf(each))));
        return endingsOf(await coming.next("the answers of a batch"));
      },
    }),
    [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
  };
}

/** Answers to a batch come in any order; its requests have numbers that grow. */
function endingsOf(answers: Message | Message[]): readonly Ending[] | Ending {
  if (!Array.isArray(answers)) return endingOf(answers);
  return answers.toSorted((a, b) => Number(a.id) - Number(b.id)).map(endingOf);
}

async function openStdio({ runtime, key }: World): Promise<Line> {
  const access = await runtime.authenticate!(key, {});
  if ("code" in access) throw new Error(access.detail);
  const messages = new Feed<Message | Message[]>();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const reader = readable.getReader();
  const writer = writable.getWriter();
  let rest = new Uint8Array();
  let unread = "";
  const end = serveStdio(runtime, {
    access,
    input: {
      async read(into) {
        if (rest.length === 0) {
          const { done, value } = await reader.read();
          if (done) return null;
          rest = value as Uint8Array<ArrayBuffer>;
        }
        const part = rest.subarray(0, into.length);
        into.set(part);
        rest = rest.subarray(part.length);
        return part.length;
      },
    },
    output: {
      write(bytes) {
        const lines = (unread + text(bytes)).split("\n");
        unread = lines.pop()!;
        for (const each of lines) messages.push(JSON.parse(each));
        return Promise.resolve(bytes.length);
      },
    },
  });
  return {
    messages,
    send: (message) => void writer.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`)),
    async [Symbol.asyncDispose]() {
      await writer.close();
      await end;
    },
  };
}

async function openSession({ grpc, key }: World): Promise<Line> {
  const client = new GrpcClient(grpc.address);
  const session = new SessionClient(client, { metadata: { authorization: `Bearer ${key}` } });
  await session.stream.initial;
  return {
    messages: session.messages as Feed<Message | Message[]>,
    send: (message) => session.send(message),
    async [Symbol.asyncDispose]() {
      session.stream.end();
      await session.stream.ending();
      client[Symbol.dispose]();
    },
  };
}

interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

async function post(
  { http, key }: World,
  path: string,
  body: unknown,
  { headers = { "content-type": "application/json" }, signal }: PostOptions = {},
) {
  const response = await fetch(`${http.url}${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { ...headers, authorization: `Bearer ${key}` },
    ...(signal && { signal }),
  });
  const answer = await response.text();
  return { headers: response.headers, status: response.status, json: answer && JSON.parse(answer) };
}

/** Leaves by closing the connection. */
async function hangUp(begun: Promise<unknown>, send: (signal: AbortSignal) => Promise<unknown>) {
  const controller = new AbortController();
  const sent = send(controller.signal).catch(() => {});
  await begun;
  controller.abort();
  await sent;
  return GONE;
}

/** What a header cannot carry as it is (2026-07-28, transports: header values). */
function headerValue(name: string): string {
  const bytes = new TextEncoder().encode(name);
  return /^[!-~]([ -~]*[!-~])?$/.test(name) && !name.startsWith("=?base64?")
    ? name
    : `=?base64?${bytes.toBase64()}?=`;
}

function httpModern(world: World): Promise<Client> {
  const send = (request: Request, signal?: AbortSignal) => {
    const message = modern(1, "tools/call", paramsOf(request));
    return post(world, "/mcp", message, {
      headers: { ...modernHeaders(message), "mcp-name": headerValue(request.tool) },
      ...(signal && { signal }),
    });
  };
  return Promise.resolve({
    call: async (request: Request) => endingOf((await send(request)).json),
    leave: (request: Request, begun: Promise<unknown>) =>
      hangUp(begun, (signal) => send(request, signal)),
    async [Symbol.asyncDispose]() {},
  });
}

async function httpLegacy(world: World): Promise<Client> {
  const opened = await post(world, "/mcp", initialize(0, BATCHED), { headers: MCP_HEADERS });
  const headers = { ...MCP_HEADERS, "mcp-session-id": opened.headers.get("mcp-session-id")! };
  const send = (message: unknown) => post(world, "/mcp", message, { headers });
  await send(INITIALIZED);
  let id = 0;
  return {
    async call(request) {
      return endingOf((await send(legacy(++id, "tools/call", paramsOf(request)))).json);
    },
    async leave(request, begun) {
      const own = ++id;
      const sent = send(legacy(own, "tools/call", paramsOf(request))).catch(() => {});
      await begun;
      await send(cancelled(own));
      await sent;
      return GONE;
    },
    async batch(requests) {
      const messages = requests.map((each) => legacy(++id, "tools/call", paramsOf(each)));
      return endingsOf((await send(messages)).json);
    },
    async [Symbol.asyncDispose]() {
      await fetch(`${world.http.url}/mcp`, {
        method: "DELETE",
        headers: { ...headers, authorization: `Bearer ${world.key}` },
      }).then((response) => response.body?.cancel());
    },
  };
}

function rest(world: World): Promise<Client> {
  const bodyOf = ({ tool, args }: Request) => ({ tool, arguments: args });
  // deno-lint-ignore no-explicit-any -- answers of every shape
  const read = (answer: any) => "code" in answer ? refused(answer) : ended(answer);
  return Promise.resolve({
    async call(request: Request) {
      return read((await post(world, "/v1/tools/call", bodyOf(request))).json);
    },
    leave: (request: Request, begun: Promise<unknown>) =>
      hangUp(begun, (signal) => post(world, "/v1/tools/call", bodyOf(request), { signal })),
    async batch(requests: readonly Request[]) {
      const body = { requests: requests.map(bodyOf), parallel: true };
      const { json } = await post(world, "/v1/tools/batch", body);
      if ("code" in json) return refused(json);
      // deno-lint-ignore no-explicit-any -- as above
      return json.results.map(({ result, problem }: any) =>
        problem === undefined ? ended(result) : refused(problem)
      );
    },
    async [Symbol.asyncDispose]() {},
  });
}

function toolService({ grpc, key }: World): Promise<Client> {
  const client = new GrpcClient(grpc.address);
  const options = { metadata: { authorization: `Bearer ${key}` } };
  const bodyOf = ({ tool, args }: Request) => ({
    tool,
    ...(args !== undefined && { argumentsJson: json(args) }),
  });
  const failed = (error: unknown) => {
    if (!(error instanceof CallFailed)) throw error;
    return refused(error.ending.info.Problem);
  };
  const read = ({ resultJson }: { readonly resultJson: Uint8Array | null }) =>
    ended(JSON.parse(text(resultJson!)));
  return Promise.resolve({
    call: (request: Request) => client.call(bodyOf(request), options).then(read, failed),
    async leave(request: Request, begun: Promise<unknown>) {
      const stream = client.callStream(bodyOf(request), options);
      await begun;
      stream.cancel();
      await stream.ending();
      return GONE;
    },
    batch: (requests: readonly Request[]) =>
      client.batch({ items: requests.map(bodyOf), parallel: -1 }, options).then(
        ({ results }) =>
          results.map(({ result, problem }) =>
            problem === null ? read(result!) : refused({ ...problem })
          ),
        failed,
      ),
    [Symbol.asyncDispose]: () => Promise.resolve(client[Symbol.dispose]()),
  });
}
