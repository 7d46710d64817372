/** `gomcp config show`: every value that holds, and who said it. */
import { isRecord } from "../../src/base/json.ts";
import { SECRET_FLAGS } from "../../src/config/file/read_config.ts";
import type { Flag } from "../../src/config/flags.ts";
import { type ServeConfig } from "../../src/config/serve_config.ts";
import { SERVE_FLAGS } from "../../src/config/serve_flags.ts";
import { usualStateUrl } from "../../src/config/state_config.ts";
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
  const config = loaded.serve(); // what cannot be is told, not shown
  const usual = usualValues(config);
  const values = SERVE_FLAGS.filter(({ name }) => name !== "help").map((flag) =>
    shown(flag, loaded, usual[flag.name])
  );
  const { defaults } = config.state;
  const tenants = defaults === undefined
    ? []
    : [{ name: "tenantDefaults", value: defaults, origin: `${loaded.file} (/tenantDefaults)` }];
  const upstreams = loaded.upstreams.map(({ config, place }): Shown => ({
    name: `upstreams.${config.name}`,
    value: masked(config),
    origin: place,
  }));
  const all = [...values, ...tenants, ...upstreams];
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

function shown({ name }: Flag, { values, saidBy }: LoadedConfig, usual: unknown): Shown {
  const value = values[name] ?? usual;
  const isSecret = SECRET_FLAGS.includes(name) && typeof value === "string";
  return {
    name,
    value: isSecret ? withoutPassword(value) : value ?? null,
    origin: saidBy(name) ?? "default",
  };
}

/** What holds where nothing is said and no flag has it as its default. */
function usualValues({ mode, hostname, port }: ServeConfig): Readonly<Record<string, unknown>> {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    ...(mode !== "stdio" && { addr: `${host}:${port}` }),
    state: usualStateUrl((name) => Deno.env.get(name)),
  };
}

/** "redis://user:secret@host" without what is confidential in it. */
function withoutPassword(text: string): string {
  return text.replace(/\/\/[^@/]*@/, `//${MASK}@`);
}

/** Values of the environment and of headers are not shown, nor what came by a reference. */
function masked({ secrets, target, ...rest }: UpstreamConfig): unknown {
  const hide = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.keys(values).map((key) => [key, MASK]));
  const hidden = target.kind === "command"
    ? { ...target, env: hide(target.env) }
    : { ...target, headers: hide(target.headers) };
  return withoutSecrets({ target: hidden, ...rest }, secrets.filter((secret) => secret !== ""));
}

function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") {
    return secrets.reduce((text, secret) => text.replaceAll(secret, MASK), withoutPassword(value));
  }
  if (Array.isArray(value)) return value.map((each) => withoutSecrets(each, secrets));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, withoutSecrets(each, secrets)]),
  );
}

function table(all: readonly Shown[], withOrigin: boolean): string {
  const width = Math.max(...all.map(({ name }) => name.length)) + 2;
  return all.map(({ name, value, origin }) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return name.padEnd(width) + text + (withOrigin ? `  (${origin})` : "");
  }).join("\n");
}
