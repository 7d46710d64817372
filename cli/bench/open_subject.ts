/** Opens what a row of the bench is about, and starts what it needs. */
import { splitLine } from "../validate/read_targets.ts";
import type { ClientTls } from "../tools/client_tls.ts";
import { chooseCall } from "./choose_call.ts";
import { IN_PROCESS, type InProcessLayer, openInProcess } from "./in_process.ts";
import type { BenchOptions, Layer, RemoteLayer } from "./options.ts";
import { prepareServer, type RunningServer, startServer } from "./own_server.ts";
import { openGrpc, openHttp, openRest, openStdio, type RemoteOptions } from "./remote.ts";
import type { Subject } from "./subject.ts";
import { GomcpError } from "../../src/base/errors.ts";

/** Where the server is, when it is not one of ours. */
export interface Place {
  readonly url: string | undefined;
  readonly grpc: string | undefined;
  readonly command: string | undefined;
  readonly apiKey: string | undefined;
  readonly tls: ClientTls | undefined;
}

/** One row: a layer in an era with one size of payload. */
export interface RowPlan {
  readonly name: string;
  readonly layer: Layer;
  readonly protocol: "auto" | "modern" | "legacy";
  readonly payloadBytes: number | undefined;
}

/** All rows, in their order. Our own servers are asked in both eras. */
export function rowsOf(options: BenchOptions, isOwn: boolean): readonly RowPlan[] {
  const { layers, payloads, protocols } = options;
  return layers.flatMap((layer) => {
    const hasEras = layer === "stdio" || layer === "http";
    const eras = hasEras
      ? protocols ?? (isOwn ? ["modern", "legacy"] as const : ["auto"] as const)
      : ["auto"] as const;
    return eras.flatMap((protocol) => {
      const name = protocol === "auto" ? layer : `${layer}-${protocol}`;
      return payloads.map((payloadBytes) => ({ name, layer, protocol, payloadBytes }));
    });
  });
}

export function isInProcess(layer: Layer): layer is InProcessLayer {
  return (IN_PROCESS as readonly string[]).includes(layer);
}

/** @throws {GomcpError} saying what cannot be measured and why. */
export async function openSubject(
  row: RowPlan,
  options: BenchOptions,
  place: Place,
  folder: string,
): Promise<Subject> {
  const { layer, protocol, payloadBytes } = row;
  const { tool, template, timeoutMs, pid } = options;
  const choice = { tool, template, payloadBytes };
  const without = new Set(options.without);
  if (isInProcess(layer)) {
    return await openInProcess(layer, { call: chooseCall(choice, undefined), folder, without });
  }
  const { apiKey, tls } = place;
  const remote = { protocol, choice, apiKey, tls, timeoutMs, pid };
  const { url, grpc, command } = place;
  if (command !== undefined) return await openStdio(commandOf(command), {}, remote);
  if (grpc !== undefined) return await openGrpc(grpc, remote);
  if (url !== undefined) return await openAddress(layer, readUrl(url), remote);
  const argumentBytes = chooseCall(choice, undefined).argumentsJson(0).length;
  return await openOwn(layer, remote, { folder, without, argumentBytes });
}

async function openOwn(
  layer: RemoteLayer,
  options: RemoteOptions,
  server: Parameters<typeof prepareServer>[1],
): Promise<Subject> {
  if (layer === "stdio") {
    const { command, env } = await prepareServer(["--mode=stdio"], server);
    return await openStdio(command, env, options);
  }
  const isGrpc = layer === "grpc";
  const flags = [`--mode=${isGrpc ? "grpc" : "http"}`, "--addr=127.0.0.1:0"];
  const own = await prepareServer(flags, server);
  const running = await startServer(own, isGrpc ? "serving gRPC" : "serving HTTP");
  const { apiKey } = own;
  const { pid, address } = running;
  return await closingWith(running, () => {
    const remote = { ...options, apiKey, pid };
    if (isGrpc) return openGrpc(address, remote);
    return openAddress(layer, new URL(layer === "http" ? "/mcp" : "/", address), remote);
  });
}

/** The server goes with its subject, and when there can be none. */
async function closingWith(
  server: RunningServer,
  open: () => Promise<Subject>,
): Promise<Subject> {
  try {
    const subject = await open();
    const close = async () => {
      await subject.close();
      await server.stop();
    };
    return { ...subject, close };
  } catch (thrown) {
    await server.stop();
    throw thrown;
  }
}

function openAddress(layer: Layer, url: URL, options: RemoteOptions): Promise<Subject> {
  return layer === "rest" ? openRest(url, options) : openHttp(url, options);
}

function readUrl(said: string): URL {
  const url = URL.canParse(said) ? new URL(said) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  const text = `Cannot bench "${said}": expected an address such as http://127.0.0.1:8080/mcp`;
  throw new GomcpError("invalid_request", text);
}

function commandOf(line: string): readonly string[] {
  const words = splitLine(line);
  if (words.length > 0) return words;
  throw new GomcpError("invalid_request", "Cannot read --command: it is empty");
}
