/**
 * The program of tool hosts that are run from source: `gomcp host` without the rest of the command
 * line. Deno reads all modules that a main module names, also those that it would load later.
 */
import { run } from "../host.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));
