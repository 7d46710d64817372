/**
 * Writes the pages of `gomcp validate`'s rules, docs/rules/: `deno task rules`. With `--check` it
 * says whether they are what the rules would give.
 */
import { rulePage, rulesIndex } from "../src/validate/rule_page.ts";
import { RULES } from "../src/validate/rules/all_rules.ts";
import { differing, formatted, type Pages, writePages } from "./docs/pages.ts";

const FOLDER = new URL("../docs/rules/", import.meta.url);

/** The text of each file in the folder. */
export async function rulePages(): Promise<Pages> {
  const pages = new Map([["README.md", rulesIndex([...RULES.values()])]]);
  for (const rule of RULES.values()) pages.set(`${rule.id}.md`, rulePage(rule));
  return await formatted(pages);
}

/** Names of files that are missing, too many, or not what they should be. */
export async function stalePages(): Promise<readonly string[]> {
  const pages = await rulePages();
  const stale = [...await differing(FOLDER, pages)];
  for await (const { name } of Deno.readDir(FOLDER)) if (!pages.has(name)) stale.push(name);
  return stale;
}

if (import.meta.main) {
  if (Deno.args.includes("--check")) {
    const stale = await stalePages();
    if (stale.length > 0) {
      console.error(`docs/rules/ is stale, run deno task rules: ${stale.join(", ")}`);
    }
    Deno.exit(stale.length > 0 ? 1 : 0);
  }
  await Deno.mkdir(FOLDER, { recursive: true });
  for await (const { name } of Deno.readDir(FOLDER)) await Deno.remove(new URL(name, FOLDER));
  await writePages(FOLDER, await rulePages());
}
