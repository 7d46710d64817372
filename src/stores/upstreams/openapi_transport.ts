/** An API of HTTP as an upstream: what its document says becomes tools, and calls become requests. */
import { parse } from "yaml";
import { describeThrown, GomcpError, isGomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Logger } from "../../base/log.ts";
import type { ToolResult } from "../../protocol/content.ts";
import { MODERN_VERSIONS } from "../../protocol/versions.ts";
import { buildRequest } from "../../upstreams/openapi/build_request.ts";
import {
  checkDocument,
  operationsOf,
  serverOf,
  type Values,
} from "../../upstreams/openapi/document.ts";
import {
  isWanted,
  type OperationTool,
  operationTool,
} from "../../upstreams/openapi/operation_tool.ts";
import type { UpstreamTarget } from "../../upstreams/settings.ts";
import type { OpenTransport, TransportEnd } from "../../upstreams/transport.ts";
import { apiResult } from "./api_result.ts";
import { type GuardedFetch, guardedFetch } from "./guarded_fetch.ts";
import { readBody } from "./read_answer.ts";

type ApiTarget = Extract<UpstreamTarget, { kind: "openapi" }>;

/** Speaks MCP's modern era with whoever opens it. */
export function openApi(name: string, target: ApiTarget, log: Logger): OpenTransport {
  return async (listener, signal) => {
    const web = guardedFetch(target.allowLinkLocal);
    let api: Api;
    try {
      api = await readApi(name, target, web, signal, log);
    } catch (thrown) {
      web.close();
      throw isGomcpError(thrown) ? thrown : failed(describeThrown(thrown));
    }
    const open = new Map<number, AbortController>();
    const { promise: exited, resolve } = Promise.withResolvers<TransportEnd>();
    const end = (kind: TransportEnd["kind"]) => {
      for (const controller of open.values()) controller.abort();
      web.close();
      resolve({ kind, detail: "it was ended" });
    };
    return {
      hasStreams: true,
      exited,
      send({ text, id }) {
        if (id === undefined) return;
        const controller = new AbortController();
        open.set(id, controller);
        answer(api, JSON.parse(text), controller.signal).then((body) =>
          listener.onMessage(JSON.stringify({ jsonrpc: "2.0", id, ...body }), id)
        ).catch((thrown) =>
          listener.onLost(
            id,
            isGomcpError(thrown) ? thrown.problem : failed(describeThrown(thrown)).problem,
          )
        ).finally(() => open.delete(id));
      },
      abandon: (id) => open.get(id)?.abort(),
      agree: () => {},
      stop: () => end("shutdown"),
      kill: () => end("killed"),
    };
  };
}

/** Names that parameters have no say in (OpenAPI 3.1, parameter object), and those of connections. */
const NO_PARAMETERS = [
  "accept",
  "content-type",
  "authorization",
  "cookie",
  "host",
  "content-length",
];

interface Api {
  readonly server: string;
  readonly tools: ReadonlyMap<string, OperationTool>;
  readonly target: ApiTarget;
  readonly web: GuardedFetch;
}

async function readApi(
  name: string,
  target: ApiTarget,
  web: GuardedFetch,
  signal: AbortSignal,
  log: Logger,
): Promise<Api> {
  const document = checkDocument(
    parse(await readDocument(target, web, signal), { maxAliasCount: 100 }),
  );
  const tools = new Map<string, OperationTool>();
  const own = Object.keys(target.headers).map((header) => header.toLowerCase());
  const kept = new Set([...NO_PARAMETERS, ...own]);
  for (const operation of operationsOf(document)) {
    if (!isWanted(operation, target)) continue;
    try {
      const tool = operationTool(document, operation, kept);
      const id = String(tool.definition.name);
      if (tools.has(id)) throw failed(`there are two operations "${id}"`);
      tools.set(id, tool);
    } catch (thrown) {
      const { method, path } = operation;
      const why = describeThrown(thrown);
      log.warn("an operation cannot be a tool", { upstream: name, method, path, why });
    }
  }
  return { server: serverOf(document, target.server, target.document), tools, target, web };
}

async function readDocument(
  { document, server, headers }: ApiTarget,
  web: GuardedFetch,
  signal: AbortSignal,
): Promise<string> {
  if (!/^https?:\/\//.test(document)) return await Deno.readTextFile(document, { signal });
  // They are for the API, which may be elsewhere.
  const isSame = server === undefined || new URL(server).origin === new URL(document).origin;
  const response = await web.fetch(document, { headers: isSame ? { ...headers } : {}, signal });
  if (response.ok) return await readBody(response, LIMITS.apiDocumentCharsMax);
  await response.body?.cancel();
  throw failed(`its document answers with status ${response.status}`);
}

/** What a server of MCP would answer. */
async function answer(
  api: Api,
  { method, params }: { readonly method: string; readonly params?: Values },
  signal: AbortSignal,
): Promise<Values> {
  switch (method) {
    case "server/discover":
      return {
        result: {
          resultType: "complete",
          supportedVersions: MODERN_VERSIONS,
          capabilities: { tools: {} },
        },
      };
    case "tools/list":
      return { result: { tools: [...api.tools.values()].map(({ definition }) => definition) } };
    case "tools/call": {
      const tool = api.tools.get(String(params?.name));
      const args = isRecord(params?.arguments) ? params.arguments : {};
      if (tool !== undefined) return { result: await callApi(api, tool, args, signal) };
    }
  }
  return { error: { code: -32602, message: `There is no such operation` } };
}

async function callApi(
  { server, target, web }: Api,
  tool: OperationTool,
  args: Values,
  signal: AbortSignal,
): Promise<ToolResult> {
  const { method, url, headers, body } = buildRequest(server, tool, args);
  const response = await web.fetch(url, {
    method,
    signal,
    // What the operator says goes before what callers say.
    headers: { accept: "application/json, text/*;q=0.9, */*;q=0.5", ...headers, ...target.headers },
    ...(body !== undefined && { body }),
  });
  return await apiResult(response, target.responseBytesMax);
}

function failed(what: string): GomcpError {
  return new GomcpError("upstream_failed", what);
}
