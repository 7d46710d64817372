/**
 * What README.md and docs/ show: commands and flags that there are, JSON that is JSON, Python that
 * is Python, links that lead somewhere. TypeScript is run by `deno test --doc`; docs/start.md,
 * tools.md, migration.md and tenants.md are followed word by word by tests of their own.
 */
import { assert } from "@std/assert";
import { parse, type ParseError } from "jsonc-parser";
import { parse as parseYaml } from "yaml";
import { commandLines, type Snippet, snippetsOf } from "./support/snippets.ts";
import { checkTold, toldCommands } from "./support/told_commands.ts";

const ROOT = new URL("../", import.meta.url);
const TEXTS = [
  "README.md",
  ...[...Deno.readDirSync(new URL("docs", ROOT))].filter(({ name }) => name.endsWith(".md"))
    .map(({ name }) => `docs/${name}`).sort(),
];

const CHECKS: Readonly<Record<string, (text: string) => Promise<void> | void>> = {
  async sh(text) {
    for (const line of commandLines(text)) {
      for (const words of toldCommands(line)) await checkTold(words);
    }
  },
  // Whole, or members of what the text speaks of.
  json: (text) => void JSON.parse(text.startsWith('"') ? `{${text}}` : text),
  jsonc(text) {
    const errors: ParseError[] = [];
    parse(text, errors, { allowTrailingComma: true });
    assert(errors.length === 0, JSON.stringify(errors));
  },
  yaml: (text) => void parseYaml(text),
  async python(text) {
    const child = await new Deno.Command("python3", {
      args: ["-c", "import ast, sys; ast.parse(sys.argv[1])", text],
    }).output().catch(() => undefined);
    if (child === undefined) return console.log("skipped: no python3");
    assert(child.success, new TextDecoder().decode(child.stderr));
  },
};

for (const path of TEXTS) {
  Deno.test(`what ${path} shows is so`, async (t) => {
    for (const block of await snippetsOf(path)) {
      const check = CHECKS[block.language];
      if (check === undefined) continue;
      await t.step(`line ${block.line}: ${first(block)}`, () => check(block.text));
    }
    const markdown = (await Deno.readTextFile(new URL(path, ROOT))).replaceAll(
      /^```.*?^```$/gms,
      "",
    );
    for (const [, link, anchor] of markdown.matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g)) {
      if (/^[a-z]+:/.test(link!)) continue;
      await t.step(`link ${link}${anchor === undefined ? "" : `#${anchor}`}`, async () => {
        const target = new URL(link === "" ? path.split("/").at(-1)! : link!, new URL(path, ROOT));
        const { isFile } = await Deno.stat(target);
        if (anchor === undefined || !isFile) return;
        const anchors = anchorsOf(await Deno.readTextFile(target));
        assert(anchors.includes(anchor), `expected one of ${anchors.join(", ")}`);
      });
    }
  });
}

function first({ text }: Snippet): string {
  return text.trim().split("\n")[0]!;
}

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ +(.*)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-")
  );
}
