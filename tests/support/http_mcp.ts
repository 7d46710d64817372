/** A small MCP server over HTTP in this process, which shows what it is asked. */

export interface HttpMcpOptions {
  /** @default "modern" */
  readonly era?: "modern" | "legacy" | "sse";
  readonly onCall: (params: Any, signal: AbortSignal) => unknown;
  readonly onList?: () => Promise<void>;
}

// deno-lint-ignore no-explicit-any -- messages of every shape
type Any = any;

export interface HttpMcp extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly Asked[];
  /** Ends all sessions. */
  forget(): void;
}

/** A request as it came in. */
export interface Asked {
  readonly method: string;
  readonly headers: Headers;
}

/** It has one tool, "tool". */
export function startHttpMcp(options: HttpMcpOptions): HttpMcp {
  const { era = "modern" } = options;
  const requests: Asked[] = [];
  const gone = new AbortController();
  let session = 0;
  let stream: ReadableStreamDefaultController<string> | undefined;
  const answer = async (message: Any, request: Request): Promise<Any> => {
    const { id, method, params } = message;
    const result = await resultOf(options, method, params, request.signal);
    return result === undefined
      ? { jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } }
      : { jsonrpc: "2.0", id, result };
  };
  const openStream = () => {
    const body = new ReadableStream<string>({
      start: (controller) => {
        stream = controller;
        controller.enqueue("event: endpoint\ndata: /messages\n\n");
      },
      cancel: () => void (stream = undefined),
    });
    const headers = { "content-type": "text/event-stream" };
    return new Response(body.pipeThrough(new TextEncoderStream()), { headers });
  };
  const handle = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    requests.push({ method: request.method, headers: new Headers(request.headers) });
    if (pathname === "/elsewhere") return redirect("http://127.0.0.2:1/mcp");
    if (pathname === "/moved") return redirect("/mcp");
    if (era === "sse" && request.method === "GET") return openStream();
    if (request.method !== "POST" || (era === "sse" && pathname === "/mcp")) {
      return new Response(null, { status: 405 });
    }
    const message = await request.json();
    if (era === "sse") {
      if (message.id !== undefined) {
        stream!.enqueue(`data: ${JSON.stringify(await answer(message, request))}\n\n`);
      }
      return new Response(null, { status: 202 });
    }
    if (
      era === "legacy" && message.method !== "initialize" && message.method !== "server/discover"
    ) {
      if (request.headers.get("mcp-session-id") !== String(session)) {
        return new Response("no such session", { status: 404 });
      }
    }
    if (message.id === undefined) return new Response(null, { status: 202 });
    const headers = { "mcp-session-id": String(session) };
    return Response.json(await answer(message, request), era === "legacy" ? { headers } : {});
  };
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    signal: gone.signal,
    onListen: () => {},
  }, handle);
  return {
    url: `http://127.0.0.1:${server.addr.port}/mcp`,
    requests,
    forget: () => void session++,
    async [Symbol.asyncDispose]() {
      stream?.close();
      gone.abort();
      await server.finished;
    },
  };
}

function redirect(location: string): Response {
  return new Response(null, { status: 307, headers: { location } });
}

async function resultOf(
  { era = "modern", onCall, onList }: HttpMcpOptions,
  method: string,
  params: Any,
  signal: AbortSignal,
): Promise<unknown> {
  switch (method) {
    case "server/discover":
      return era === "modern"
        ? { supportedVersions: ["2026-07-28"], capabilities: { tools: {} }, resultType: "complete" }
        : undefined;
    case "initialize":
      return era === "modern" ? undefined : {
        protocolVersion: era === "sse" ? "2024-11-05" : "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: era, version: "1" },
      };
    case "tools/list":
      await onList?.();
      return { tools: [{ name: "tool", inputSchema: { type: "object" } }] };
    case "tools/call":
      return await onCall(params, signal);
  }
  return undefined;
}
