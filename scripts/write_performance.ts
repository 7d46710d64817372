/**
 * Fills docs/PERFORMANCE.md: `deno task performance` runs the commands that stand there and puts what
 * they print below them, so that no figure there is one that its command has not printed. Takes some
 * twenty minutes, and wants a machine that does nothing else. Names of blocks run only these.
 *
 * A block is a comment of HTML, `printed by: COMMAND`, and the fenced text that follows it.
 */

const FILE = "docs/PERFORMANCE.md";
const BLOCK = /(<!-- printed by: (.+?) -->\n+```text\n)([^]*?)(\n```)/g;

/** The commands of a page, in their order. */
export function commandsOf(page: string): readonly string[] {
  return [...page.matchAll(BLOCK)].map(([, , command]) => command!);
}

/** The page with what the commands have printed; those without an output stay as they are. */
export function fillPage(page: string, outputs: ReadonlyMap<string, string>): string {
  return page.replace(BLOCK, (all, before, command, _, after) => {
    const output = outputs.get(command);
    return output === undefined ? all : before + output.trimEnd() + after;
  });
}

async function runCommand(line: string): Promise<string> {
  const [program, ...args] = line.split(" ");
  const { success, stdout } = await new Deno.Command(
    program === "deno" ? Deno.execPath() : program!,
    {
      args,
      env: { NO_COLOR: "1" },
      stderr: "inherit",
    },
  ).output();
  if (!success) throw new Error(`Cannot fill ${FILE}: "${line}" has failed`);
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  const page = await Deno.readTextFile(FILE);
  const outputs = new Map<string, string>();
  for (const command of commandsOf(page)) {
    if (Deno.args.length > 0 && !Deno.args.some((word) => command.includes(word))) continue;
    console.error(command);
    outputs.set(command, await runCommand(command));
  }
  await Deno.writeTextFile(FILE, fillPage(page, outputs));
}
