/** How this program is started again as a tool host, however it was started itself. */
import { fileURLToPath } from "node:url";
import { GomcpError } from "../src/base/errors.ts";
import type { HostProgram } from "../src/runtime/hosts.ts";
import { IS_SOURCE } from "./built_file.ts";

/** For modules that import packages: gomcp's own lock file does not have these. */
export const NPM_FLAGS: readonly string[] = IS_SOURCE ? ["--no-lock"] : [];

/** @throws {GomcpError} `invalid_request` in a compiled program, which takes no flags of Deno's. */
export function hostProgram(): HostProgram {
  if (Deno.build.standalone) {
    const text = "Cannot host tools: a program made by deno compile cannot give a host its " +
      "permissions; use the portable build, or --isolation=inline";
    throw new GomcpError("invalid_request", text);
  }
  const main = IS_SOURCE ? new URL("./host/main.ts", import.meta.url).href : Deno.mainModule;
  return {
    executable: Deno.execPath(),
    // From source, the names of packages stand in the project's configuration.
    flags: ["run", "--quiet", ...IS_SOURCE ? [] : ["--no-config", "--no-lock"]],
    main: main.startsWith("file:") ? fileURLToPath(main) : main,
    args: IS_SOURCE ? [] : ["host"],
  };
}
