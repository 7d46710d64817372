/** What a server is told: by flags, by the environment, by a configuration file. */
import { describeThrown, GomcpError } from "../src/base/errors.ts";
import type { Logger } from "../src/base/log.ts";
import type { UpstreamConfig } from "../src/config/upstream_config.ts";
import {
  type PlacedUpstream,
  type ReadConfig,
  readConfig,
  readServersFile,
} from "../src/config/file/read_config.ts";
import { type FlagValues, originOf, readFlags } from "../src/config/flags.ts";
import { findFile } from "./find_config.ts";
import { readServeConfig, SERVE_FLAGS, type ServeConfig } from "../src/config/serve_config.ts";

/** All that was said, and by whom. */
export interface LoadedConfig {
  readonly values: FlagValues;
  readonly originOf: (name: string) => string;
  /** The file that was read. */
  readonly file: string | undefined;
  readonly upstreams: readonly PlacedUpstream[];
  /** @throws {GomcpError} `invalid_request` naming the first value that cannot be. */
  serve(): ServeConfig;
}

type Env = (name: string) => string | undefined;

/** @throws {GomcpError} `invalid_request` with all that is wrong in the file. */
export function loadConfig(args: readonly string[], env: Env): LoadedConfig {
  const first = readFlags(SERVE_FLAGS, args, env);
  const named = first.config as string | undefined;
  const file = named === "off" || first.help === true ? undefined : named ?? findFile();
  const isNamed = args.some((arg) => /^--?config(=|$)/.test(arg));
  const read = file === undefined ? undefined : readFile(file, isNamed, env);
  const values = readFlags(SERVE_FLAGS, args, env, read?.values);
  const origin = originOf(SERVE_FLAGS, args, env, read?.values);
  const files = values.upstreams as readonly string[];
  const upstreams = [
    ...read?.upstreams ?? [],
    ...files.flatMap((each) =>
      readServersFile({ file: each, text: readText(each), env, readFile: readText })
    ),
  ];
  checkNames(upstreams);
  return {
    values,
    originOf: origin,
    file,
    upstreams,
    serve: () => readServeConfig(values, origin),
  };
}

/**
 * The upstreams of a server: those of its start, then those of the files as they are at each reload.
 * Undefined where nothing says that there may be some.
 */
export function upstreamsOf(
  start: LoadedConfig,
  args: readonly string[],
  log: Logger,
): (() => readonly UpstreamConfig[]) | undefined {
  const files = start.values.upstreams as readonly string[];
  if (start.file === undefined && files.length === 0) return undefined;
  let next: LoadedConfig | undefined = start;
  return () => {
    const loaded = next ?? loadConfig(args, (name) => Deno.env.get(name));
    next = undefined;
    const others = Object.keys(start.values).filter((name) =>
      JSON.stringify(start.values[name]) !== JSON.stringify(loaded.values[name])
    );
    if (others.length > 0) {
      log.warn("settings have changed that wait for a restart", { settings: others });
    }
    return loaded.upstreams.map(({ config }) => config);
  };
}

function readFile(file: string, isNamed: boolean, env: Env): ReadConfig {
  const source = { file, text: readText(file), env, readFile: readText };
  return readConfig(source, { flags: SERVE_FLAGS, isNamed });
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    const text = `Cannot read ${path}: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", text, { cause });
  }
}

function checkNames(upstreams: readonly PlacedUpstream[]): void {
  const places = new Map<string, string>();
  for (const { config: { name }, place } of upstreams) {
    const other = places.get(name);
    if (other !== undefined) {
      const text = `Cannot serve two upstreams named "${name}": ${other} and ${place}`;
      throw new GomcpError("invalid_request", text);
    }
    places.set(name, place);
  }
}
