/** Servers in processes of their own, by any way in: ours, or whatever the user names. */
import { GoMCPError } from "../../client.ts";
import { systemClock } from "../../src/base/clock.ts";
import { GomcpError } from "../../src/base/errors.ts";
import { SILENT_LOG } from "../../src/base/log.ts";
import { connectMcp, type ConnectOptions } from "../../src/bench/wire/connect_mcp.ts";
import { HttpLoadTransport } from "../../src/bench/wire/http_transport.ts";
import { RestCaller } from "../../src/bench/wire/rest_caller.ts";
import { openProcess } from "../../src/runtime/upstreams.ts";
import { VERSION } from "../../src/runtime/version.ts";
import type { ClientTls } from "../tools/client_tls.ts";
import { connectTo } from "./sockets.ts";
import type { Subject } from "./subject.ts";
import { type CallChoice, chooseCall } from "./choose_call.ts";

export interface RemoteOptions {
  readonly protocol: "auto" | "modern" | "legacy";
  readonly choice: CallChoice;
  readonly apiKey: string | undefined;
  readonly tls: ClientTls | undefined;
  readonly timeoutMs: number;
  /** Of the server, where it is on this machine and not started by us. */
  readonly pid: number | undefined;
}

type Server = Subject["server"];

const UNKNOWN: Server = { kind: "unknown", why: "--pid names the server's process, if it is here" };

/** A server over stdio, by its command. */
export async function openStdio(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  options: RemoteOptions,
): Promise<Subject> {
  const open = openProcess(
    { name: "bench", secrets: [] },
    { kind: "command", command, env, cwd: undefined },
    systemClock,
    SILENT_LOG,
  );
  return await openMcp(open, command.join(" "), "stdio", options);
}

/** A server over Streamable HTTP, by its address. */
export async function openHttp(url: URL, options: RemoteOptions): Promise<Subject> {
  const connect = connectTo(url, options.tls);
  const open: Parameters<typeof connectMcp>[0] = (listener) =>
    Promise.resolve(new HttpLoadTransport(url, bearer(options), connect, listener));
  return await openMcp(open, url.href, url.href, options);
}

async function openMcp(
  open: Parameters<typeof connectMcp>[0],
  name: string,
  way: string,
  options: RemoteOptions,
): Promise<Subject> {
  const { protocol, timeoutMs, pid, choice } = options;
  const connecting: ConnectOptions = {
    protocol,
    timeoutMs,
    clock: systemClock,
    info: { name: "gomcp-bench", version: VERSION },
  };
  const connection = await connectMcp(open, connecting, new AbortController().signal)
    .catch((thrown: unknown) => {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new GomcpError("upstream_failed", `Cannot bench ${name}: ${why}`, { cause: thrown });
    });
  const { transport, agreement, tools } = connection;
  const close = async () => {
    transport.stop("the bench is over");
    if (transport.pid !== undefined) await transport.exited;
  };
  try {
    const call = chooseCall(choice, tools);
    const caller = connection.caller(call);
    await checkFirst(name, caller.call);
    const { server: { name: who, version } } = agreement;
    return {
      what: `"${call.tool}" of ${who || "a server"} ${version} over ${way}, ${agreement.version}`,
      call: caller.call,
      argumentBytes: call.argumentsJson(0).length,
      server: serverOf(transport.pid ?? pid),
      expire: (ms) => caller.expire(ms),
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** The REST API of a gomcp server. */
export async function openRest(url: URL, options: RemoteOptions): Promise<Subject> {
  const { choice, tls, pid } = options;
  const call = chooseCall(choice, undefined);
  const caller = new RestCaller({
    url,
    fields: bearer(options),
    connect: connectTo(url, tls),
    call,
    now: systemClock.now,
  });
  await checkFirst(url.href, caller.call);
  return {
    what: `"${call.tool}" by REST at ${url.origin}`,
    call: caller.call,
    argumentBytes: call.argumentsJson(0).length,
    server: serverOf(pid),
    expire: (ms) => caller.expire(ms),
    close: () => Promise.resolve(caller.close()),
  };
}

/** The gRPC of a gomcp server, by the SDK's client. */
export async function openGrpc(address: string, options: RemoteOptions): Promise<Subject> {
  const { GrpcGoMCPClient } = await import("../../client_grpc.ts");
  const { choice, tls, pid, apiKey, timeoutMs } = options;
  const call = chooseCall(choice, undefined);
  const client = new GrpcGoMCPClient({ address, apiKey, tls, timeoutMs, retries: 0 });
  const once = async (number: number) => {
    try {
      const { isError } = await client.callTool(call.tool, call.argumentsOf(number));
      return isError === true ? "tool_error" : undefined;
    } catch (thrown) {
      return thrown instanceof GoMCPError ? thrown.code : "internal";
    }
  };
  await checkFirst(address, once);
  return {
    what: `"${call.tool}" by gRPC at ${address}; the generator is the SDK's client`,
    call: once,
    argumentBytes: call.argumentsJson(0).length,
    server: serverOf(pid),
    close: () => Promise.resolve(client.close()),
  };
}

/** Nobody wants to know how fast a server refuses what it never takes. */
async function checkFirst(name: string, call: (number: number) => unknown): Promise<void> {
  const end = await call(0);
  if (end === undefined) return;
  const isAway = end === "connection_lost" || end === "connection_failed" || end === "timeout";
  const text = `Cannot bench ${name}: the first call ended as ${end}, expected a result`;
  throw new GomcpError(isAway ? "upstream_failed" : "invalid_arguments", text);
}

function bearer({ apiKey }: RemoteOptions): Readonly<Record<string, string>> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

function serverOf(pid: number | undefined): Server {
  return pid === undefined ? UNKNOWN : { kind: "process", pid };
}
