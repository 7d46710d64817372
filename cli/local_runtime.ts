/** A runtime in this process, for commands that call tools without a server. */
import { systemClock } from "../src/base/clock.ts";
import { createLogger } from "../src/base/log.ts";
import type { Flag, FlagValues } from "../src/config/flags.ts";
import { readServeConfig, SERVE_FLAGS } from "../src/config/serve_config.ts";
import { createRuntime, type Runtime } from "../src/runtime/runtime.ts";
import { createFeatureSource } from "./gather_features.ts";
import { openModules } from "./open_modules.ts";

const LOCAL = ["tools", "root", "timeout", "max-workers", "queue-max"];

/** What a local configuration is made of, as `serve` has it. */
export const LOCAL_FLAGS: readonly Flag[] = SERVE_FLAGS.filter(({ name }) => LOCAL.includes(name));

/** @throws {GomcpError} naming the flag, the file or the tool that is wrong. */
export async function openLocalRuntime(values: FlagValues): Promise<Runtime> {
  const write = (line: string) => void Deno.stderr.writeSync(new TextEncoder().encode(line));
  const log = createLogger({ level: "warn", format: "text", clock: systemClock, write });
  const defaults = Object.fromEntries(
    SERVE_FLAGS.map((flag) => [flag.name, flag.kind === "list" ? [] : flag.default]),
  );
  const said = Object.fromEntries(
    LOCAL.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]),
  );
  const config = readServeConfig({ ...defaults, ...said });
  const modules = openModules(config.hosts, log, config.timeoutMs);
  const { tools, resources = [], prompts = [] } = await createFeatureSource(config, modules, log)
    .load();
  return createRuntime({
    tools,
    resources,
    prompts,
    hosts: modules.hosts,
    defaultTimeoutMs: config.timeoutMs,
    maxWorkers: config.maxWorkers,
    queueMax: config.queueMax,
    log,
  });
}
