/** Servers as Claude Desktop, Cursor, VS Code and others write them down. */
import { isRecord } from "../../base/json.ts";
import type { Path } from "./read_text.ts";

/** An entry in our own form, not yet checked, and where it stood. */
export interface ForeignEntry {
  readonly entry: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

/** "mcpServers" of most programs, "servers" of VS Code, also within its settings. */
export function foreignServers(value: unknown): readonly ForeignEntry[] | undefined {
  if (!isRecord(value)) return undefined;
  for (const path of [["mcpServers"], ["servers"], ["mcp", "servers"]]) {
    const servers = path.reduce<unknown>((at, key) => isRecord(at) ? at[key] : undefined, value);
    if (isRecord(servers)) return entriesOf(servers, path);
  }
  return undefined;
}

/** Those that are switched off are left out. */
export function entriesOf(
  servers: Readonly<Record<string, unknown>>,
  path: Path,
): readonly ForeignEntry[] {
  return Object.entries(servers).flatMap(([name, server]) => {
    if (isRecord(server) && server.disabled === true) return [];
    const said = isRecord(server) ? server : { command: server };
    return [{ entry: entryOf(name, said), path: [...path, name] }];
  });
}

/** What these programs keep for themselves (icons, approvals, inputs) is not ours. */
function entryOf(name: string, server: Readonly<Record<string, unknown>>) {
  const { command, args, env, envFile, cwd, url, serverUrl, httpUrl, headers, type } = server;
  const address = url ?? serverUrl ?? httpUrl;
  const entry = {
    name: usableName(name),
    command,
    args,
    env: texts(env),
    envFile,
    cwd,
    url: address,
    headers: address === undefined ? undefined : headers,
    transport: type === "sse" ? "sse" : undefined,
  };
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

/** Their names are for people. */
function usableName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_.-]+/g, "_").replace(/^[^A-Za-z0-9]+/, "");
  return plain.slice(0, 64) || "server";
}

/** Some write numbers and switches where texts are meant. */
function texts(env: unknown): unknown {
  if (!isRecord(env)) return env;
  const isPlain = (value: unknown) => typeof value === "number" || typeof value === "boolean";
  return Object.fromEntries(
    Object.entries(env).map(([key, value]) => [key, isPlain(value) ? String(value) : value]),
  );
}
