/** Every command says enough of itself, and what it says is so. */
import { assert, assertEquals } from "@std/assert";
import { checkTold, toldCommands } from "../../tests/support/told_commands.ts";
import { COMMANDS } from "../commands.ts";
import { helpText } from "../help.ts";
import { completionData } from "./completion_data.ts";
import { readPages } from "./pages.ts";

const PAGES = await readPages(COMMANDS);

for (const { path, help } of PAGES.filter(({ help }) => help !== undefined)) {
  const name = path.join(" ");
  Deno.test(`gomcp ${name} has examples, which use flags that it has`, async () => {
    assert(help!.examples.length > 0);
    for (const line of help!.examples) {
      const told = toldCommands(line);
      assertEquals(told.map((words) => words.slice(0, path.length)), [path], line);
      await checkTold(told[0]!);
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
