/** Traces: what a caller says is passed on, and with Deno's OpenTelemetry each call has a span in between. */
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { TempFolder } from "./support/fixtures.ts";
import { startHttpMcp } from "./support/http_mcp.ts";
import { modern } from "./support/mcp.ts";
import { startServer } from "./support/server.ts";
import { startStdio } from "./support/stdio.ts";
import { until } from "./support/wait.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const traceparent = `00-${TRACE}-${SPAN}-01`;

const MODULE = `import { defineTool } from "gomcp";
const common = { description: "Says its trace.", handler: (_, ctx) => JSON.stringify(ctx.trace) };
export const hosted = defineTool({ ...common, name: "hosted" });
export const fails = defineTool({ name: "fails", description: "Fails.", handler() { throw 1; } });
`;

interface ExportedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status: { readonly code?: number };
}

/** A collector of OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp). */
function startCollector() {
  const spans: ExportedSpan[] = [];
  const metrics: string[] = [];
  // deno-lint-ignore no-explicit-any -- OTLP has envelopes in envelopes
  const take = (path: string, body: any) => {
    for (const { scopeSpans } of body.resourceSpans ?? []) {
      for (const scope of scopeSpans) if (scope.scope.name === "gomcp") spans.push(...scope.spans);
    }
    for (const { scopeMetrics } of body.resourceMetrics ?? []) {
      // deno-lint-ignore no-explicit-any -- see above
      for (const scope of scopeMetrics) metrics.push(...scope.metrics.map((m: any) => m.name));
    }
    return path;
  };
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const server = Deno.serve(options, async (request) => {
    take(request.url, await request.json());
    return Response.json({});
  });
  const env = {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_BSP_SCHEDULE_DELAY: "50",
    OTEL_METRIC_EXPORT_INTERVAL: "200",
  };
  return { spans, metrics, env, [Symbol.asyncDispose]: () => server.shutdown() };
}

function attributesOf({ attributes }: ExportedSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

Deno.test("the trace of a caller reaches a tool in its host, by MCP and by REST", async () => {
  await using tools = await TempFolder.of({ "a.ts": MODULE });
  const args = [`--tools=${tools.path}`];
  const trace = { traceparent, tracestate: "vendor=1" };
  await using stdio = await startStdio({ args });
  const params = { name: "hosted", arguments: {} };
  const { result } = await stdio.request(modern(1, "tools/call", params, trace));
  assertEquals(JSON.parse(result.content[0].text), trace);
  await using server = await startServer({ args });
  const init = { method: "POST", body: JSON.stringify({ tool: "hosted" }), headers: trace };
  const { json } = await server.request("/v1/tools/call", init);
  assertEquals(JSON.parse(json.content[0].text), trace);
});

Deno.test("a span stands between the caller and the upstream, and says how the call ended", async () => {
  await using collector = startCollector();
  const seen: { traceparent?: string }[] = [];
  await using upstream = startHttpMcp({
    onCall: ({ _meta }) => {
      seen.push(_meta);
      return { content: [{ type: "text", text: "done" }], resultType: "complete" };
    },
  });
  const config = { upstreams: [{ name: "up", url: upstream.url }] };
  await using folder = await TempFolder.of({
    "gomcp.json": JSON.stringify(config),
    "a.ts": MODULE,
  });
  const args = [`--config=${folder.path}/gomcp.json`, `--tools=${folder.path}/a.ts`];
  await using stdio = await startStdio({ args, env: collector.env });
  const call = (id: number, name: string, meta = {}) =>
    stdio.request(modern(id, "tools/call", { name, arguments: {} }, meta));
  await until(
    async () => (await call(1, "up__tool")).result?.isError !== true,
    "the upstream is up",
  );
  seen.length = 0;
  await call(2, "up__tool", { traceparent });
  await call(3, "fails");
  await call(4, "nothing");
  const named = (name: string) => collector.spans.filter((span) => span.name === name);
  await until(() => named("tools/call nothing").length === 1, "the spans are exported");
  const span = named("tools/call up__tool").find(({ traceId }) => traceId === TRACE)!;
  assertEquals([span.parentSpanId, span.kind], [SPAN, 2]);
  assertEquals(attributesOf(span), {
    "mcp.method.name": "tools/call",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "up__tool",
    "network.transport": "pipe",
    "jsonrpc.request.id": "2",
    "gomcp.tenant": "default",
    "gomcp.adapter": "stdio",
  });
  assertEquals(seen.map(({ traceparent }) => traceparent), [`00-${TRACE}-${span.spanId}-01`]);
  const [failed] = named("tools/call fails");
  assertEquals([failed!.status.code, attributesOf(failed!)["error.type"]], [2, "tool_error"]);
  assertNotEquals(failed!.traceId, TRACE);
  const [unknown] = named("tools/call nothing");
  assertEquals(attributesOf(unknown!)["error.type"], "unknown_tool");
  await until(
    () => collector.metrics.includes("mcp.server.operation.duration"),
    "durations are exported",
  );
});

Deno.test("over HTTP a span belongs to the trace that the client has given, and is passed on", async () => {
  await using collector = startCollector();
  await using tools = await TempFolder.of({ "a.ts": MODULE });
  await using server = await startServer({
    args: [`--tools=${tools.path}`],
    env: collector.env,
  });
  const body = JSON.stringify({ tool: "hosted" });
  const { json } = await server.request("/v1/tools/call", {
    method: "POST",
    body,
    headers: { traceparent },
  });
  const told = JSON.parse(json.content[0].text).traceparent;
  assertMatch(told, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  await until(() => collector.spans.length > 0, "the span is exported");
  const [span] = collector.spans;
  assertEquals([span!.traceId, `00-${TRACE}-${span!.spanId}-01`], [TRACE, told]);
});
