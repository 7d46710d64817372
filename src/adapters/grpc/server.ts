/** The server of gRPC, put together: services, bounds, the port, and the way to its end. */
import {
  type ChannelOptions,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { LIMITS } from "../../base/limits.ts";
import { gomcp } from "../../protocol/gen/gomcp_v1.js";
import { grpc } from "../../protocol/gen/grpc_services.js";
import type { Problem } from "../../base/errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { batchCall, batchCallStream } from "./batch_methods.ts";
import { callTool, callToolStream } from "./call_methods.ts";
import { coalesceWrites } from "./coalesce.ts";
import type { GrpcServer, GrpcSettings } from "./options.ts";
import { bidiStream, serverStream, type Service, unary } from "./handlers.ts";
import { Health } from "./health.ts";
import { listen, type Listener } from "./listener.ts";
import { reflect } from "./reflection.ts";
import { session } from "./session.ts";
import { cancelTask, getTask, startTask, watchTask } from "./task_methods.ts";
import { getTool, listTools, watchTools } from "./tool_methods.ts";

const { v1 } = gomcp;
const TOOLS = "gomcp.v1.ToolService";
const MCP = "gomcp.v1.McpService";
const HEALTH = "grpc.health.v1.Health";
const REFLECTION = "grpc.reflection.v1.ServerReflection";
/** What clients from before v1 ask for; the same messages. */
const OLD_REFLECTION = "grpc.reflection.v1alpha.ServerReflection";
const SERVICES = [TOOLS, MCP, HEALTH, REFLECTION, OLD_REFLECTION];

const TOO_MANY: Problem = {
  code: "overloaded",
  detail: `Cannot open session: ${LIMITS.grpcSessionsMax} are open`,
  limit: LIMITS.grpcSessionsMax,
  retryAfterMs: 1_000,
};

/** Starts to listen. */
export async function startServer(runtime: Runtime, settings: GrpcSettings): Promise<GrpcServer> {
  const server = new Server(boundsOf(settings));
  const { clock, log } = runtime;
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = await listen({
    ...settings,
    protocol: "h2",
    clock,
    log,
    onSocket: (socket) => {
      coalesceWrites(socket);
      injector.injectConnection(socket);
    },
  });
  const stop = new AbortController();
  const health = new Health({ clock, isReady: runtime.isReady, services: SERVICES });
  const service: Service = {
    runtime,
    anonymous: !settings.requireKey,
    connectionOf: (peer) => listener.connectionOf(peer),
    stopping: stop.signal,
  };
  addServices(server, service, health);
  return new RunningServer(server, listener, health, stop, settings);
}

function boundsOf({ connectionAgeMs }: GrpcSettings): ChannelOptions {
  return {
    "grpc.max_receive_message_length": LIMITS.messageBytesMax + LIMITS.grpcOverheadBytes,
    // Results are bounded where they are made.
    "grpc.max_send_message_length": -1,
    "grpc.max_concurrent_streams": LIMITS.grpcStreamsMax,
    "grpc.keepalive_time_ms": LIMITS.grpcKeepAliveMs,
    "grpc.keepalive_timeout_ms": LIMITS.grpcKeepAliveTimeoutMs,
    "grpc.max_connection_idle_ms": LIMITS.grpcIdleMs,
    "grpc.max_connection_age_ms": connectionAgeMs,
    // Long enough for any call that began before.
    "grpc.max_connection_age_grace_ms": LIMITS.timeoutMsMax,
    "grpc.enable_channelz": 0,
  };
}

function addServices(server: Server, service: Service, health: Health): void {
  add(server, TOOLS, {
    ListTools: unary(service, v1.ListToolsRequest.decode, listTools),
    GetTool: unary(service, v1.GetToolRequest.decode, getTool),
    CallTool: unary(service, v1.CallToolRequest.decode, callTool),
    CallToolStream: serverStream(service, v1.CallToolRequest.decode, callToolStream),
    BatchCall: unary(service, v1.BatchCallRequest.decode, batchCall),
    BatchCallStream: serverStream(service, v1.BatchCallRequest.decode, batchCallStream),
    WatchTools: serverStream(service, v1.WatchToolsRequest.decode, watchTools),
    StartTask: unary(service, v1.CallToolRequest.decode, startTask),
    GetTask: unary(service, v1.GetTaskRequest.decode, getTask),
    CancelTask: unary(service, v1.CancelTaskRequest.decode, cancelTask),
    WatchTask: serverStream(service, v1.WatchTaskRequest.decode, watchTask),
  });
  let sessions = 0;
  add(server, MCP, {
    Session: bidiStream(service, async (stream, turn) => {
      if (sessions >= LIMITS.grpcSessionsMax) return TOO_MANY;
      sessions++;
      try {
        return await session(stream, turn);
      } finally {
        sessions--;
      }
    }),
  });
  const open = { ...service, isOpen: true };
  const { HealthCheckRequest } = grpc.health.v1;
  add(server, HEALTH, {
    Check: unary(open, HealthCheckRequest.decode, (request) => health.check(request)),
    Watch: serverStream(open, HealthCheckRequest.decode, (request, turn, writer) => {
      return health.watch(request, turn, writer);
    }),
  });
  for (const name of [REFLECTION, OLD_REFLECTION]) {
    add(server, name, {
      ServerReflectionInfo: bidiStream(service, (stream) => reflect(stream, SERVICES)),
    });
  }
}

/** Which methods have streams; all others have one message each way. */
const STREAMS: Readonly<Record<string, readonly ["one" | "many", "one" | "many"]>> = {
  CallToolStream: ["one", "many"],
  BatchCallStream: ["one", "many"],
  WatchTools: ["one", "many"],
  WatchTask: ["one", "many"],
  Watch: ["one", "many"],
  Session: ["many", "many"],
  ServerReflectionInfo: ["many", "many"],
};

/** Messages stay bytes for grpc-js: who reads them says what is wrong with them. */
function add(server: Server, name: string, methods: UntypedServiceImplementation): void {
  const definition: Record<string, ServiceDefinition[string]> = {};
  for (const method of Object.keys(methods)) {
    const [requests, responses] = STREAMS[method] ?? ["one", "one"];
    definition[method] = {
      path: `/${name}/${method}`,
      requestStream: requests === "many",
      responseStream: responses === "many",
      requestSerialize: asBuffer,
      requestDeserialize: (bytes) => bytes,
      responseSerialize: asBuffer,
      responseDeserialize: (bytes) => bytes,
    };
  }
  server.addService(definition, methods);
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

class RunningServer implements GrpcServer {
  readonly address: string;
  readonly port: number;
  readonly #server: Server;
  readonly #listener: Listener;
  readonly #health: Health;
  readonly #stop: AbortController;
  #isDraining = false;
  #closing: Promise<void> | undefined;

  constructor(
    server: Server,
    listener: Listener,
    health: Health,
    stop: AbortController,
    { hostname }: GrpcSettings,
  ) {
    this.#server = server;
    this.#listener = listener;
    this.#health = health;
    this.#stop = stop;
    this.port = listener.port;
    const name = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
    this.address = `${name}:${this.port}`;
  }

  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#health.stop();
    this.#listener.close();
    // GOAWAY to all. It says that it is done while streams are open: the connections tell.
    this.#server.tryShutdown(() => {});
  }

  close({ deadlineMs = 5_000 }: { readonly deadlineMs?: number } = {}): Promise<void> {
    return this.#closing ??= this.#close(deadlineMs);
  }

  async #close(deadlineMs: number): Promise<void> {
    this.drain();
    this.#stop.abort();
    this.#health.close();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, deadlineMs);
    await Promise.race([this.#listener.emptied(), late.promise]);
    clearTimeout(timer);
    this.#server.forceShutdown();
    // Which ends no connection that was handed to it.
    await this.#listener.destroy();
  }
}
