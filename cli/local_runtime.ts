/** A runtime in this process, for commands that call tools without a server. */
import { systemClock } from "../src/base/clock.ts";
import { GomcpError } from "../src/base/errors.ts";
import { createLogger, type Logger } from "../src/base/log.ts";
import { type Flag, type FlagValues, readFlags } from "../src/config/flags.ts";
import { readServeConfig } from "../src/config/serve_config.ts";
import { SERVE_FLAGS } from "../src/config/serve_flags.ts";
import { createRuntime, type Runtime } from "../src/runtime/runtime.ts";
import type { UpstreamSettings } from "../src/runtime/upstreams.ts";
import { createFeatureSource } from "./gather_features.ts";
import { openModules } from "./open_modules.ts";
import { openPins } from "./open_pins.ts";
import { type OpenUpstreams, openUpstreams } from "./open_upstreams.ts";

const LOCAL = ["tools", "root", "timeout", "max-workers", "queue-max"];
/** What of a configuration is for calls; the rest is for servers, and may need what is not here. */
const CONFIGURED = [
  "tools",
  "root",
  "timeout",
  "maxWorkers",
  "queueMax",
  "hosts",
  "lock",
  "upstreams",
  "mcpServers",
];

/** What a local configuration is made of, as `serve` has it. */
export const LOCAL_FLAGS: readonly Flag[] = SERVE_FLAGS.filter(({ name }) => LOCAL.includes(name));

/** Tools in this process. */
export interface LocalRuntime {
  readonly runtime: Runtime;
  /** Upstreams that are configured and cannot be reached, whose tools are missing. */
  away(): readonly string[];
  close(): Promise<void>;
}

/** @throws {GomcpError} naming the flag, the file or the tool that is wrong. */
export async function openLocalRuntime(values: FlagValues): Promise<LocalRuntime> {
  const write = (line: string) => void Deno.stderr.writeSync(new TextEncoder().encode(line));
  const log = createLogger({ level: "warn", format: "text", clock: systemClock, write });
  const { file, settings } = await readSaid(values.config as string | undefined);
  const said = Object.fromEntries(
    LOCAL.filter((name) => isSaid(values[name])).map((name) => [name, values[name]]),
  );
  const config = readServeConfig({ ...file, ...said });
  const modules = openModules(config.hosts, log, config.timeoutMs);
  const upstreams = upstreamsOf(settings, log, config.locked ? config.lockFile : undefined);
  const close = async () => {
    await upstreams?.upstreams.stop();
    await modules.hosts?.stop();
  };
  try {
    const features = await createFeatureSource(config, modules, log, upstreams).load();
    const { tools, resources = [], prompts = [] } = features;
    const runtime = createRuntime({
      tools,
      resources,
      prompts,
      hosts: modules.hosts,
      defaultTimeoutMs: config.timeoutMs,
      maxWorkers: config.maxWorkers,
      queueMax: config.queueMax,
      log,
    });
    return {
      runtime,
      away: () =>
        (upstreams?.upstreams.status() ?? []).filter(({ state }) => state !== "up")
          .map(({ name }) => name),
      async close() {
        await runtime.shutdown({ deadlineMs: 1_000 });
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A list that nobody gave is empty. */
function isSaid(value: FlagValues[string]): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

/** What a configuration file says; without one, what holds where nobody says anything. */
async function readSaid(file: string | undefined): Promise<{
  readonly file: FlagValues;
  readonly settings: readonly UpstreamSettings[];
}> {
  if (file === undefined) {
    return { file: readFlags(SERVE_FLAGS, [], () => undefined), settings: [] };
  }
  const [{ readConfig }, { configSource }] = await Promise.all([
    import("../src/config/file/read_config.ts"),
    import("./config_source.ts"),
  ]);
  const read = readConfig(configSource(file), {
    flags: SERVE_FLAGS,
    isNamed: true,
    only: CONFIGURED,
  });
  return {
    file: readFlags(SERVE_FLAGS, [], () => undefined, read.values),
    // All of them are waited for: there is no later.
    settings: read.upstreams.map(({ config }) => ({ ...config, isLazy: false })),
  };
}

function upstreamsOf(
  settings: readonly UpstreamSettings[],
  log: Logger,
  lockFile: string | undefined,
): OpenUpstreams | undefined {
  if (settings.length === 0) return undefined;
  return openUpstreams(
    () => settings,
    log,
    lockFile === undefined ? undefined : openPins(lockFile),
  );
}

/** @throws {GomcpError} `upstream_failed` where a list would lack tools. */
export function refuseAway(away: readonly string[]): void {
  if (away.length === 0) return;
  const text = `Cannot list tools: upstream ${away.map((name) => `"${name}"`).join(", ")} ` +
    "cannot be reached";
  throw new GomcpError("upstream_failed", text);
}
