/** Where the tools of a command are: a server by its address, or modules in this process. */
import {
  type CallResult,
  GoMCPClient,
  type Progress,
  type ToolClient,
  type ToolInfo,
} from "../../client.ts";
import { GomcpError } from "../../src/base/errors.ts";
import type { Flag, FlagValues } from "../../src/config/flags.ts";
import { LOCAL_FLAGS, openLocalRuntime, refuseAway } from "../local_runtime.ts";
import { takeApiKey } from "../api_key.ts";
import { type ClientTls, fetchBy, readClientTls, TLS_FLAGS } from "./client_tls.ts";

/** Where `gomcp serve` listens unless it is told otherwise. */
export const USUAL_URL = "http://127.0.0.1:8080";

/** The flags that say where; those of a configuration here beside those of a server. */
export const TARGET_FLAGS: readonly Flag[] = [
  { name: "url", kind: "text", value: "URL", help: `the server [${USUAL_URL}]` },
  { name: "grpc", kind: "text", value: "HOST:PORT", help: "the server, by gRPC" },
  ...TLS_FLAGS,
  {
    name: "token-file",
    kind: "text",
    value: "FILE",
    help: "what the server knows us by [GOMCP_API_KEY]",
  },
  {
    name: "config",
    kind: "text",
    value: "FILE",
    help: "the tools and upstreams of a gomcp.json, .jsonc or .yaml, without a server",
  },
  ...LOCAL_FLAGS.filter(({ name }) => name === "tools" || name === "root").map((flag) => ({
    ...flag,
    help: `${flag.help}; without a server`,
  })),
  { name: "timeout", kind: "text", value: "TIME", default: "30s", help: "how long it may take" },
];

/** The tools, wherever they are. What they refuse is thrown, as GomcpError or GoMCPError. */
export interface ToolTarget {
  /** For messages. */
  readonly name: string;
  tools(): Promise<readonly ToolInfo[]>;
  tool(name: string): Promise<ToolInfo>;
  call(
    name: string,
    args: unknown,
    onProgress?: (progress: Progress) => void,
  ): Promise<CallResult>;
  close(): Promise<void>;
}

/** Flags of which each is a place of its own; two of them are refused. */
const PLACES = {
  url: "--url",
  grpc: "--grpc",
  config: "--config",
  tools: "--tools",
  root: "--root",
} as const;

/** Whether the command line says where, so that the environment is not asked. */
export function saysWhere(said: readonly string[]): boolean {
  return said.some((arg) => /^--?(url|grpc|config|tools|root)(=|$)/.test(arg));
}

/** What a word says of where the tools are, as the flags have it: an address, a configuration, modules. */
export function placeOf(word: string): FlagValues {
  if (/^https?:\/\//i.test(word)) return { url: word };
  return /\.(?:jsonc?|ya?ml)$/i.test(word) ? { config: word } : { tools: [word] };
}

/** @throws {GomcpError} `invalid_request` for what names several places at once. */
export async function openTarget(values: FlagValues, timeoutMs: number): Promise<ToolTarget> {
  const { url, grpc, config, root } = values;
  const isSaid = (name: string) =>
    name === "tools" ? (values.tools as readonly string[]).length > 0 : values[name] !== undefined;
  const isLocal = isSaid("tools") || root !== undefined;
  const others = [url, grpc, config].filter((each) => each !== undefined).length;
  if (others + (isLocal ? 1 : 0) > 1) {
    const said = Object.entries(PLACES).filter(([name]) => isSaid(name)).map(([, flag]) => flag);
    const text = `Cannot open tools: ${said.join(" and ")} name several places, expected one`;
    throw new GomcpError("invalid_request", text);
  }
  if (isLocal || config !== undefined) return await localTarget(values);
  const file = values["token-file"] as string | undefined;
  const apiKey = file === undefined ? takeApiKey() : (await readToken(file)).trim();
  const tls = await readClientTls(values);
  if (grpc === undefined) {
    return httpTarget((url as string | undefined) ?? USUAL_URL, { apiKey, timeoutMs }, tls);
  }
  return await grpcTarget(grpc as string, { apiKey, timeoutMs }, tls);
}

interface Caller {
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
}

function httpTarget(baseUrl: string, caller: Caller, tls: ClientTls | undefined): ToolTarget {
  if (tls !== undefined && !/^https:/i.test(baseUrl)) {
    const text = `Cannot open tools: flags of TLS are for https, and the server is "${baseUrl}"`;
    throw new GomcpError("invalid_request", text);
  }
  if (tls?.serverName !== undefined) {
    const text = "Cannot open tools: --tls-server-name is for --grpc, expected the name in --url";
    throw new GomcpError("invalid_request", text);
  }
  const by = tls && fetchBy(tls);
  return clientTarget(
    new GoMCPClient({ baseUrl, ...caller, fetch: by?.fetch }),
    baseUrl,
    () => by?.close(),
  );
}

/** What speaks gRPC is loaded by those who use it. */
async function grpcTarget(
  address: string,
  caller: Caller,
  tls: ClientTls | undefined,
): Promise<ToolTarget> {
  const { GrpcGoMCPClient } = await import("../../client_grpc.ts");
  const client = new GrpcGoMCPClient({ address, ...caller, tls });
  return clientTarget(client, address, () => client.close());
}

function clientTarget(client: ToolClient, name: string, close: () => void): ToolTarget {
  return {
    name,
    tools: async () => await client.listTools(),
    tool: (tool) => client.getTool(tool),
    call: (tool, args, onProgress) => client.callTool(tool, args as object, { onProgress }),
    close: () => Promise.resolve(close()),
  };
}

async function localTarget(values: FlagValues): Promise<ToolTarget> {
  const { runtime, away, close } = await openLocalRuntime(values);
  const infoOf = (definition: unknown) => definition as ToolInfo;
  return {
    name: "the tools here",
    async tools() {
      refuseAway(away());
      return await Promise.resolve(
        runtime.registry.all().map(({ tool }) => infoOf(tool.definition)),
      );
    },
    tool: (name) => {
      const entry = runtime.registry.entry(name);
      if (entry !== undefined) return Promise.resolve(infoOf(entry.tool.definition));
      return Promise.reject(new GomcpError("unknown_tool", `Unknown tool: "${name}"`));
    },
    async call(name, args, onProgress) {
      const outcome = await runtime.callTool(name, args, {
        onEvent: (event) => {
          if (event.kind === "progress") onProgress?.(event as Progress);
        },
      });
      if (outcome.kind === "result") return outcome.result;
      const { code, detail, ...more } = outcome.problem;
      throw new GomcpError(code, detail, more);
    },
    close,
  };
}

async function readToken(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new GomcpError("invalid_request", `Cannot read --token-file "${file}"`, { cause });
  }
}
