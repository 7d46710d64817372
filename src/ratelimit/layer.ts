/** The rate limit layer: refuses calls that come too fast, before anything costly is done. */
import type { AdapterName, Layer } from "../pipeline/call.ts";
import { failed } from "../pipeline/outcome.ts";
import type { RateReading } from "../pipeline/rate.ts";
import type { RateLimiter } from "./limiter.ts";

/** Whose answers have a place for what is left. */
const TELLING: readonly AdapterName[] = ["http", "rest"];

/** Asks the limits for every call. What is left goes into `call.rates` where it can be told. */
export function rateLimitLayer(limiter: RateLimiter): Layer {
  return (next) => (call) => {
    const readings: RateReading[] | undefined = TELLING.includes(call.adapter) ? [] : undefined;
    const { kind: operation, tenant, client } = call;
    const name = call.target!.name;
    const problem = limiter.checkRate({ operation, name, tenant, client }, readings);
    call.rates = readings;
    return problem === undefined ? next(call) : failed(problem);
  };
}
