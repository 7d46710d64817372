/** What a server is told: by flags, by the environment, by a configuration file. */
import type { Logger } from "../src/base/log.ts";
import type { UpstreamConfig } from "../src/config/upstream_config.ts";
import { faultsOf } from "../src/config/faults.ts";
import { faultsOfFile } from "../src/config/file/config_source.ts";
import {
  inspectConfig,
  type InspectedConfig,
  type PlacedUpstream,
  readServersFile,
} from "../src/config/file/read_config.ts";
import { type FlagValues, originOf, readFlags, saidBy } from "../src/config/flags.ts";
import { configSource } from "./config_source.ts";
import { findConfig } from "./find_config.ts";
import { readServeConfig, type ServeConfig } from "../src/config/serve_config.ts";
import { SERVE_FLAGS } from "../src/config/serve_flags.ts";

/** All that was said, and by whom. */
export interface LoadedConfig {
  readonly values: FlagValues;
  /** Who said it, such as "--mode"; undefined where nobody did. */
  readonly saidBy: (name: string) => string | undefined;
  /** The file that was read. */
  readonly file: string | undefined;
  readonly upstreams: readonly PlacedUpstream[];
  /** @throws {GomcpError} `invalid_request` naming the first value that cannot be. */
  serve(): ServeConfig;
}

type Env = (name: string) => string | undefined;

/** @throws {GomcpError} `invalid_request` with all that is wrong in the files and the flags. */
export function loadConfig(args: readonly string[], env: Env): LoadedConfig {
  const first = readFlags(SERVE_FLAGS, args, env);
  const named = first.config as string | undefined;
  const file = named === "off" || first.help === true ? undefined : named ?? findConfig();
  const isNamed = args.some((arg) => /^--?config(=|$)/.test(arg));
  const read = file === undefined ? undefined : inspectFile(file, isNamed, env);
  const values = readFlags(SERVE_FLAGS, args, env, read?.values);
  const origin = originOf(SERVE_FLAGS, args, env, read?.values);
  const faults = [...read?.faults ?? []];
  const upstreams = [...read?.upstreams ?? []];
  for (const each of values.upstreams as readonly string[]) {
    try {
      upstreams.push(...readServersFile(configSource(each, env)));
    } catch (thrown) {
      faults.push(...faultsOf(thrown));
    }
  }
  faults.push(...sameNames(upstreams));
  const serve = () => {
    const { state, ...config } = readServeConfig(values, origin);
    return { ...config, state: { ...state, defaults: read?.tenantDefaults } };
  };
  // What is wrong between settings is told with the rest; what follows from a bad one is not.
  if (faults.length > 0) {
    throw faultsOfFile(file ?? "upstreams", [...faults, ...others(serve, faults)]);
  }
  const by = saidBy(SERVE_FLAGS, args, env, read?.values);
  return { values, saidBy: by, file, upstreams, serve };
}

/** What else is wrong, of other sections of the file. */
function others(serve: () => unknown, faults: readonly string[]): readonly string[] {
  const sections = new Set(faults.map(sectionOf));
  try {
    serve();
  } catch (thrown) {
    return faultsOf(thrown).filter((fault) => {
      const section = sectionOf(fault);
      return section === undefined || !sections.has(section);
    });
  }
  return [];
}

/** Such as "audit" of "gomcp.json:3:5 (/audit/mode): …"; undefined for what is said elsewhere. */
function sectionOf(fault: string): string | undefined {
  return /^[^(]*:\d+:\d+ \(\/([^/)]+)/.exec(fault)?.[1];
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

function inspectFile(file: string, isNamed: boolean, env: Env): InspectedConfig {
  return inspectConfig(configSource(file, env), { flags: SERVE_FLAGS, isNamed });
}

function sameNames(upstreams: readonly PlacedUpstream[]): readonly string[] {
  const places = new Map<string, string>();
  return upstreams.flatMap(({ config: { name }, place }) => {
    const other = places.get(name);
    places.set(name, place);
    return other === undefined
      ? []
      : [`Cannot serve two upstreams named "${name}": ${other} and ${place}`];
  });
}
