/** The servers in the file of a program beside ours: Claude Desktop, Cursor, VS Code and others. */
import { basename, dirname, resolve, sep } from "node:path";
import { type ConfigProblem, Places, problemLines } from "./config_problems.ts";
import { foreignServers } from "./foreign_servers.ts";
import { type ConfigSource, faultsOfFile, type PlacedUpstream } from "./config_source.ts";
import { placed } from "./placed.ts";
import { type Path, readText, valueAt } from "./read_text.ts";
import { readUpstreams } from "./read_upstreams.ts";
import { resolveEnv } from "./references.ts";

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
    const faults = read.faults.map(({ offset, detail }) => `${places.at(offset)}: ${detail}`);
    throw faultsOfFile(file, faults);
  }
  const written = foreignServers(read.value);
  if (written === undefined) {
    throw faultsOfFile(file, [`${file}: it has no "mcpServers" or "servers"`]);
  }
  // Only the servers: what else stands in the file is that program's, with references of its own.
  const base: Path = written[0]?.path.slice(0, -1) ?? [];
  const folder = workspaceOf(file);
  const { value, problems: unset, referred } = resolveEnv(
    { servers: base.length === 0 ? {} : valueAt(read.value, base) },
    { ...source, known: (name) => variableOf(name, folder, source) },
  );
  const moved = (path: Path): Path => [...base, ...path.slice(1)];
  const problems: ConfigProblem[] = unset.map((each) => ({ ...each, path: moved(each.path) }));
  const entries = (foreignServers(value) ?? [])
    .map(({ entry, path }) => ({ entry, path: moved(path) }));
  const context = { source, referred, folder, written: read.value };
  const found = readUpstreams(entries, context, problems);
  const faults = problemLines(places, problems);
  if (faults.length > 0) throw faultsOfFile(file, faults);
  return found.map(({ config, path }) => placed(places, config, path));
}

/** Files of editors are in a folder of their own in the project's. */
function workspaceOf(file: string): string {
  const folder = dirname(file);
  return /^\.(vscode|cursor)$/.test(basename(resolve(folder))) ? dirname(resolve(folder)) : folder;
}

/** What VS Code and Cursor put in place of names. */
function variableOf(name: string, folder: string, { env }: ConfigSource): string | undefined {
  switch (name) {
    case "workspaceFolder":
      return resolve(folder);
    case "workspaceFolderBasename":
      return basename(resolve(folder));
    case "userHome":
      return env("HOME") ?? env("USERPROFILE");
    case "pathSeparator":
    case "/":
      return sep;
  }
  return undefined;
}
