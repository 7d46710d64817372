/** Packages that a test's module imports, and that a machine may not be able to get. */
import { cliEnv } from "./cli_process.ts";

/** Small, without dependencies, and not in the project's lock file. */
export const PACKAGE = "npm:is-number@7.0.0";

/** Brings the package into deno's cache, if it is not there; false where that cannot be done. */
export async function hasPackage(): Promise<boolean> {
  const args = ["cache", "--no-lock", "--no-config", PACKAGE];
  const { success } = await new Deno.Command(Deno.execPath(), { args, env: cliEnv() }).output();
  if (!success) console.log(`skipped: no npm registry for ${PACKAGE}`);
  return success;
}
