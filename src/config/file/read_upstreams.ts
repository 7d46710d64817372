/** Upstreams as they stand in a file: each checked, its references resolved, its defaults filled in. */
import type { z } from "zod";
import { isRecord } from "../../base/json.ts";
import { type UpstreamConfig, upstreamConfig } from "../upstream_config.ts";
import { type ConfigProblem, schemaProblems } from "./config_problems.ts";
import { readEnvFile } from "./env_file.ts";
import { placedAt, placedUnlessUrl } from "./file_paths.ts";
import type { ForeignEntry } from "./foreign_servers.ts";
import { type Path, valueAt } from "./read_text.ts";
import { isFileReference, readSecret, type ReferenceSources } from "./references.ts";
import { UPSTREAM, type UpstreamEntry } from "./upstream_schema.ts";

/** What entries of upstreams are read with. */
export interface UpstreamContext {
  readonly source: ReferenceSources;
  /** What came from the environment. */
  readonly referred: ReadonlySet<string>;
  /** Where the file is. */
  readonly folder: string;
  /** The file's value as it was written: other programs' "file:…" is a text like others. */
  readonly written: unknown;
}

/** What is wrong goes to `problems`, and such an entry is left out. */
export function readUpstreams(
  entries: readonly ForeignEntry[],
  context: UpstreamContext,
  problems: ConfigProblem[],
): readonly { readonly config: UpstreamConfig; readonly path: Path }[] {
  const seen = new Set<string>();
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
    seen.add(name);
    const secrets = new Set(context.referred);
    const resolved = withSecrets(parsed.data, path, context, secrets, problems);
    if (fault !== undefined) return [];
    const place = (what: string) => placedUnlessUrl(context.folder, what);
    const cwd = resolved.cwd === undefined ? undefined : placedAt(context.folder, resolved.cwd);
    const openapi = resolved.openapi && place(resolved.openapi);
    return [{ config: upstreamConfig({ ...resolved, cwd, openapi }, secrets), path }];
  });
}

/** What belongs to one way to a server only. */
const WAYS = {
  command: ["args", "env", "envFile", "cwd"],
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

/** With what stands in files in place of their names; all of that is confidential. */
function withSecrets(
  entry: UpstreamEntry,
  path: Path,
  { source, folder, written }: UpstreamContext,
  secrets: Set<string>,
  problems: ConfigProblem[],
): UpstreamEntry {
  const place = (file: string) => placedAt(folder, file);
  const isOwn = path[0] === "upstreams";
  const resolve = (key: "env" | "headers") => {
    const raw = isOwn ? valueAt(written, [...path, key]) : undefined;
    const values = Object.entries(entry[key] ?? {}).map(([name, said]) => {
      if (!isRecord(raw) || !isFileReference(raw[name])) return [name, said];
      const found = readSecret(said, source.readFile, place);
      if ("fault" in found) {
        problems.push({ path: [...path, key, name], detail: found.fault });
        return [name, ""];
      }
      secrets.add(found.secret);
      return [name, found.secret];
    });
    return entry[key] === undefined ? {} : { [key]: Object.fromEntries(values) };
  };
  const env = { ...fromEnvFile(), ...resolve("env").env };
  return {
    ...entry,
    ...resolve("headers"),
    ...((entry.env ?? entry.envFile) !== undefined && { env }),
  };

  function fromEnvFile(): Record<string, string> {
    if (entry.envFile === undefined) return {};
    const text = readSecret(`file:${entry.envFile}`, source.readFile, place);
    const found = "fault" in text ? text : readEnvFile(text.secret);
    if ("fault" in found) {
      problems.push({ path: [...path, "envFile"], detail: found.fault });
      return {};
    }
    for (const value of Object.values(found.values)) secrets.add(value);
    return { ...found.values };
  }
}
