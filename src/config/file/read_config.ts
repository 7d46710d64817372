/** A configuration file as what flags would say, and the upstreams that no flag can. */
import { dirname, isAbsolute, join } from "node:path";
import type { z } from "zod";
import { isRecord } from "../../base/json.ts";
import type { FileValues, Flag } from "../flags.ts";
import { type UpstreamConfig, upstreamConfig } from "../upstream_config.ts";
import { CONFIG, type ConfigFile } from "./config_schema.ts";
import {
  configError,
  type ConfigProblem,
  Places,
  schemaProblems,
  throwProblems,
} from "./config_problems.ts";
import { entriesOf, type ForeignEntry, foreignServers } from "./foreign_servers.ts";
import { type Path, readText } from "./read_text.ts";
import { type ReferenceSources, resolveEnv, resolveSecret } from "./references.ts";
import { innerType, leaves } from "./schema_walk.ts";
import { UPSTREAM, type UpstreamEntry } from "./upstream_schema.ts";
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
}

/** What a configuration file says. */
export interface ReadConfig {
  readonly values: FileValues;
  readonly upstreams: readonly PlacedUpstream[];
  /** The names of flags that it says something of. */
  readonly flags: readonly string[];
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
  { flags, isNamed }: { readonly flags: readonly Flag[]; readonly isNamed: boolean },
): ReadConfig {
  const { file, text } = source;
  const read = readText(text, file);
  const places = new Places(file, text, read);
  if (read.faults.length > 0) {
    throw configError(
      file,
      read.faults.map(({ offset, detail }) => `${places.at(offset)}: ${detail}`),
    );
  }
  const { value, problems: unset, referred } = resolveEnv(read.value ?? {}, source);
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
    upstreams: upstreams.map(({ config, path }) => ({ config, place: places.of(path) })),
    flags: [...said.keys()],
  };
}

/**
 * Reads the servers of another program's file.
 *
 * @throws {GomcpError} `invalid_request` with everything that is wrong, and where.
 */
export function readServersFile(source: ConfigSource): readonly PlacedUpstream[] {
  const { file, text } = source;
  const read = readText(text, file);
  const places = new Places(file, text, read);
  if (read.faults.length > 0) {
    throw configError(
      file,
      read.faults.map(({ offset, detail }) => `${places.at(offset)}: ${detail}`),
    );
  }
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
  const placed = entries.map(({ entry, path }) => ({ entry, path: [...base, ...path.slice(1)] }));
  const found = readUpstreams(placed, { source, referred, folder: dirname(file) }, problems);
  throwProblems(file, places, distinct(problems));
  return found.map(({ config, path }) => ({ config, place: places.of(path) }));
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
    const place = (each: unknown) => meta.path === true ? from(folder, String(each)) : String(each);
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
    add("tenant-tools", tools.map((path) => `${id}=${from(folder, path)}`));
    add("tenant-root", root === undefined ? [] : [`${id}=${from(folder, root)}`]);
    add("tls-tenant", certificates.map((name) => `${name}=${id}`));
  }
  return said;
}

/** Paths of a file are taken from its folder. */
function from(folder: string, path: string): string {
  return isAbsolute(path) || folder === "." ? path : join(folder, path);
}

function fromUnlessUrl(folder: string, place: string): string {
  return /^https?:\/\//.test(place) ? place : from(folder, place);
}

function entriesIn({ upstreams, mcpServers }: ConfigFile): readonly ForeignEntry[] {
  const own = Array.isArray(upstreams) ? upstreams : [];
  return [
    ...own.map((entry, at) => ({ entry: isRecord(entry) ? entry : {}, path: ["upstreams", at] })),
    ...(isRecord(mcpServers) ? entriesOf(mcpServers, ["mcpServers"]) : []),
  ];
}

interface UpstreamContext {
  readonly source: ConfigSource;
  readonly referred: ReadonlySet<string>;
  readonly folder: string;
}

function readUpstreams(
  entries: readonly ForeignEntry[],
  { source, referred, folder }: UpstreamContext,
  problems: ConfigProblem[],
): readonly { readonly config: UpstreamConfig; readonly path: Path }[] {
  const seen = new Map<string, Path>();
  return entries.flatMap(({ entry, path }) => {
    const parsed = UPSTREAM.safeParse(entry);
    if (!parsed.success) {
      const own = schemaProblems(UPSTREAM as z.ZodType, entry, parsed.error);
      problems.push(...own.map((each) => ({ ...each, path: [...path, ...each.path] })));
      return [];
    }
    const fault = whereFault(parsed.data);
    if (fault !== undefined) problems.push({ path, detail: fault });
    const { name } = parsed.data;
    if (seen.has(name)) problems.push({ path, detail: `there are two upstreams named "${name}"` });
    seen.set(name, path);
    const secrets = new Set(referred);
    const resolved = withSecrets(parsed.data, { source, path, secrets }, problems);
    const cwd = resolved.cwd === undefined ? undefined : from(folder, resolved.cwd);
    if (fault !== undefined) return [];
    const openapi = resolved.openapi && fromUnlessUrl(folder, resolved.openapi);
    return [{ config: upstreamConfig({ ...resolved, cwd, openapi }, secrets), path }];
  });
}

/** What belongs to one way to a server only. */
const WAYS = {
  command: ["args", "env", "cwd"],
  url: ["headers", "transport", "allowLinkLocal", "protocol"],
  openapi: ["server", "tags", "operations", "responseMax", "headers", "allowLinkLocal"],
} as const;

/** A server is one thing. */
function whereFault(entry: UpstreamEntry): string | undefined {
  const ways = (["command", "url", "openapi"] as const).filter((way) => entry[way] !== undefined);
  const [way] = ways;
  if (way === undefined) return 'it needs a "command", a "url" or an "openapi"';
  if (ways.length > 1) {
    return `it has ${ways.map((each) => `"${each}"`).join(" and ")}, expected one`;
  }
  if (entry.url !== undefined && !URL.canParse(entry.url)) return 'its "url" is none';
  const own: readonly string[] = way === "command" ? [...WAYS.command, "protocol"] : WAYS[way];
  const odd = Object.values(WAYS).flat().find((key) =>
    entry[key] !== undefined && !own.includes(key)
  );
  return odd === undefined ? undefined : `it has "${odd}", which does not go with "${way}"`;
}

function withSecrets(
  entry: UpstreamEntry,
  { source, path, secrets }: {
    readonly source: ConfigSource;
    readonly path: Path;
    readonly secrets: Set<string>;
  },
  problems: ConfigProblem[],
): UpstreamEntry {
  const resolve = (key: "env" | "headers") => {
    const values = entry[key];
    if (values === undefined) return {};
    const resolved = Object.entries(values).map(([name, said]) => {
      const found = resolveSecret(said, source.readFile);
      if ("fault" in found) {
        problems.push({ path: [...path, key, name], detail: found.fault });
        return [name, ""];
      }
      if (found.isReferred) secrets.add(found.secret);
      return [name, found.secret];
    });
    return { [key]: Object.fromEntries(resolved) };
  };
  return { ...entry, ...resolve("env"), ...resolve("headers") };
}

/** One place has one problem: what follows from it is not told. */
function distinct(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => {
    const key = JSON.stringify(path);
    return !seen.has(key) && Boolean(seen.add(key));
  });
}
