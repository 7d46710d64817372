/** The whole table of commands as data: what completions, the man page and the reference are made of. */
import type { Command } from "../command.ts";
import type { CommandHelp } from "../help.ts";

export interface Page {
  /** Such as ["tenant", "key", "create"]; empty for the program itself. */
  readonly path: readonly string[];
  readonly summary: string;
  /** Of a command that has no others. */
  readonly help?: CommandHelp;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly note?: string;
}

/** The program's page first, then each command's, before those of its own commands. */
export async function readPages(commands: readonly Command[]): Promise<readonly Page[]> {
  return await pagesOf({
    name: "",
    summary: "serves MCP tools over stdio, HTTP and gRPC",
    commands,
  }, []);
}

async function pagesOf(command: Command, path: readonly string[]): Promise<readonly Page[]> {
  const { summary } = command;
  if (!("commands" in command)) {
    return [{ path, summary, help: (await command.load()).help, commands: [] }];
  }
  const { commands, note } = command;
  const names = commands.map((each) => ({ name: each.name, summary: each.summary }));
  const own = { path, summary, commands: names, ...(note !== undefined && { note }) };
  const inner = await Promise.all(commands.map((each) => pagesOf(each, [...path, each.name])));
  return [own, ...inner.flat()];
}
