/** Clients with a credential, one kind for each adapter, that give answers as they came: for tests of who sees what. */
import { readEvents } from "./event_feed.ts";
import { Feed } from "./feed.ts";
import { initialize, INITIALIZED, legacy, MCP_HEADERS, modern, modernHeaders } from "./mcp.ts";
import type { RequestMessage } from "./mcp.ts";
import type { Reply, ServerProcess } from "./server.ts";
import { startStdio } from "./stdio.ts";
import {
  BATCHED,
  callsOf,
  codesOf,
  type Params,
  type Served,
  type TenantAdapter,
  type TenantClient,
} from "./tenant_adapter.ts";
import { grpcSession, grpcTools } from "./tenant_grpc_clients.ts";

/** All of them. Another adapter is another row. */
export const TENANT_ADAPTERS: readonly TenantAdapter[] = [
  { name: "stdio, modern", era: "modern", isOneKey: true, connect: stdio(modern) },
  {
    name: "stdio, legacy",
    era: "legacy",
    isOneKey: true,
    hasBatches: true,
    connect: stdio(legacy),
  },
  { name: "HTTP, modern", era: "modern", connect: httpModern },
  { name: "HTTP, legacy", era: "legacy", hasBatches: true, connect: httpLegacy },
  { name: "HTTP+SSE", era: "legacy", connect: sse },
  { name: "REST", era: "rest", hasBatches: true, connect: rest },
  { name: "gRPC, modern", era: "modern", connect: grpcSession(modern) },
  { name: "gRPC, legacy", era: "legacy", hasBatches: true, connect: grpcSession(legacy) },
  { name: "gRPC, tools", era: "grpc", hasBatches: true, connect: grpcTools },
];

function stdio(message: (id: number, method: string, params?: Params) => RequestMessage) {
  return async ({ args, env }: Served, key: string): Promise<TenantClient> => {
    const process = await startStdio({ args, env: { ...env, GOMCP_API_KEY: key } });
    if (message === legacy) {
      await process.request(initialize(0, BATCHED));
      await process.send(INITIALIZED);
    }
    let id = 0;
    return {
      async ask(method, params = {}) {
        const answer = await process.request(message(++id, method, params));
        return JSON.stringify({ ...answer, id: 1 });
      },
      async batch(calls) {
        const coming = process.messages.branch();
        await process.send(callsOf(calls));
        return codesOf(await coming.find(Array.isArray, "the answers of a batch"));
      },
      [Symbol.asyncDispose]: () => process.stop(),
    };
  };
}

function httpModern({ server }: Served, own: string): Promise<TenantClient> {
  return Promise.resolve({
    async ask(method, params = {}, key = own) {
      const message = modern(1, method, params);
      return textOf(await post(server, "/mcp", message, key, modernHeaders(message)));
    },
    async [Symbol.asyncDispose]() {},
  });
}

async function httpLegacy({ server }: Served, own: string): Promise<TenantClient> {
  const opened = await post(server, "/mcp", initialize(0, BATCHED), own, MCP_HEADERS);
  const session = {
    ...MCP_HEADERS,
    "mcp-session-id": opened.headers.get("mcp-session-id") ?? "",
  };
  await post(server, "/mcp", INITIALIZED, own, session);
  return {
    async ask(method, params = {}, key = own) {
      return textOf(await post(server, "/mcp", legacy(1, method, params), key, session));
    },
    async batch(calls) {
      return codesOf((await post(server, "/mcp", callsOf(calls), own, session)).json);
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function sse({ server }: Served, own: string): Promise<TenantClient> {
  const stop = new AbortController();
  const address = Promise.withResolvers<string>();
  const texts = new Feed<string>();
  const stream = await fetch(`${server.url}/sse`, { headers: bearer(own), signal: stop.signal });
  if (stream.status !== 200) throw new Error(`No stream: ${stream.status} ${await stream.text()}`);
  const end = readEvents(stream, (data, event) => {
    if (event === "endpoint") address.resolve(data);
    else texts.push(data);
  }).catch(() => {}).finally(() => texts.end());
  const path = await address.promise;
  const send = (message: unknown, key: string) => post(server, path, message, key, MCP_HEADERS);
  let id = 0;
  const ask: TenantClient["ask"] = async (method, params = {}, key = own) => {
    const coming = texts.branch();
    const reply = await send(legacy(++id, method, params), key);
    if (reply.status !== 202) return textOf(reply).replace(`"id":${id}`, '"id":1');
    const text = await coming.find((each) => JSON.parse(each).id === id, `answer to ${method}`);
    return text.replace(`"id":${id}`, '"id":1');
  };
  await ask("initialize", initialize(0, "2024-11-05").params);
  await send(INITIALIZED, own);
  return {
    ask,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await end;
    },
  };
}

/** "tools/call" and "tools/list" as of MCP; "get", "batch" and "openapi" are REST's own. */
function rest({ server }: Served, own: string): Promise<TenantClient> {
  const call = ({ name, arguments: args }: Params) => ({ tool: name, arguments: args });
  const send = (method: string, params: Params, key: string): Promise<Reply> => {
    const get = (path: string) => server.request(path, { headers: bearer(key) });
    if (method === "tools/list") return get("/v1/tools");
    if (method === "get") return get(`/v1/tools/${params.name}`);
    if (method === "openapi") return get("/openapi.json");
    if (method === "tools/call") return post(server, "/v1/tools/call", call(params), key);
    return post(server, "/v1/tools/batch", { requests: [call(params)] }, key);
  };
  return Promise.resolve({
    ask: async (method, params = {}, key = own) => textOf(await send(method, params, key)),
    async batch(calls) {
      const requests = calls.map(call);
      const { json } = await post(server, "/v1/tools/batch", { requests }, own);
      if (json.code !== undefined) return [json.code];
      return json.results.map(({ status }: { status: number }) => status === 200 ? "" : status);
    },
    async [Symbol.asyncDispose]() {},
  });
}

function post(
  server: ServerProcess,
  path: string,
  body: unknown,
  key: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const all = { ...headers, ...bearer(key) };
  return server.request(path, { method: "POST", body: JSON.stringify(body), headers: all });
}

function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** The status, what a client could tell answers apart by, and the text. */
function textOf({ status, headers, text }: Reply): string {
  const kept = [...headers].filter(([name]) => name !== "date").sort();
  return `${status} ${JSON.stringify(kept)} ${text}`;
}
