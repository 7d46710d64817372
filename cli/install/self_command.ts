/** How another program starts this one. */
import { fileURLToPath } from "node:url";
import { builtFile, IS_SOURCE } from "../built_file.ts";

/** The file that was built, where there is one; else Deno with the main module. */
export function selfCommand(config: string | undefined) {
  const serve = ["serve", "--mode=stdio", ...(config === undefined ? [] : [`--config=${config}`])];
  const built = builtFile();
  if (built !== undefined) return { command: built, args: serve };
  const main = fileURLToPath(IS_SOURCE ? new URL("../main.ts", import.meta.url) : import.meta.url);
  const flags = IS_SOURCE ? [] : ["--no-config", "--no-lock"];
  return { command: Deno.execPath(), args: ["run", "-A", ...flags, main, ...serve] };
}
