/** What all commands about the state share: flags between words, the state, and their help. */
import { systemClock } from "../src/base/clock.ts";
import { GomcpError } from "../src/base/errors.ts";
import { createLogger, type Logger } from "../src/base/log.ts";
import { type Flag, flagHelp, type FlagValues, readFlags } from "../src/config/flags.ts";
import { STATE_FLAG } from "../src/config/state_config.ts";
import { splitWords } from "./words.ts";

export const JSON_FLAG: Flag = { name: "json", kind: "switch", help: "one JSON object" };
const OF_SERVER: ReadonlySet<string> = new Set(["GOMCP_STATE", "GOMCP_TOOLS"]);
const HELP_FLAG: Flag = { name: "help", kind: "switch", flagOnly: true, help: "shows this" };

/** A command as its user sees it. */
export interface Usage {
  /** Such as "gomcp tenant show ID". */
  readonly usage: string;
  readonly what: string;
  readonly flags: readonly Flag[];
  /** How many words there are beside the flags, at least and at most. */
  readonly words: readonly [number, number];
}

/** What a command was told. */
export interface StateArgs {
  readonly values: FlagValues;
  readonly words: readonly string[];
  /** What was said of a flag; undefined when nothing was. */
  text(flag: string): string | undefined;
  /** The parts of a list that may have been given at once, with commas, or one by one. */
  list(flag: string): readonly string[] | undefined;
  readonly json: boolean;
}

/** What a command opens and closes again. */
interface Opened {
  close(): void | Promise<void>;
}

/** Reads the arguments, opens the state, and closes it whatever `action` does. */
export async function runStateCommand<T extends Opened>(
  usage: Usage,
  args: readonly string[],
  open: (stateUrl: string | undefined, log: Logger) => Promise<T>,
  action: (opened: T, told: StateArgs) => Promise<void>,
): Promise<number> {
  const flags = [...usage.flags, JSON_FLAG, STATE_FLAG, HELP_FLAG];
  const told = readArgs(flags, args);
  if (told.values.help === true) {
    console.log(`Usage: ${usage.usage} [FLAGS]\n\n${usage.what}\n\n${flagHelp(flags)}`);
    return 0;
  }
  const [min, max] = usage.words;
  if (told.words.length < min || told.words.length > max) {
    const given = told.words.length === 1 ? "1 word was" : `${told.words.length} words were`;
    const text = `Cannot run: ${given} given, expected ${usage.usage}`;
    throw new GomcpError("invalid_request", text);
  }
  const log = createLogger({
    level: "warn",
    format: "text",
    clock: systemClock,
    write: (line) => Deno.stderr.writeSync(new TextEncoder().encode(line)),
  });
  const opened = await open(told.text("state"), log);
  try {
    await action(opened, told);
  } finally {
    await opened.close();
  }
  return 0;
}

function readArgs(flags: readonly Flag[], args: readonly string[]): StateArgs {
  const { said, words } = splitWords(flags, args);
  // Only what a server has, too, is taken from the environment: who a command is about must be said.
  const env = (name: string) => OF_SERVER.has(name) ? Deno.env.get(name) : undefined;
  const values = readFlags(flags, said, env);
  const text = (flag: string) => values[flag] as string | undefined;
  const list = (flag: string) => {
    const given = values[flag] as readonly string[] | undefined;
    if (given === undefined || given.length === 0) return undefined;
    return given.flatMap((each) => each.split(",")).map((each) => each.trim());
  };
  return { values, words, text, list, json: values.json === true };
}

/** Prints one JSON object, or text. */
export function print(told: StateArgs, value: unknown, text: string): void {
  console.log(told.json ? JSON.stringify(value) : text);
}
