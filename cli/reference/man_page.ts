/** The man page, as man(7) has it. */
import { CODE_TABLE } from "../../src/base/code_table.ts";
import type { Flag } from "../../src/config/flags.ts";
import { flagsOf } from "../help.ts";
import type { Page } from "./pages.ts";

export function manPage(pages: readonly Page[], version: string): string {
  const [root, ...rest] = pages;
  const commands = rest.filter(({ help }) => help !== undefined);
  return [
    `.TH GOMCP 1 "" "gomcp ${version}" "User Commands"`,
    ".SH NAME",
    `gomcp \\- ${text(root!.summary)}`,
    ".SH SYNOPSIS",
    ".B gomcp",
    "COMMAND [FLAGS]",
    ".SH DESCRIPTION",
    "Flags are written \\-\\-name=VALUE or \\-\\-name VALUE. The command line goes before the",
    "environment (GOMCP_NAME), this before a configuration file, this before the default.",
    ".SH COMMANDS",
    ...commands.flatMap(commandPart),
    ".SH EXIT STATUS",
    ...exitCodes().flatMap(([code, what]) => [".TP", `.B ${code}`, text(what)]),
    ".SH ENVIRONMENT",
    ".TP",
    ".B GOMCP_API_KEY",
    "The key by which a command, or the client of stdio, is known.",
    ".TP",
    ".B NO_COLOR",
    "No colours, whatever it is set to.",
    "",
  ].join("\n");
}

function commandPart({ path, help }: Page): readonly string[] {
  const shown = help!.takesServeFlags === true ? help!.flags : flagsOf(help!);
  return [
    `.SS gomcp ${text(path.join(" "))}`,
    ...help!.usage.flatMap((usage) => [".br", `.B ${text(usage)}`]),
    ".PP",
    ...lines(help!.what),
    ...shown.flatMap(flagPart),
    ...help!.note === undefined ? [] : [".PP", ...lines(help!.note)],
    ...help!.examples.length === 0 ? [] : [".PP", "Examples:", ".PP", ".nf", ".RS"],
    ...help!.examples.flatMap((line) => lines(line)),
    ...help!.examples.length === 0 ? [] : [".RE", ".fi"],
  ];
}

function flagPart({ name, value, help, default: usual }: Flag): readonly string[] {
  const shape = `--${name}${value === undefined ? "" : `=${value}`}`;
  return [".TP", `.B ${text(shape)}`, text(usual === undefined ? help : `${help} [${usual}]`)];
}

/** What ends a command with which status, by the table of errors. */
export function exitCodes(): readonly (readonly [code: number, what: string])[] {
  const named = new Map<number, string[]>([[0, ["success"]], [2, [
    "what could not be run: nothing to check, nothing to replay",
  ]], [4, ["a server that cannot be reached"]]]);
  for (const [code, { exit }] of Object.entries(CODE_TABLE)) {
    named.set(exit, [...named.get(exit) ?? [], code]);
  }
  return [...named].sort(([a], [b]) => a - b).map(([code, what]) => [code, what.join(", ")]);
}

function lines(block: string): readonly string[] {
  return block.split("\n").map(text);
}

/** A backslash is roff's own, and so are a dot or a quote at the beginning of a line. */
function text(line: string): string {
  return line.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/, "\\&")
    .replace(/[^\x20-\x7e]/gu, special);
}

/** What is not ASCII, as all versions of roff read it. */
function special(character: string): string {
  const hex = character.codePointAt(0)!.toString(16).toUpperCase();
  return `\\[u${hex.padStart(4, "0")}]`;
}
