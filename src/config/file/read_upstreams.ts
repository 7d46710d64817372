/** Upstreams of a configuration file: each entry checked, its secrets looked up, its paths resolved. */
import { isAbsolute, join } from "node:path";
import type { z } from "zod";
import { type UpstreamConfig, upstreamConfig } from "../upstream_config.ts";
import { type ConfigProblem, schemaProblems } from "./config_problems.ts";
import type { ForeignEntry } from "./foreign_servers.ts";
import type { Path } from "./read_text.ts";
import { type ReferenceSources, resolveSecret } from "./references.ts";
import { UPSTREAM, type UpstreamEntry } from "./upstream_schema.ts";

interface UpstreamContext {
  readonly source: ReferenceSources;
  readonly referred: ReadonlySet<string>;
  readonly folder: string;
}

/** Entries that are right become upstreams, what is wrong with others goes to `problems`. */
export function readUpstreams(
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
    const cwd = resolved.cwd === undefined ? undefined : fromFolder(folder, resolved.cwd);
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
    readonly source: ReferenceSources;
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

/** Paths of a file are taken from its folder. */
export function fromFolder(folder: string, path: string): string {
  return isAbsolute(path) || folder === "." ? path : join(folder, path);
}

function fromUnlessUrl(folder: string, place: string): string {
  return /^https?:\/\//.test(place) ? place : fromFolder(folder, place);
}
