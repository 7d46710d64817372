/** A configuration file as what flags would say, and what no flag can. */
import { dirname } from "node:path";
import type { z } from "zod";
import { isRecord } from "../../base/json.ts";
import type { FileValues, Flag } from "../flags.ts";
import { readTenantDefaults, type TenantDefaultsConfig } from "../tenant_defaults.ts";
import { CONFIG, type ConfigFile } from "./config_schema.ts";
import { type ConfigProblem, Places, problemLines, schemaProblems } from "./config_problems.ts";
import { type ConfigSource, faultsOfFile, type PlacedUpstream } from "./config_source.ts";
import { flagValues } from "./flag_values.ts";
import { entriesOf, type ForeignEntry } from "./foreign_servers.ts";
import { placed } from "./placed.ts";
import { readText } from "./read_text.ts";
import { readUpstreams } from "./read_upstreams.ts";
import { resolveEnv } from "./references.ts";

export type { ConfigSource, PlacedUpstream } from "./config_source.ts";
export { readServersFile } from "./read_servers_file.ts";

/** What a configuration file says. */
export interface ReadConfig {
  readonly values: FileValues;
  readonly upstreams: readonly PlacedUpstream[];
  /** The names of flags that it says something of. */
  readonly flags: readonly string[];
  /** What tenants have that say nothing themselves; undefined where the file says nothing of it. */
  readonly tenantDefaults: TenantDefaultsConfig | undefined;
  /**
   * What it says for another command, undefined for nothing.
   *
   * @throws {GomcpError} `invalid_request` with everything that is wrong there, and where.
   */
  section<T>(name: string, type: z.ZodType<T>): T | undefined;
}

/** What a file says as far as it can be read, and what is wrong with it. */
export interface InspectedConfig extends ReadConfig {
  /** In the order of the file, each with its place. */
  readonly faults: readonly string[];
}

/** Who reads it. */
export interface ReadOptions {
  readonly flags: readonly Flag[];
  /** The file was named, not found. */
  readonly isNamed: boolean;
  /** What else stands there is not looked at, and its variables need not be set. @default all */
  readonly only?: readonly string[];
}

/** Whose values are never shown. */
export const SECRET_FLAGS: readonly string[] = ["state"];

/**
 * Reads a file. One that was found, and not named, may not say what exists only as a flag: that
 * weakens safety.
 *
 * @throws {GomcpError} `invalid_request` with everything that is wrong, and where.
 */
export function readConfig(source: ConfigSource, options: ReadOptions): ReadConfig {
  const { faults, ...read } = inspectConfig(source, options);
  if (faults.length > 0) throw faultsOfFile(source.file, faults);
  return read;
}

/** Reads what can be read of a file. Does not throw: what is wrong is a value. */
export function inspectConfig(
  source: ConfigSource,
  { flags, isNamed, only }: ReadOptions,
): InspectedConfig {
  const { file, text } = source;
  const read = readText(text, file);
  const places = new Places(file, text, read);
  if (read.faults.length > 0) {
    const faults = read.faults.map(({ offset, detail }) => `${places.at(offset)}: ${detail}`);
    return { ...NOTHING, faults };
  }
  const { value, problems: unset, referred } = resolveEnv(picked(read.value ?? {}, only), source);
  const problems: ConfigProblem[] = [...unset];
  const parsed = CONFIG.safeParse(value);
  if (!parsed.success) problems.push(...schemaProblems(CONFIG, value, parsed.error));
  const config = (isRecord(value) ? value : {}) as ConfigFile;
  const folder = dirname(file);
  const said = flagValues(config, folder);
  const onlyFlags = flags.filter(({ flagOnly }) => flagOnly === true).map(({ name }) => name);
  for (const [name, { path, isSafe }] of said) {
    if (isNamed || isSafe === true || !onlyFlags.includes(name)) continue;
    const detail = `a file says this only when it is named by --config=${file}`;
    problems.push({ path, isKey: true, detail });
  }
  const context = { source, referred, folder, written: read.value };
  const upstreams = readUpstreams(entriesIn(config), context, problems);
  return {
    values: {
      value: (name) => said.get(name)?.value,
      place: (name) => places.of(said.get(name)?.path ?? []),
    },
    upstreams: upstreams.map(({ config, path }) => placed(places, config, path)),
    flags: [...said.keys()],
    tenantDefaults: parsed.success ? readTenantDefaults(parsed.data.tenantDefaults) : undefined,
    faults: problemLines(places, problems),
    section<T>(name: string, type: z.ZodType<T>) {
      const section = (config as Readonly<Record<string, unknown>>)[name];
      if (section === undefined) return undefined;
      const parsed = type.safeParse(section);
      if (parsed.success) return parsed.data;
      const wrong = schemaProblems(type, section, parsed.error)
        .map((each) => ({ ...each, path: [name, ...each.path] }));
      throw faultsOfFile(file, problemLines(places, wrong));
    },
  };
}

const NOTHING: ReadConfig = {
  values: { value: () => undefined, place: () => "" },
  upstreams: [],
  flags: [],
  tenantDefaults: undefined,
  section: () => undefined,
};

function picked(value: unknown, only: readonly string[] | undefined): unknown {
  if (only === undefined || !isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => only.includes(key)));
}

function entriesIn({ upstreams, mcpServers }: ConfigFile): readonly ForeignEntry[] {
  const own = Array.isArray(upstreams) ? upstreams : [];
  return [
    ...own.map((entry, at) => ({ entry: isRecord(entry) ? entry : {}, path: ["upstreams", at] })),
    ...(isRecord(mcpServers) ? entriesOf(mcpServers, ["mcpServers"]) : []),
  ];
}
