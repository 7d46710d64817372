/** Every command says enough of itself, and what it says is so. */
import { assert, assertEquals } from "@std/assert";
import { readFlags } from "../../src/config/flags.ts";
import { COMMANDS } from "../commands.ts";
import { flagsOf, helpText } from "../help.ts";
import { splitWords } from "../words.ts";
import { completionData } from "./completion_data.ts";
import { readPages } from "./pages.ts";

const PAGES = await readPages(COMMANDS);

/** The words of the gomcp in a line of a shell. */
function gomcpWords(line: string): string[] {
  const [, told] = /\bgomcp (.*?)(?: [|>] .*|\))?$/.exec(line)!;
  return [...told!.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)]
    .map(([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}

for (const { path, help } of PAGES.filter(({ help }) => help !== undefined)) {
  const name = path.join(" ");
  Deno.test(`gomcp ${name} has examples, which use flags that it has`, () => {
    assert(help!.examples.length > 0);
    for (const line of help!.examples) {
      const words = gomcpWords(line);
      assertEquals(words.slice(0, path.length), path, line);
      const { said } = splitWords(flagsOf(help!), words.slice(path.length));
      readFlags(flagsOf(help!), said, () => undefined);
    }
  });
  Deno.test(`the help of gomcp ${name} has its usage, its flags and its examples`, () => {
    const text = helpText(help!);
    assert(text.startsWith(`Usage: gomcp ${name}`), text);
    for (const flag of help!.flags) assert(text.includes(`--${flag.name}`), flag.name);
    for (const line of help!.examples) assert(text.includes(line), line);
  });
}

Deno.test("commands of all depths are in the pages, each behind what it belongs to", () => {
  const names = PAGES.map(({ path }) => path.join(" "));
  for (const name of ["", "serve", "tenant", "tenant key", "tenant key revoke", "audit verify"]) {
    assert(names.includes(name), name);
  }
  assert(names.indexOf("tenant key") < names.indexOf("tenant key create"));
});

Deno.test("completions offer the values of flags that have few, and files where one is meant", () => {
  const serve = completionData(PAGES).find(({ at }) => at === " serve")!;
  const flag = (name: string) => serve.flags.find((each) => each.name === name)!;
  assertEquals(flag("--mode").choices, ["stdio", "http", "grpc", "all"]);
  assertEquals([flag("--tools").isFile, flag("--tools").isList], [true, true]);
  assertEquals([flag("--watch").takesValue, flag("--timeout").isFile], [false, false]);
});
