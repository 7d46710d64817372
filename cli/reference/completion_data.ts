/** What completions of all shells are made of. */
import type { Flag } from "../../src/config/flags.ts";
import { flagsOf } from "../help.ts";
import type { Page } from "./pages.ts";

export interface CompletedFlag {
  /** With its dashes. */
  readonly name: string;
  readonly help: string;
  readonly takesValue: boolean;
  readonly isList: boolean;
  /** What stands for the value. */
  readonly value: string;
  /** All values, where there are few. */
  readonly choices: readonly string[];
  readonly isFile: boolean;
}

export interface Completed {
  /** Each name behind a blank: " tenant key"; "" for the program itself. */
  readonly at: string;
  readonly commands: Page["commands"];
  readonly flags: readonly CompletedFlag[];
}

export function completionData(pages: readonly Page[]): readonly Completed[] {
  return pages.map(({ path, commands, help }) => ({
    at: path.map((name) => ` ${name}`).join(""),
    commands,
    flags: help === undefined ? [] : flagsOf(help).map(completedFlag),
  }));
}

function completedFlag({ name, kind, value = "", help, choices = [] }: Flag): CompletedFlag {
  return {
    name: `--${name}`,
    help,
    takesValue: kind !== "switch",
    isList: kind === "list",
    value,
    choices,
    isFile: /FILE|PATH|DIR/.test(value),
  };
}
