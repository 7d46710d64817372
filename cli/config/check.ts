/** `gomcp config check`: everything that a server needs is made, and given back; nothing is bound. */
import { systemClock } from "../../src/base/clock.ts";
import { createLogger } from "../../src/base/log.ts";
import type { CommandHelp } from "../help.ts";
import { provision } from "./provision.ts";
import { loadConfig } from "../load_config.ts";

export const help: CommandHelp = {
  usage: ["gomcp config check [FLAGS]"],
  what: `Reads the configuration and provisions everything as gomcp serve would: modules, upstreams,
policies, stores; it binds nothing and serves nobody. FLAGS are those of gomcp serve,
--config=FILE among them. Exit status 4 when an upstream is away.`,
  flags: [],
  takesServeFlags: true,
  examples: ["gomcp config check", "gomcp config check --config=gomcp.json --tools=tools"],
};

/** @throws {GomcpError} naming what a server would not start for. */
export async function run(args: readonly string[]): Promise<number> {
  const loaded = loadConfig(args, (name) => Deno.env.get(name));
  const config = loaded.serve();
  const log = createLogger({
    level: "warn",
    format: config.logFormat,
    clock: systemClock,
    write: (line) => console.error(line.trimEnd()),
  });
  const { tools, resources, prompts, away } = await provision(loaded, log);
  const from = loaded.file === undefined ? "no file" : loaded.file;
  console.log(
    `ok: ${from}; ${tools} tools, ${resources} resources, ${prompts} prompts, ` +
      `${loaded.upstreams.length} upstreams`,
  );
  for (const { name, detail } of away) {
    console.error(`gomcp: upstream "${name}" cannot be reached: ${detail}`);
  }
  return away.length === 0 ? 0 : UPSTREAM_AWAY;
}

/** Like a server that cannot be reached. */
const UPSTREAM_AWAY = 4;
