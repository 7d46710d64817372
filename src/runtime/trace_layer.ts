/**
 * A span and a duration for each call, by OpenTelemetry's conventions for MCP
 * (https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md, in
 * development there): only where the program that gomcp runs in exports them.
 */
import {
  type Attributes,
  type Context,
  context,
  type Histogram,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { Call, Layer } from "../pipeline/call.ts";
import type { Outcome } from "../pipeline/outcome.ts";
import { readTrace } from "../pipeline/trace.ts";
import type { CallKind } from "../protocol/methods.ts";
import type { Clock } from "../base/clock.ts";
import { VERSION } from "./version.ts";

const METHODS: Readonly<Record<CallKind, string>> = {
  tool: "tools/call",
  resource: "resources/read",
  prompt: "prompts/get",
  completion: "completion/complete",
};

/** The bounds that the conventions give for durations, in seconds. */
const BOUNDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** Undefined where nobody exports: then a call pays nothing. */
export function traceLayer(clock: Clock): Layer | undefined {
  const tracer = trace.getTracer("gomcp", VERSION);
  // A span that is not ended is not exported.
  if (!tracer.startSpan("probe").isRecording()) return undefined;
  const durations = metrics.getMeter("gomcp", VERSION).createHistogram(
    "mcp.server.operation.duration",
    {
      unit: "s",
      description: "How long calls took.",
      advice: { explicitBucketBoundaries: BOUNDS },
    },
  );
  return (next) => (call) => {
    const traced = new TracedCall(call, tracer, clock, durations);
    const outcome = context.with(traced.context, next, undefined, call);
    if (!(outcome instanceof Promise)) return traced.end(outcome);
    return outcome.then((settled) => traced.end(settled));
  };
}

class TracedCall {
  /** For what the call does: its span is the parent of what begins there. */
  readonly context: Context;
  readonly #span: Span;
  readonly #attributes: Attributes;
  readonly #call: Call;
  readonly #clock: Clock;
  readonly #durations: Histogram;
  readonly #startMs: number;

  constructor(call: Call, tracer: Tracer, clock: Clock, durations: Histogram) {
    this.#call = call;
    this.#clock = clock;
    this.#durations = durations;
    this.#startMs = clock.now();
    const method = METHODS[call.kind];
    this.#attributes = attributesOf(call, method);
    const around = context.active();
    const parent = call.trace === undefined
      ? around
      : propagation.extract(ROOT_CONTEXT, call.trace);
    const transport = trace.getSpanContext(around);
    this.#span = tracer.startSpan(`${method} ${call.tool}`, {
      kind: SpanKind.SERVER,
      attributes: { ...this.#attributes, ...identityOf(call) },
      // The span of the HTTP request is another way to the same call.
      links: call.trace === undefined || transport === undefined ? [] : [{ context: transport }],
    }, parent);
    this.context = trace.setSpan(parent, this.#span);
    call.trace = this.#carried() ?? call.trace;
  }

  /** What upstreams and tools are told, so that their spans are children of this one. */
  #carried() {
    const carrier: Record<string, unknown> = {};
    propagation.inject(this.context, carrier);
    return readTrace(carrier);
  }

  end(outcome: Outcome): Outcome {
    const error = errorOf(outcome);
    const attributes = error === undefined ? this.#attributes : { ...this.#attributes, ...error };
    if (error !== undefined) {
      this.#span.setAttributes(error);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
    this.#durations.record((this.#clock.now() - this.#startMs) / 1_000, attributes);
    return outcome;
  }
}

/** What both the span and the duration have: values of which there are few. */
function attributesOf({ kind, tool, adapter }: Call, method: string): Attributes {
  const transport = adapter === "stdio" ? "pipe" : "tcp";
  return {
    "mcp.method.name": method,
    ...(kind === "tool" && { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool }),
    ...(kind === "prompt" && { "gen_ai.prompt.name": tool }),
    ...(adapter !== "library" && { "network.transport": transport }),
  };
}

/** What only the span has. */
function identityOf({ id, kind, tool, tenant, adapter }: Call): Attributes {
  return {
    ...(id !== "" && { "jsonrpc.request.id": String(id) }),
    ...(kind === "resource" && { "mcp.resource.uri": tool }),
    "gomcp.tenant": tenant,
    "gomcp.adapter": adapter,
  };
}

function errorOf(outcome: Outcome): Attributes | undefined {
  if (outcome.kind === "problem") return { "error.type": outcome.problem.code };
  const failed = outcome.kind === "result" && outcome.result.isError === true;
  return failed ? { "error.type": "tool_error" } : undefined;
}
