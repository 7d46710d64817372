/** `gomcp config show`: every value that holds, and who said it. */
import { SECRET_FLAGS } from "../../src/config/file/read_config.ts";
import type { Flag } from "../../src/config/flags.ts";
import { SERVE_FLAGS } from "../../src/config/serve_config.ts";
import type { UpstreamConfig } from "../../src/config/upstream_config.ts";
import type { CommandHelp } from "../help.ts";
import { loadConfig, type LoadedConfig } from "../load_config.ts";

interface Shown {
  readonly name: string;
  readonly value: unknown;
  readonly origin: string;
}

const MASK = "***";

export const help: CommandHelp = {
  usage: ["gomcp config show [--origin] [--json] [FLAGS]"],
  what: `Tells what holds, of flags, environment, file and defaults; secrets are masked. FLAGS are
those of gomcp serve, --config=FILE among them.`,
  flags: [
    { name: "origin", kind: "switch", flagOnly: true, help: "where each value comes from" },
    { name: "json", kind: "switch", flagOnly: true, help: "one JSON object" },
  ],
  takesServeFlags: true,
  examples: ["gomcp config show --origin", "gomcp config show --json --addr=:8080"],
};

// deno-lint-ignore require-await -- a command is asynchronous, this one happens not to wait
export async function run(args: readonly string[]): Promise<number> {
  const [own, rest] = split(args, ["--origin", "--json"]);
  const loaded = loadConfig(rest, (name) => Deno.env.get(name));
  loaded.serve(); // what cannot be is told, not shown
  const values = SERVE_FLAGS.filter(({ name }) => name !== "help").map((flag) =>
    shown(flag, loaded)
  );
  const upstreams = loaded.upstreams.map(({ config, place }): Shown => ({
    name: `upstreams.${config.name}`,
    value: masked(config),
    origin: place,
  }));
  const all = [...values, ...upstreams];
  if (own.includes("--json")) {
    console.log(JSON.stringify({ file: loaded.file ?? null, settings: all }));
  } else console.log(table(all, own.includes("--origin")));
  return 0;
}

/** Ours, and those of `gomcp serve`. */
function split(args: readonly string[], own: readonly string[]) {
  const isOurs = (arg: string) => own.includes(arg);
  return [args.filter(isOurs), args.filter((arg) => !isOurs(arg))] as const;
}

function shown(flag: Flag, { values, originOf }: LoadedConfig): Shown {
  const { name } = flag;
  const value = values[name];
  const isSaid = value !== undefined && value !== false && value !== flag.default &&
    !(Array.isArray(value) && value.length === 0);
  const said = originOf(name);
  // A flag's own name is also what is given where nobody said anything.
  const origin = isSaid || said !== `--${name}` ? said : "default";
  const isSecret = SECRET_FLAGS.includes(name) && typeof value === "string";
  return { name, value: isSecret ? withoutPassword(value) : value ?? null, origin };
}

/** "redis://user:secret@host" without what is confidential in it. */
function withoutPassword(text: string): string {
  return text.replace(/\/\/[^@/]*@/, `//${MASK}@`);
}

function masked(config: UpstreamConfig): unknown {
  const { secrets: _, target, ...rest } = config;
  const hide = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.keys(values).map((key) => [key, MASK]));
  const hidden = target.kind === "command"
    ? { ...target, env: hide(target.env) }
    : { ...target, headers: hide(target.headers) };
  const shown = hidden.kind === "url" ? { ...hidden, url: withoutPassword(hidden.url) } : hidden;
  return { target: shown, ...rest };
}

function table(all: readonly Shown[], withOrigin: boolean): string {
  const width = Math.max(...all.map(({ name }) => name.length)) + 2;
  return all.map(({ name, value, origin }) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return name.padEnd(width) + text + (withOrigin ? `  (${origin})` : "");
  }).join("\n");
}
