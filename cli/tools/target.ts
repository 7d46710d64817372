/** Where the tools of a command are: a server by its address, or modules in this process. */
import { GoMCPClient, type Progress, type ToolInfo } from "../../client.ts";
import type { CallResult } from "../../client.ts";
import { GomcpError } from "../../src/base/errors.ts";
import type { Flag, FlagValues } from "../../src/config/flags.ts";
import { LOCAL_FLAGS, openLocalRuntime } from "../local_runtime.ts";
import { takeApiKey } from "../open_tenants.ts";

/** Where `gomcp serve` listens unless it is told otherwise. */
export const USUAL_URL = "http://127.0.0.1:8080";

/** The flags that say where; those of a configuration here beside those of a server. */
export const TARGET_FLAGS: readonly Flag[] = [
  { name: "url", kind: "text", value: "URL", help: `the server [${USUAL_URL}]` },
  {
    name: "token-file",
    kind: "text",
    value: "FILE",
    help: "what the server knows us by [GOMCP_API_KEY]",
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

/** @throws {GomcpError} `invalid_request` for what names a server and modules at once. */
export async function openTarget(values: FlagValues, timeoutMs: number): Promise<ToolTarget> {
  const { url, root } = values;
  const isLocal = root !== undefined || (values.tools as readonly string[]).length > 0;
  if (isLocal && url !== undefined) {
    const text = "Cannot open tools: --url names a server, --tools or --root what is here";
    throw new GomcpError("invalid_request", `${text}, expected one of them`);
  }
  if (isLocal) return await localTarget(values);
  const file = values["token-file"] as string | undefined;
  const apiKey = file === undefined ? takeApiKey() : (await readToken(file)).trim();
  return serverTarget((url as string | undefined) ?? USUAL_URL, apiKey, timeoutMs);
}

function serverTarget(
  baseUrl: string,
  apiKey: string | undefined,
  timeoutMs: number,
): ToolTarget {
  const client = new GoMCPClient({ baseUrl, apiKey, timeoutMs });
  return {
    name: baseUrl,
    tools: async () => await client.listTools(),
    tool: (name) => client.getTool(name),
    call: (name, args, onProgress) => client.callTool(name, args as object, { onProgress }),
    close: () => Promise.resolve(),
  };
}

async function localTarget(values: FlagValues): Promise<ToolTarget> {
  const runtime = await openLocalRuntime(values);
  const infoOf = (definition: unknown) => definition as ToolInfo;
  return {
    name: "the tools here",
    tools: () => Promise.resolve(runtime.registry.all().map(({ tool }) => infoOf(tool.definition))),
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
    async close() {
      await runtime.shutdown({ deadlineMs: 1_000 });
    },
  };
}

async function readToken(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new GomcpError("invalid_request", `Cannot read --token-file "${file}"`, { cause });
  }
}
