/** docs/PERFORMANCE.md is filled by the commands that stand in it, and every command there is one. */
import { assert, assertEquals } from "@std/assert";
import { readFlags } from "../src/config/flags.ts";
import { BENCH_FLAGS, readBenchOptions } from "../cli/bench/options.ts";
import { splitLine } from "../cli/validate/read_targets.ts";
import { splitWords } from "../cli/words.ts";
import { commandsOf, fillPage } from "./write_performance.ts";

const PAGE = "a\n<!-- printed by: deno run x.ts -->\n\n```text\nold\n```\nb\n";

Deno.test("a block is filled with what its command printed, and nothing else changes", () => {
  assertEquals(commandsOf(PAGE), ["deno run x.ts"]);
  assertEquals(
    fillPage(PAGE, new Map([["deno run x.ts", "new\n$& two\n"]])),
    PAGE.replace("old", () => "new\n$& two"),
  );
  assertEquals(fillPage(PAGE, new Map()), PAGE);
});

Deno.test("the commands of docs/PERFORMANCE.md are there, and take their flags", async () => {
  const commands = commandsOf(await Deno.readTextFile("docs/PERFORMANCE.md"));
  assert(commands.length >= 3);
  for (const command of commands) {
    const [deno, run, all, program, ...args] = command.split(" ");
    assertEquals([deno, run, all], ["deno", "run", "-A"]);
    assert((await Deno.stat(program!)).isFile);
    if (args[0] === "bench") checkBench(args.slice(1));
  }
});

for (const file of ["docs/PERFORMANCE.md", "README.md"]) {
  Deno.test(`every gomcp bench of ${file} is one`, async () => {
    const text = await Deno.readTextFile(file);
    const lines = [...text.matchAll(/^gomcp bench (.*?)(?: +#.*)?$/gm)].map(([, line]) => line!);
    assert(lines.length > 0);
    for (const line of lines) checkBench(splitLine(line));
  });
}

/** Throws for what the command would not take. */
function checkBench(args: readonly string[]): void {
  const { said, words } = splitWords(BENCH_FLAGS, args);
  assert(readBenchOptions(words, readFlags(BENCH_FLAGS, said, () => undefined)).layers.length > 0);
}
