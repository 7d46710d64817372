/** `gomcp config check`: everything that a server needs is made, and given back; nothing is bound. */
import { systemClock } from "../../src/base/clock.ts";
import { createLogger } from "../../src/base/log.ts";
import { createRuntime } from "../../src/runtime/runtime.ts";
import { createFeatureSource } from "../gather_features.ts";
import { loadConfig } from "../load_config.ts";
import { openModules } from "../open_modules.ts";
import { openOauth } from "../open_oauth.ts";
import { openTenants, stateUrlOf } from "../open_tenants.ts";
import { openPins } from "../open_pins.ts";
import { openUpstreams } from "../open_upstreams.ts";
import { withPolicies } from "../policies.ts";

/** @throws {GomcpError} naming what a server would not start for. */
export async function check(args: readonly string[]): Promise<number> {
  const loaded = loadConfig(args, (name) => Deno.env.get(name));
  const config = loaded.serve();
  const log = createLogger({
    level: "warn",
    format: config.logFormat,
    clock: systemClock,
    write: (line) => console.error(line.trimEnd()),
  });
  await using parts = new AsyncDisposableStack();
  const modules = openModules(config.hosts, log, config.timeoutMs);
  parts.defer(async () => await modules.hosts?.stop());
  const upstreams = openUpstreams(
    () => loaded.upstreams.map((each) => each.config),
    log,
    config.locked ? openPins(config.lockFile) : undefined,
  );
  parts.defer(async () => await upstreams.upstreams.stop());
  const tokens = await openOauth(config.oauth, log);
  parts.defer(async () => await tokens?.close());
  const tenants = await openTenants(stateUrlOf(config.state, log), config.state, log, tokens);
  parts.defer(() => tenants.close());
  const source = withPolicies(createFeatureSource(config, modules, log, upstreams), config);
  const features = await source.load();
  const runtime = createRuntime({ ...features, tenants, rateLimits: config.rateLimits });
  const { registry, resources, prompts } = runtime;
  const away = upstreams.upstreams.status().filter(({ state }) => state !== "up");
  await runtime.shutdown({ deadlineMs: 1_000 });
  const from = loaded.file === undefined ? "no file" : loaded.file;
  console.log(
    `ok: ${from}; ${registry.size} tools, ${resources.size} resources, ${prompts.size} prompts, ` +
      `${loaded.upstreams.length} upstreams`,
  );
  for (const { name, detail } of away) {
    console.error(`gomcp: upstream "${name}" cannot be reached: ${detail ?? "it does not answer"}`);
  }
  return away.length === 0 ? 0 : UPSTREAM_AWAY;
}

/** Like a server that cannot be reached. */
const UPSTREAM_AWAY = 4;
