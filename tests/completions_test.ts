/** Completions in real shells, and the man page by real roff; where one is missing the test says so. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";

/** A line that is typed, with a tab behind it, and what is offered; and what must not be. */
const CASES: readonly (readonly [line: string, offered: readonly string[], not?: string])[] = [
  ["gomcp ser", ["serve"], "status"],
  ["gomcp tenant key ", ["create", "list", "revoke"], "suspend"],
  ["gomcp serve --mod", ["--mode"], "--tools"],
  ["gomcp tenant key create --ex", ["--expires"], "--scope"],
  ["gomcp serve --mode=st", ["stdio"], "http"],
];

// deno-lint-ignore no-control-regex -- as terminals have them
const COLOURS = /\x1b\[\d*m/g;

async function isMissing(shell: string): Promise<boolean> {
  try {
    return !(await new Deno.Command(shell, { args: ["--version"] }).output()).success;
  } catch {
    console.log(`skipped: no ${shell}`);
    return true;
  }
}

async function output(program: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  assert(success, `${program}: ${new TextDecoder().decode(stderr)}`);
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout);
}

/** How each shell is asked, without a terminal, what it offers behind a line. */
const ASK: Readonly<Record<string, (script: string, line: string) => Promise<string>>> = {
  bash: (script, line) => {
    // As readline has it, "=" is a word of its own.
    const words = line.replaceAll("=", " = ").split(" ").map((word) => `'${word}'`).join(" ");
    const ask = `COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _gomcp`;
    return output("bash", "--norc", "-c", `source ${script}; ${ask}; echo "\${COMPREPLY[*]}"`);
  },
  // Behind a tab stands what it is.
  fish: async (script, line) => {
    const said = await output("fish", "-N", "-c", `source ${script}; complete -C '${line}'`);
    return said.replaceAll(/\t.*/g, "");
  },
};

for (const [shell, ask] of Object.entries(ASK)) {
  Deno.test(`${shell} completes commands, flags and values`, async (t) => {
    if (await isMissing(shell)) return;
    await using folder = await TempFolder.of();
    const { stdout } = await runCli(["completions", shell]);
    const script = await folder.write("completion", stdout);
    for (const [line, offered, not] of CASES) {
      await t.step(line, async () => {
        const said = await ask(script, line);
        for (const each of offered) assertStringIncludes(said, each);
        if (not !== undefined) assert(!said.split(/[\s=]+/).includes(not), said);
      });
    }
  });
}

Deno.test("zsh completes commands, flags and values", async () => {
  if (await isMissing("zsh")) return;
  await using folder = await TempFolder.of();
  const { stdout } = await runCli(["completions", "zsh"]);
  const script = await folder.write("completion", stdout);
  // A shell in a terminal of its own; what a tab adds to the line is seen by running it.
  const lines: readonly (readonly [typed: string, made: string])[] = [
    ["gomcp ser\t", "<serve>"],
    ["gomcp tenant key cr\t--ex\t90d", "<tenant><key><create><--expires=90d>"],
    ["gomcp serve --mode=st\t", "<serve><--mode=stdio>"],
  ];
  const typed = lines.map(([line]) =>
    `zpty -w shell $'${
      line.replaceAll("\t", "\\t")
    }'; zpty -r shell out '*>DONE*'; print -r -- $out`
  );
  const driver = await folder.write(
    "driver.zsh",
    `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; autoload -U compinit; compinit -u -D; source ${script}; gomcp() { print -r -- "<\${(j:><:)@}>DONE" }; print -r -- ">DONE"'
zpty -r shell out '*
>DONE*'
${typed.join("\n")}
zpty -d shell
`,
  );
  const said = await output("zsh", "-f", driver);
  for (const [, made] of lines) assertStringIncludes(said, made);
});

Deno.test("the man page is roff without a warning, and has every command", async () => {
  const { code, stdout } = await runCli(["man"]);
  assertEquals(code, 0);
  assert(!/[^\n\x20-\x7e]/.test(stdout), "only ASCII is read alike by all versions of roff");
  if (await isMissing("groff")) return;
  await using folder = await TempFolder.of();
  const page = await output("groff", "-man", "-Tutf8", "-ww", await folder.write("p.1", stdout));
  for (const name of ["serve", "tenant key create", "audit verify", "completions"]) {
    assertStringIncludes(page.replaceAll(COLOURS, ""), `gomcp ${name}`);
  }
});

Deno.test("a shell that is not known is refused by name", async () => {
  const { code, stderr } = await runCli(["completions", "tcsh"]);
  assertEquals([code, stderr], [
    1,
    'gomcp: Cannot complete for "tcsh": expected one of bash, zsh, fish, powershell\n',
  ]);
});
