/** Which command arguments name, and how it is told of. */
import { GomcpError } from "../src/base/errors.ts";
import { nearest } from "../src/base/nearest.ts";
import { VERSION } from "../src/runtime/version.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { flagsOf, helpText } from "./help.ts";
import { splitWords } from "./words.ts";

const HELP = /^(help|-h|--?help)$/;

/** A command that does something, told all that it needs; or a text that was asked for. */
export type Found =
  | { readonly run: () => Promise<number> }
  | { readonly text: string };

/** @throws {GomcpError} `invalid_request` for a name that no command has. */
export async function findCommand(args: readonly string[]): Promise<Found> {
  const asks = HELP.test(args[0] ?? "");
  // "gomcp help tenant key" is "gomcp tenant key --help".
  const [path, rest] = walk(asks ? args.slice(1) : args);
  const command = path.at(-1);
  if (command === undefined) return { text: overview() };
  if ("commands" in command) return { text: groupHelp(path) };
  const { help, run } = await command.load();
  const wants = splitWords(flagsOf(help), rest).said.some((arg) => /^(-h|--?help)$/.test(arg));
  return asks || wants ? { text: helpText(help) } : { run: () => run(rest, COMMANDS) };
}

/** The commands that the first words name, each one of those before it; and the other arguments. */
function walk(args: readonly string[]): [path: readonly Command[], rest: readonly string[]] {
  const path: Command[] = [];
  for (let commands: readonly Command[] = COMMANDS; path.length < args.length;) {
    const name = args[path.length]!;
    if (HELP.test(name)) break;
    const command = commands.find((each) => each.name === name);
    if (command === undefined) throw unknown(path, commands, name);
    path.push(command);
    if (!("commands" in command)) break;
    commands = command.commands;
  }
  return [path, args.slice(path.length)];
}

function unknown(
  path: readonly Command[],
  commands: readonly Command[],
  name: string,
): GomcpError {
  const before = path.map((each) => `${each.name} `).join("");
  const near = nearest(commands.map((each) => each.name), name);
  const hint = near === undefined
    ? `see gomcp ${before}${path.length === 0 ? "help" : "--help"}`
    : `did you mean gomcp ${before}${near}?`;
  const text = `Cannot run "${before}${name}": there is no such command; ${hint}`;
  return new GomcpError("invalid_request", text);
}

function overview(): string {
  return `gomcp ${VERSION}: serves MCP tools over stdio, HTTP and gRPC.

Usage: gomcp COMMAND [FLAGS]

${table(COMMANDS)}

gomcp COMMAND --help tells the flags of a command, with examples.`;
}

function groupHelp(path: readonly Command[]): string {
  const group = path.at(-1)!;
  if (!("commands" in group)) throw new Error(`${group.name} has no commands`);
  const name = path.map((each) => each.name).join(" ");
  const note = group.note === undefined ? "" : `${group.note}\n`;
  return `Usage: gomcp ${name} COMMAND [FLAGS]

${table(group.commands)}

${note}gomcp ${name} COMMAND --help tells the flags of a command, with examples.`;
}

function table(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join("\n");
}
