/** Flags as a table: parsed, documented and looked up in the environment from one place. */
import { parseArgs } from "@std/cli/parse-args";
import { GomcpError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

export interface Flag {
  readonly name: string;
  readonly kind: "text" | "list" | "switch";
  /** What stands for the value in the help, such as "DIR". */
  readonly value?: string;
  readonly help: string;
  /** As the user would write it. */
  readonly default?: string;
  /** All values that it takes, where there are few; for completions. */
  readonly choices?: readonly string[];
  /** What stands between the values of a list in the environment. @default "," */
  readonly separator?: string;
  /** What weakens safety is never taken from the environment. */
  readonly flagOnly?: boolean;
}

/** What a configuration file says of flags, and where; `place` is such as "gomcp.json:3:5 (/timeout)". */
export interface FileValues {
  value(name: string): string | readonly string[] | boolean | undefined;
  place(name: string): string;
}

const NO_FILE: FileValues = { value: () => undefined, place: () => "" };

/** What the user said, by flag name; undefined where nothing was said and there is no default. */
export type FlagValues = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

/**
 * Reads flags: the command line goes before the environment (`GOMCP_MAX_WORKERS` for
 * `--max-workers`), this before a configuration file, and this before the default. `-mode` is
 * taken for `--mode`.
 *
 * @throws {GomcpError} `invalid_request` for an unknown flag or a missing value.
 */
export function readFlags(
  flags: readonly Flag[],
  args: readonly string[],
  env: (name: string) => string | undefined,
  file: FileValues = NO_FILE,
): FlagValues {
  const names = (kind: Flag["kind"]) => flags.filter((f) => f.kind === kind).map((f) => f.name);
  const switches = names("switch");
  const parsed = parseArgs(args.map((arg) => checkSwitch(longForm(arg), switches)), {
    string: [...names("text"), ...names("list")],
    boolean: switches,
    collect: names("list"),
    unknown: (arg: string) => reject(flags, arg),
  });
  if (parsed._.length > 0) throw noFlag(String(parsed._[0]));
  const said = saidOf(args);
  return Object.fromEntries(flags.map((flag) => {
    // A switch that was not said is false to the parser, as one that was said to be off.
    const value = said.has(`--${flag.name}`) ? parsed[flag.name] : undefined;
    return [flag.name, valueOf(flag, value, envOf(flag, env), file.value(flag.name))];
  }));
}

/** Where a flag's value came from, as the user would name it: "--mode" or "GOMCP_MODE". */
export function originOf(...said: Parameters<typeof saidBy>): (name: string) => string {
  const by = saidBy(...said);
  return (name) => by(name) ?? `--${name}`;
}

/** The same; undefined for a flag of which nobody said anything. */
export function saidBy(
  flags: readonly Flag[],
  args: readonly string[],
  env: (name: string) => string | undefined,
  file: FileValues = NO_FILE,
): (name: string) => string | undefined {
  const said = saidOf(args);
  return (name) => {
    const flag = flags.find((each) => each.name === name)!;
    if (said.has(`--${name}`)) return `--${name}`;
    if (envOf(flag, env) !== undefined) return envName(flag);
    return file.value(name) === undefined ? undefined : file.place(name);
  };
}

/** Where the environment has a flag. */
export function envName(flag: Flag): string {
  return "GOMCP_" + flag.name.toUpperCase().replaceAll("-", "_");
}

function saidOf(args: readonly string[]): ReadonlySet<string> {
  return new Set(args.map((arg) => longForm(arg).split("=", 1)[0]!));
}

function longForm(arg: string): string {
  if (arg === "-h") return "--help";
  return /^-[a-z][a-z-]+(=|$)/.test(arg) ? "-" + arg : arg;
}

/** A switch is on or off; "--allow-anonymous=no" must not be taken for on. */
function checkSwitch(arg: string, switches: readonly string[]): string {
  const match = /^--([^=]+)=(.*)$/.exec(arg);
  if (match === null || !switches.includes(match[1]!) || /^(true|false)$/.test(match[2]!)) {
    return arg;
  }
  const text = `Cannot read --${match[1]}: it is "${match[2]}", expected true or false`;
  throw new GomcpError("invalid_request", text);
}

/** Empty is the same as not set, as scripts and service files have it. */
function envOf(flag: Flag, env: (name: string) => string | undefined): string | undefined {
  return flag.flagOnly === true ? undefined : env(envName(flag)) || undefined;
}

function valueOf(
  flag: Flag,
  said: unknown,
  fromEnv: string | undefined,
  fromFile: string | readonly string[] | boolean | undefined,
): string | readonly string[] | boolean | undefined {
  if (flag.kind === "switch") {
    if (said !== undefined) return said === true;
    return fromEnv === undefined && fromFile !== undefined ? fromFile : isOn(flag, fromEnv);
  }
  if (flag.kind === "list") {
    const list = (said ?? []) as readonly string[];
    if (list.includes("")) throw missingValue(flag);
    return list.length > 0 ? list : fromEnv?.split(flag.separator ?? ",") ?? fromFile ?? [];
  }
  if (said === "") throw missingValue(flag);
  if (Array.isArray(said)) return said.at(-1);
  return typeof said === "string" ? said : fromEnv ?? fromFile ?? flag.default;
}

function isOn(flag: Flag, fromEnv: string | undefined): boolean {
  if (fromEnv === undefined || /^(true|false)$/.test(fromEnv)) return fromEnv === "true";
  const text = `Cannot read ${envName(flag)}: it is "${fromEnv}", expected true or false`;
  throw new GomcpError("invalid_request", text);
}

function noFlag(arg: string): GomcpError {
  return new GomcpError("invalid_request", `Cannot read "${arg}": expected flags only`);
}

function missingValue(flag: Flag): GomcpError {
  const what = `Cannot read --${flag.name}: it has no value, expected --${flag.name}=${flag.value}`;
  return new GomcpError("invalid_request", what);
}

function reject(flags: readonly Flag[], arg: string): never {
  if (!arg.startsWith("-")) throw noFlag(arg);
  const name = arg.replace(/^-+/, "").split("=", 1)[0]!;
  const near = nearest(flags.map((flag) => flag.name), name);
  const hint = near === undefined ? "see --help" : `did you mean --${near}?`;
  throw new GomcpError("invalid_request", `Cannot read --${name}: there is no such flag; ${hint}`);
}

/** The flags as a help text. */
export function flagHelp(flags: readonly Flag[]): string {
  const left = flags.map((flag) =>
    `  --${flag.name}${flag.value === undefined ? "" : `=${flag.value}`}`
  );
  const width = Math.max(...left.map((text) => text.length)) + 2;
  return flags.map((flag, i) => {
    const more = flag.default === undefined ? "" : ` [${flag.default}]`;
    return left[i]!.padEnd(width) + flag.help + more;
  }).join("\n");
}
