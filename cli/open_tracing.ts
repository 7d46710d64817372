/** Spans of calls, where Deno exports them: its own OpenTelemetry, told by OTEL_* in the environment. */
import type { Clock } from "../src/base/clock.ts";
import type { RuntimeOptions } from "../src/runtime/runtime_port.ts";

/** Undefined where nobody has asked for spans: nothing of it is loaded. */
export async function openTracing(clock: Clock): Promise<RuntimeOptions["tracing"]> {
  if (Deno.env.get("OTEL_DENO") !== "true") return undefined;
  const { traceLayer } = await import("../src/runtime/trace_layer.ts");
  return traceLayer(clock);
}
