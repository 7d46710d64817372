/**
 * Writes the references of docs/ that are made of the code, cli.md and settings.md:
 * `deno task docs`. With `--check` it says whether they are what the code would give.
 */
import { COMMANDS } from "../cli/commands.ts";
import { readPages } from "../cli/reference/pages.ts";
import { cliPage } from "./docs/cli_page.ts";
import { differing, formatted, writePages } from "./docs/pages.ts";
import { settingsPage } from "./docs/settings_page.ts";

const FOLDER = new URL("../docs/", import.meta.url);

async function references() {
  const texts = [["cli.md", cliPage(await readPages(COMMANDS))], ["settings.md", settingsPage()]];
  return await formatted(new Map(texts as [string, string][]));
}

/** Names of files that are missing, or not what they should be. */
export async function staleReferences(): Promise<readonly string[]> {
  return await differing(FOLDER, await references());
}

if (import.meta.main) {
  if (Deno.args.includes("--check")) {
    const stale = await staleReferences();
    if (stale.length > 0) console.error(`docs/ is stale, run deno task docs: ${stale.join(", ")}`);
    Deno.exit(stale.length > 0 ? 1 : 0);
  }
  await writePages(FOLDER, await references());
}
