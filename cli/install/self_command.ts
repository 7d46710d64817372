/** How another program starts this one. */
import { fileURLToPath } from "node:url";

/** A bundle is one file, and this module's address is that file's. */
const IS_SOURCE = import.meta.url.endsWith("/self_command.ts");

/** The file that was built, where there is one; else Deno with the main module. */
export function selfCommand(config: string | undefined) {
  const serve = ["serve", "--mode=stdio", ...(config === undefined ? [] : [`--config=${config}`])];
  const built = Deno.env.get("GOMCP_SELF") ??
    (Deno.build.standalone ? Deno.execPath() : undefined);
  if (built !== undefined) return { command: built, args: serve };
  const main = fileURLToPath(IS_SOURCE ? new URL("../main.ts", import.meta.url) : import.meta.url);
  const flags = IS_SOURCE ? [] : ["--no-config", "--no-lock"];
  return { command: Deno.execPath(), args: ["run", "-A", ...flags, main, ...serve] };
}
