/**
 * `gomcp host FILE NAME`: the inside of a tool host; without arguments it says what the modules have
 * that the server names. A server starts it; it is nothing to be run by hand.
 */
import { GomcpError } from "../src/base/errors.ts";
import { leaveOut } from "../src/base/schema_engines.ts";
import { mayUsePackages } from "../src/stores/module_tree.ts";

export async function run([file, name]: readonly string[]): Promise<number> {
  if (file === undefined) {
    leaveOut({ ajv: true, zod: false });
    const { describe } = await import("./host/run_describer.ts");
    return await describe();
  }
  if (name === undefined) {
    throw new GomcpError("invalid_request", "Cannot host: expected a file and its name");
  }
  leaveOut({ ajv: true, zod: !await mayUsePackages(file) });
  const { host } = await import("./host/run_host.ts");
  return await host(file, name);
}
