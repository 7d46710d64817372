/** A configuration file as what flags would say, and the upstreams that no flag can. */
import { dirname } from "node:path";
import type { z } from "zod";
import { isRecord } from "../../base/json.ts";
import type { FileValues, Flag } from "../flags.ts";
import type { UpstreamConfig } from "../upstream_config.ts";
import { CONFIG, type ConfigFile } from "./config_schema.ts";
import {
  configError,
  type ConfigProblem,
  Places,
  schemaProblems,
  throwProblems,
} from "./config_problems.ts";
import { entriesOf, type ForeignEntry, foreignServers } from "./foreign_servers.ts";
import { type Path, type ReadText, readText } from "./read_text.ts";
import { type ReferenceSources, resolveEnv } from "./references.ts";
import { innerType, leaves } from "./schema_walk.ts";
import { fromFolder, readUpstreams } from "./read_upstreams.ts";
import { settingOf } from "./values.ts";

/** A file's text and what it can refer to. */
export interface ConfigSource extends ReferenceSources {
  /** As people know it. */
  readonly file: string;
  readonly text: string;
}

/** An upstream, and where it was configured. */
export interface PlacedUpstream {
  readonly config: UpstreamConfig;
  readonly place: string;
  /** The line of it, from 1. */
  readonly line: number;
}

/** What a configuration file says. */
export interface ReadConfig {
  readonly values: FileValues;
  readonly upstreams: readonly PlacedUpstream[];
  /** The names of flags that it says something of. */
  readonly flags: readonly string[];
  /**
   * What it says for another command, undefined for nothing.
   *
   * @throws {GomcpError} `invalid_request` with everything that is wrong there, and where.
   */
  section<T>(name: string, type: z.ZodType<T>): T | undefined;
}

export interface ReadConfigOptions {
  readonly flags: readonly Flag[];
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
export function readConfig(
  source: ConfigSource,
  { flags, isNamed, only }: ReadConfigOptions,
): ReadConfig {
  const { file } = source;
  const { read, places } = understand(source);
  const { value, problems: unset, referred } = resolveEnv(picked(read.value ?? {}, only), source);
  const problems: ConfigProblem[] = [...unset];
  const parsed = CONFIG.safeParse(value);
  if (!parsed.success) problems.push(...schemaProblems(CONFIG, value, parsed.error));
  const config = (isRecord(value) ? value : {}) as ConfigFile;
  const folder = dirname(file);
  const said = parsed.success ? flagValues(config, folder) : new Map<string, SaidValue>();
  const onlyFlags = flags.filter(({ flagOnly }) => flagOnly === true).map(({ name }) => name);
  for (const [name, { path, isSafe }] of said) {
    if (isNamed || isSafe === true || !onlyFlags.includes(name)) continue;
    const detail = `a file says this only when it is named by --config=${file}`;
    problems.push({ path, isKey: true, detail });
  }
  const upstreams = readUpstreams(entriesIn(config), { source, referred, folder }, problems);
  throwProblems(file, places, distinct(problems));
  return {
    values: {
      value: (name) => said.get(name)?.value,
      place: (name) => places.of(said.get(name)?.path ?? []),
    },
    upstreams: upstreams.map(({ config, path }) => placed(places, config, path)),
    flags: [...said.keys()],
    section<T>(name: string, type: z.ZodType<T>) {
      const section = (config as Readonly<Record<string, unknown>>)[name];
      if (section === undefined) return undefined;
      const parsed = type.safeParse(section);
      if (parsed.success) return parsed.data;
      const problems = schemaProblems(type, section, parsed.error);
      const wrong = problems.map((each) => ({ ...each, path: [name, ...each.path] }));
      throwProblems(file, places, wrong);
      return undefined;
    },
  };
}

/** @throws {GomcpError} `invalid_request` for what is neither JSON nor YAML. */
function understand({ file, text }: ConfigSource): { read: ReadText; places: Places } {
  const read = readText(text, file);
  const places = new Places(file, text, read);
  if (read.faults.length === 0) return { read, places };
  const lines = read.faults.map(({ offset, detail }) => `${places.at(offset)}: ${detail}`);
  throw configError(file, lines);
}

function picked(value: unknown, only: readonly string[] | undefined): unknown {
  if (only === undefined || !isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => only.includes(key)));
}

function placed(places: Places, config: UpstreamConfig, path: Path): PlacedUpstream {
  return { config, place: places.of(path), line: places.line(path) };
}

/**
 * Reads the servers of another program's file.
 *
 * @throws {GomcpError} `invalid_request` with everything that is wrong, and where.
 */
export function readServersFile(source: ConfigSource): readonly PlacedUpstream[] {
  const { file } = source;
  const { read, places } = understand(source);
  const { value, problems: unset, referred } = resolveEnv(
    { servers: foreignServersRaw(read.value) },
    source,
  );
  const base = foreignPath(read.value);
  const problems = unset.map((each) => ({ ...each, path: [...base, ...each.path.slice(1)] }));
  const entries = foreignServers(value);
  if (entries === undefined) {
    throw configError(file, [`${file}: it has no "mcpServers" or "servers"`]);
  }
  const there = entries.map(({ entry, path }) => ({ entry, path: [...base, ...path.slice(1)] }));
  const found = readUpstreams(there, { source, referred, folder: dirname(file) }, problems);
  throwProblems(file, places, distinct(problems));
  return found.map(({ config, path }) => placed(places, config, path));
}

function foreignPath(value: unknown): Path {
  const path = foreignServers(value)?.[0]?.path;
  return path === undefined ? [] : path.slice(0, -1);
}

/** Only the servers: what else stands in the file is that program's, with references of its own. */
function foreignServersRaw(value: unknown): unknown {
  const base = foreignPath(value);
  return base.length === 0
    ? (foreignServers(value) === undefined ? undefined : {})
    : base.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], value);
}

interface SaidValue {
  readonly value: string | readonly string[] | boolean;
  readonly path: Path;
  /** It narrows what there is, although its flag is one only. */
  readonly isSafe?: boolean;
}

/** Every setting that a flag has, as the flag would have it. */
function flagValues(config: ConfigFile, folder: string): Map<string, SaidValue> {
  const said = new Map<string, SaidValue>();
  for (const { path, type, value } of leaves(CONFIG, config)) {
    const meta = settingOf(innerType(type));
    if (meta?.flag === undefined) continue;
    const place = (each: unknown) =>
      meta.path === true ? fromFolder(folder, String(each)) : String(each);
    said.set(meta.flag, {
      value: typeof value === "boolean"
        ? value
        : Array.isArray(value)
        ? value.map(place)
        : place(value),
      path,
    });
  }
  for (
    const [id, { tools = [], root, certificates = [] }] of Object.entries(config.tenants ?? {})
  ) {
    const add = (flag: string, values: readonly string[]) => {
      if (values.length === 0) return;
      const before = said.get(flag)?.value as readonly string[] | undefined;
      said.set(flag, {
        value: [...before ?? [], ...values],
        path: ["tenants", id],
        isSafe: true,
      });
    };
    add("tenant-tools", tools.map((path) => `${id}=${fromFolder(folder, path)}`));
    add("tenant-root", root === undefined ? [] : [`${id}=${fromFolder(folder, root)}`]);
    add("tls-tenant", certificates.map((name) => `${name}=${id}`));
  }
  return said;
}

function entriesIn({ upstreams, mcpServers }: ConfigFile): readonly ForeignEntry[] {
  const own = Array.isArray(upstreams) ? upstreams : [];
  return [
    ...own.map((entry, at) => ({ entry: isRecord(entry) ? entry : {}, path: ["upstreams", at] })),
    ...(isRecord(mcpServers) ? entriesOf(mcpServers, ["mcpServers"]) : []),
  ];
}

/** One place has one problem: what follows from it is not told. */
function distinct(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => {
    const key = JSON.stringify(path);
    return !seen.has(key) && Boolean(seen.add(key));
  });
}
