/**
 * What commands about the state go by of a server's configuration file: where its tenants are kept, and
 * what it serves. Who runs them where the server runs must not change the tenants of another state.
 */
import { resolve } from "node:path";
import type { Flag } from "../src/config/flags.ts";
import { findConfig } from "./find_config.ts";
import type { LoadedConfig } from "./load_config.ts";

export const CONFIG_FLAG: Flag = {
  name: "config",
  kind: "text",
  value: "FILE",
  help:
    "the server's configuration, for --state and --tools; off for none [gomcp.json, if it is here]",
};

/** Reads the file that was named, or that is here; undefined where there is none. */
export async function readServerConfig(
  named: string | undefined,
): Promise<LoadedConfig | undefined> {
  if (named === "off") return undefined;
  const file = named ?? findConfig();
  if (file === undefined) return undefined;
  // What reads it is larger than all the rest of a command.
  const { loadConfig } = await import("./load_config.ts");
  return loadConfig([`--config=${resolve(file)}`], (name) => Deno.env.get(name));
}
