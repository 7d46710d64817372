/** `gomcp host FILE NAME`: the inside of a tool host. A server starts it; it is nothing to be run by hand. */
import { leaveChecksToServer } from "../src/base/schema_checks.ts";

export async function run(args: readonly string[]): Promise<number> {
  leaveChecksToServer();
  const { host } = await import("./host/run_host.ts");
  return await host(args);
}
