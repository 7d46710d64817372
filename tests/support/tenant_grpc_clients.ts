/** Clients of gRPC with a credential that give answers as they came: of sessions, and of the typed service. */
import type { gomcp } from "../../src/protocol/gen/gomcp_v1.js";
import {
  type Ending,
  failure,
  GrpcClient,
  type GrpcStream,
  json,
  type Options,
  text,
} from "./grpc.ts";
import { SessionClient } from "./grpc_speaker.ts";
import { type Id, initialize, INITIALIZED, legacy, type RequestMessage } from "./mcp.ts";
import { BATCHED, callsOf, codesOf, type Params } from "./tenant_adapter.ts";
import type { Served, TenantClient } from "./tenant_adapter.ts";

/** MCP on streams: each key has a stream of its own. */
export function grpcSession(
  message: (id: number, method: string, params?: Params) => RequestMessage,
) {
  return async ({ grpc }: Served, own: string): Promise<TenantClient> => {
    const client = new GrpcClient(grpc);
    const session = new SessionClient(client, bearer(own));
    await Promise.race([session.stream.initial, session.stream.ending()]);
    if (message === legacy) {
      session.send(initialize(0, BATCHED));
      await session.messages.next("the answer to initialize");
      session.send(INITIALIZED);
    }
    let id = 0;
    const answerOf = (id: Id, method: string) =>
      session.messages.find((each) => each.id === id, `answer to ${method}`);
    return {
      async ask(method, params = {}, key = own) {
        if (key !== own) return textOf(await client.session(bearer(key)).ending());
        const request = message(++id, method, params);
        session.send(request);
        const answer = await answerOf(request.id, method);
        return JSON.stringify({ ...answer, id: 1 });
      },
      async batch(calls) {
        const coming = session.messages.branch();
        session.send(callsOf(calls));
        return codesOf(await coming.find(Array.isArray, "the answers of a batch"));
      },
      async [Symbol.asyncDispose]() {
        session.stream.cancel();
        await session.stream.ending();
        client[Symbol.dispose]();
      },
    };
  };
}

/** Each method of the typed service, by the names that its tests have for it. */
export function grpcTools({ grpc }: Served, own: string): Promise<TenantClient> {
  const client = new GrpcClient(grpc);
  const callOf = ({ name, arguments: args }: Params) => ({
    tool: name as string,
    argumentsJson: json(args ?? {}),
  });
  const send = async (method: string, params: Params, options: Options): Promise<string> => {
    const batch = { items: [callOf(params)] };
    switch (method) {
      case "tools/list":
        return shown(await client.listTools({}, options));
      case "get":
        return shown(await client.getTool(params.name as string, options));
      case "tools/call":
        return shown(await client.call(callOf(params), options));
      case "call stream":
        return await textOfStream(client.callStream(callOf(params), options));
      case "batch":
        return shown(await client.batch(batch, options));
      case "batch stream":
        return await textOfStream(client.batchStream(batch, options));
      default:
        return await textOfWatch(client.watchTools(options));
    }
  };
  return Promise.resolve({
    async ask(method, params = {}, key = own) {
      const answer = send(method, params, bearer(key));
      return await answer.catch(async () => textOf(await failure(answer)));
    },
    async batch(calls) {
      const answer = client.batch({ items: calls.map(callOf) }, bearer(own));
      return await answer.then(
        ({ results }) => results.map((each) => each.problem?.code ?? ""),
        async () => [(await failure(answer)).info.Problem.code],
      );
    },
    [Symbol.asyncDispose]: () => Promise.resolve(client[Symbol.dispose]()),
  });
}

async function textOfStream<T>(stream: GrpcStream<T, never>): Promise<string> {
  const { messages, ending } = await stream.all();
  return messages.map(shown).join("\n") + (ending.status === "OK" ? "" : textOf(ending));
}

/** The first message of a stream that goes on, or why there is none. */
async function textOfWatch(stream: GrpcStream<gomcp.v1.WatchToolsResponse, never>) {
  const first = await stream.messages.next().catch(() => undefined);
  if (first === undefined) return textOf(await stream.ending());
  stream.cancel();
  await stream.ending();
  return shown(first);
}

/** All that a client could tell refusals apart by; the problem itself first. */
function textOf({ status, details, info, metadata }: Ending): string {
  const { Problem, ...more } = info;
  const kept = Object.keys(metadata.getMap()).filter((name) => name !== "date").sort();
  return `${status} ${JSON.stringify({ ...Problem, details, more, kept })}`;
}

/** A message as text, bytes as what they say; how long it took is no part of what it says. */
function shown(message: unknown): string {
  return JSON.stringify(message, (name, value) => {
    if (name === "durationMs") return undefined;
    return value instanceof Uint8Array ? text(value) : value;
  });
}

function bearer(key: string): Options {
  return { metadata: { authorization: `Bearer ${key}` } };
}
