/** How this program is started again as a tool host, however it was started itself. */
import { fileURLToPath } from "node:url";
import { GomcpError } from "../src/base/errors.ts";
import type { HostProgram } from "../src/runtime/hosts.ts";

const RUN = ["run", "--quiet"];

/** In a bundle this module's address is that of the file, or of the chunk, that it came into. */
const IS_SOURCE = import.meta.url.endsWith("/host_program.ts");

/**
 * From source, the names of packages stand in the project's configuration, whose lock file does not
 * have what modules import by "npm:". What Deno reads to find packages is a third of the time that a
 * host takes to start: one that needs none finds none, by a map of imports of its own.
 */
function sourceFlags(): HostProgram["flags"] {
  const lean = placeOf(new URL("./host/lean_imports.json", import.meta.url).href);
  return {
    none: [...RUN, "--no-config", "--no-lock", `--import-map=${lean}`],
    named: RUN,
    npm: [...RUN, "--no-lock"],
  };
}

/** A bundle has its packages in it. */
const BUNDLE = [...RUN, "--no-config", "--no-lock"];
const BUNDLE_FLAGS: HostProgram["flags"] = { none: BUNDLE, named: BUNDLE, npm: BUNDLE };

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
    flags: IS_SOURCE ? sourceFlags() : BUNDLE_FLAGS,
    main: placeOf(main),
    args: IS_SOURCE ? [] : ["host"],
  };
}

/** A path, or the address of what is no file. */
function placeOf(href: string): string {
  return href.startsWith("file:") ? fileURLToPath(href) : href;
}
