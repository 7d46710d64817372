/**
 * `gomcp host FILE NAME PACKAGES`: the inside of a tool host; without arguments it says what the
 * modules have that the server names. A server starts it; it is nothing to be run by hand.
 */
import { GomcpError } from "../src/base/errors.ts";
import { leaveOut } from "../src/base/schema_engines.ts";

export async function run([file, name, packages]: readonly string[]): Promise<number> {
  if (file === undefined) {
    leaveOut({ ajv: true, zod: false });
    const { describe } = await import("./host/run_describer.ts");
    return await describe();
  }
  if (name === undefined || packages === undefined) {
    const text = "Cannot host: expected a file, its name, and what packages it needs";
    throw new GomcpError("invalid_request", text);
  }
  leaveOut({ ajv: true, zod: packages === "none" });
  const { host } = await import("./host/run_host.ts");
  return await host(file, name);
}
