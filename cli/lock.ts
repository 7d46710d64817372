/** `gomcp lock`: writes down the tools of upstreams, or says what has changed since. */
import { systemClock } from "../src/base/clock.ts";
import { GomcpError } from "../src/base/errors.ts";
import { createLogger } from "../src/base/log.ts";
import { checkPin, type Lock, lockOf, renderLock } from "../src/pins/lock.ts";
import { type NamedTool, namedTools } from "../src/runtime/upstreams.ts";
import type { CommandHelp } from "./help.ts";
import { loadConfig } from "./load_config.ts";
import { readLockFile } from "./open_pins.ts";
import { openUpstreams } from "./open_upstreams.ts";

export const help: CommandHelp = {
  usage: ["gomcp lock [--update] [FLAGS]"],
  what: `Connects to the upstreams of the configuration and writes gomcp.lock: the definition
of each of their tools, and its hash. Where there is a lock already, says what has
changed since, and exits with 1 if anything has; --update writes what is there now.
gomcp serve --locked then serves no tool of an upstream that is another one.

FLAGS are those of gomcp serve; --lock-file=FILE names the file.`,
  flags: [
    { name: "update", kind: "switch", flagOnly: true, help: "writes down what is there now" },
  ],
  takesServeFlags: true,
  examples: ["gomcp lock", "gomcp lock --update --config=gomcp.json"],
};

export async function run(args: readonly string[]): Promise<number> {
  const isUpdate = args.includes("--update");
  const loaded = loadConfig(args.filter((arg) => arg !== "--update"), (name) => Deno.env.get(name));
  const file = loaded.serve().lockFile;
  const tools = await toolsNow(loaded.upstreams.map(({ config }) => config));
  const before = readLockFile(file);
  if (before !== undefined && !isUpdate) return compare(before, tools, file);
  await Deno.writeTextFile(file, renderLock(lockOf(tools)));
  console.log(`wrote ${file}: ${tools.length} tools`);
  return 0;
}

/** @throws {GomcpError} `upstream_failed` for one that is away: its tools would be missing. */
async function toolsNow(
  settings: ReturnType<Parameters<typeof openUpstreams>[0]>,
): Promise<readonly NamedTool[]> {
  const log = createLogger({
    level: "warn",
    format: "text",
    clock: systemClock,
    write: (line) => console.error(line.trimEnd()),
  });
  // All of them, also those that a server would not wait for.
  if (settings.length === 0) {
    throw new GomcpError("invalid_request", "Cannot lock: no upstreams are configured");
  }
  const source = openUpstreams(() => settings.map((each) => ({ ...each, isLazy: false })), log);
  try {
    await source.configure();
    const away = source.upstreams.status().find(({ state }) => state !== "up");
    if (away !== undefined) {
      const text = `Cannot lock: upstream "${away.name}" cannot be reached`;
      throw new GomcpError("upstream_failed", text);
    }
    return namedTools(source.upstreams.features());
  } finally {
    await source.upstreams.stop();
  }
}

function compare(lock: Lock, tools: readonly NamedTool[], file: string): number {
  const lines = tools.flatMap((tool) => {
    const found = checkPin(lock, tool);
    if (found === "same") return [];
    if (found === "unpinned") return [`${tool.name}: is new`];
    return found.map(({ kind, pointer, detail }) => `${tool.name}: ${pointer} ${detail} (${kind})`);
  });
  const names = new Set(tools.map(({ name }) => name));
  const gone = [...lock.keys()].filter((name) => !names.has(name)).map((name) =>
    `${name}: is gone`
  );
  const all = [...lines, ...gone];
  if (all.length === 0) {
    console.log(`${file} is up to date: ${tools.length} tools`);
    return 0;
  }
  console.log(all.join("\n"));
  console.error(`gomcp: ${file} differs; gomcp lock --update writes what is there now`);
  return 1;
}
