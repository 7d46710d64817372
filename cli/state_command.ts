/** What all commands about the state share: flags between words, the state, and their help. */
import { systemClock } from "../src/base/clock.ts";
import { GomcpError } from "../src/base/errors.ts";
import { createLogger, type Logger } from "../src/base/log.ts";
import type { CommandHelp } from "./help.ts";
import { type Flag, type FlagValues, readFlags } from "../src/config/flags.ts";
import { STATE_FLAG } from "../src/config/state_config.ts";
import type { LoadedConfig } from "./load_config.ts";
import { splitWords } from "./words.ts";
import { CONFIG_FLAG, readServerConfig } from "./server_config.ts";

export const JSON_FLAG: Flag = { name: "json", kind: "switch", help: "one JSON object" };
const OF_SERVER: ReadonlySet<string> = new Set(["GOMCP_STATE", "GOMCP_TOOLS", "GOMCP_CONFIG"]);
/** Of this process alone nothing would stay. */
const LASTING_STATE: Flag = { ...STATE_FLAG, help: STATE_FLAG.help.replace("memory:, ", "") };

/** A command as its user sees it. */
export interface Usage {
  /** Such as "gomcp tenant show ID". */
  readonly usage: string;
  readonly what: string;
  readonly flags: readonly Flag[];
  /** How many words there are beside the flags, at least and at most. */
  readonly words: readonly [number, number];
  readonly examples: readonly string[];
}

/** With the flags that all of them take. */
export function stateHelp({ usage, what, flags, examples }: Usage): CommandHelp {
  return {
    usage: [`${usage} [FLAGS]`],
    what,
    flags: [...flags, JSON_FLAG, LASTING_STATE, CONFIG_FLAG],
    examples,
  };
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
  /** The server's configuration file, where there is one; read when it is first asked for. */
  serverConfig(): Promise<LoadedConfig | undefined>;
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
  const told = readArgs(stateHelp(usage).flags, args);
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
  const opened = await open(await stateOf(told), log);
  try {
    await action(opened, told);
  } finally {
    await opened.close();
  }
  return 0;
}

/** What was said goes before what the server's file says. */
async function stateOf(told: StateArgs): Promise<string | undefined> {
  const said = told.text("state");
  // One that was named is read in any case: who has mistyped its name is told.
  const isNeeded = said === undefined || told.text("config") !== undefined;
  const config = isNeeded ? await told.serverConfig() : undefined;
  return said ?? config?.values.state as string | undefined;
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
  let config: Promise<LoadedConfig | undefined> | undefined;
  const serverConfig = () => config ??= readServerConfig(text("config"));
  return { values, words, text, list, json: values.json === true, serverConfig };
}

/** Prints one JSON object, or text. */
export function print(told: StateArgs, value: unknown, text: string): void {
  console.log(told.json ? JSON.stringify(value) : text);
}
