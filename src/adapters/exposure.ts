/** Who could call every tool if a server listened there: the rule of all adapters with a port. */
import { GomcpError } from "../base/errors.ts";
import { isLoopback } from "../base/web_address.ts";
import type { Runtime } from "../runtime/runtime.ts";

export interface Exposure {
  readonly hostname: string;
  readonly port: number;
  readonly allowAnonymous: boolean;
  readonly requireKey: boolean;
}

/**
 * @throws {GomcpError} `forbidden` for an address beyond loopback without `allowAnonymous` or
 * `requireKey`, `invalid_request` for keys that nobody could have.
 */
export function checkExposure(
  runtime: Runtime,
  { hostname, port, allowAnonymous, requireKey }: Exposure,
): void {
  if (requireKey && runtime.authenticate === undefined) {
    const text =
      "Cannot require keys: the runtime has no tenants, expected createRuntime({ tenants })";
    throw new GomcpError("invalid_request", text);
  }
  if (isLoopback(hostname) || allowAnonymous || requireKey) return;
  throw new GomcpError(
    "forbidden",
    `Cannot listen on ${hostname}:${port}: anybody who reaches it could call every tool, ` +
      "expected a loopback address such as 127.0.0.1, --require-key, or --allow-anonymous",
  );
}
