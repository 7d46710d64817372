/** Commands of gomcp as texts tell them: whether there are such commands, and such flags. */
import { COMMANDS } from "../../cli/commands.ts";
import type { Command } from "../../cli/command.ts";
import { flagsOf } from "../../cli/help.ts";
import { splitWords } from "../../cli/words.ts";
import { GomcpError } from "../../src/base/errors.ts";
import { readFlags } from "../../src/config/flags.ts";

const TOKEN = /(?:'[^']*'|"[^"]*"|[^\s'"|;&()<>])+|[|;&()<>]+/g;

/** What stands before a command: variables, and "task" of Deno's. */
const BEFORE = /^(?:\w+=.*|task)$/;

/** The words of each gomcp in a line of a shell, as it gives them to the program. */
export function toldCommands(line: string): readonly (readonly string[])[] {
  const all: string[][] = [];
  let words: string[] | undefined;
  let before: string | undefined;
  for (const [token] of line.matchAll(TOKEN)) {
    const isOperator = /^[|;&()<>]/.test(token);
    // "2>&1" begins before its operator.
    if (token.startsWith(">") && /^\d$/.test(words?.at(-1) ?? "")) words!.pop();
    if (isOperator) words = undefined;
    else if (words !== undefined) words.push(token.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
    else if (token === "gomcp" && (before === undefined || BEFORE.test(before))) {
      all.push(words = []);
    }
    before = isOperator ? undefined : token;
  }
  return all;
}

/** @throws {GomcpError} `invalid_request` for a command or a flag that there is not. */
export async function checkTold(words: readonly string[]): Promise<void> {
  let commands: readonly Command[] = COMMANDS;
  for (const [i, name] of words.entries()) {
    const command = commands.find((each) => each.name === name);
    if (command === undefined) {
      throw new GomcpError(
        "invalid_request",
        `There is no gomcp ${words.slice(0, i + 1).join(" ")}`,
      );
    }
    if (!("commands" in command)) {
      const flags = flagsOf((await command.load()).help);
      readFlags(flags, splitWords(flags, words.slice(i + 1)).said, () => undefined);
      return;
    }
    commands = command.commands;
    if (/^(--?help|-h)$/.test(words[i + 1] ?? "--help")) return;
  }
}
