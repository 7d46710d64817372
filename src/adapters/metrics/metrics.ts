/** The metrics of a server, and how they are answered. */
import type { ServerControl } from "../../runtime/control.ts";
import { EXPOSITION_TYPE } from "./exposition.ts";
import { renderMetrics } from "./render_metrics.ts";

/** Gives the metrics of now. */
export type MetricsText = () => Promise<string>;

/** Those who ask at the same time get the same answer: many of them cost no more than one. */
export function metricsOf(control: Pick<ServerControl, "parts">): MetricsText {
  let asked: Promise<string> | undefined;
  const ask = async () => {
    try {
      return renderMetrics(await control.parts());
    } finally {
      asked = undefined;
    }
  };
  return () => asked ??= ask();
}

/** The answer of `GET /metrics`. */
export async function metricsResponse(metrics: MetricsText): Promise<Response> {
  return new Response(await metrics(), { headers: { "content-type": EXPOSITION_TYPE } });
}
