/** The rate limit layer: refuses calls that come too fast, before anything costly is done. */
import type { AdapterName, Layer } from "../pipeline/call.ts";
import { failed } from "../pipeline/outcome.ts";
import type { RateReading } from "../pipeline/rate.ts";
import type { RateLimiter } from "./limiter.ts";

/** Asks the limits for every call. What is left goes into `call.rates` where it can be told. */
export function rateLimitLayer(limiter: RateLimiter): Layer {
  return (next) => (call) => {
    const readings: RateReading[] | undefined = canTell(call.adapter) ? [] : undefined;
    const { kind: operation, tenant, client, arrivedMs } = call;
    const name = call.target!.name;
    const problem = limiter.checkRate({ operation, name, tenant, client, arrivedMs }, readings);
    call.rates = readings;
    return problem === undefined ? next(call) : failed(problem);
  };
}

/** Whether its answers have a place for what is left. */
function canTell(adapter: AdapterName): boolean {
  return adapter === "http" || adapter === "rest";
}
