/** Where metrics are served: the flag, and what it comes to. */
import { GomcpError } from "../base/errors.ts";
import { isLoopback } from "../base/web_address.ts";
import { parseAddress } from "./address.ts";
import type { Flag, FlagValues } from "./flags.ts";

export const METRICS_FLAG: Flag = {
  name: "metrics",
  kind: "text",
  value: "HOST:PORT",
  help:
    "where Prometheus reads /metrics, such as 127.0.0.1:9464; on: where HTTP is served [nowhere]",
};

/** An address of their own; "on" is that of HTTP; undefined where there are none. */
export type MetricsConfig = "on" | { readonly hostname: string; readonly port: number } | undefined;

/** What of a server decides whether metrics may be where HTTP is. */
export interface MetricsPlace {
  readonly servesHttp: boolean;
  readonly hostname: string;
  readonly allowAnonymous: boolean;
  readonly isOneProcess: boolean;
}

/**
 * Metrics name tools and tenants: they are not put where callers come from elsewhere.
 *
 * @throws {GomcpError} `invalid_request` naming the flag or variable, and what it takes.
 */
export function readMetricsConfig(
  values: FlagValues,
  originOf: (name: string) => string,
  place: MetricsPlace,
): MetricsConfig {
  const said = values.metrics as string | undefined;
  if (said === undefined || said === "off") return undefined;
  if (said !== "on") return parseAddress(said, originOf("metrics"));
  const why = faultOf(place);
  if (why === undefined) return "on";
  const text = `Cannot read ${originOf("metrics")}: it is "on", expected HOST:PORT, since ${why}`;
  throw new GomcpError("invalid_request", text);
}

function faultOf(place: MetricsPlace): string | undefined {
  if (!place.servesHttp) return "HTTP is not served";
  if (!place.isOneProcess) return "each of --processes knows only its own";
  if (isLoopback(place.hostname) || place.allowAnonymous) return undefined;
  return "metrics name tools and tenants, and others than this machine reach --addr";
}
