/** Makes everything that a server needs, and gives it back; nothing is bound. */
import type { Logger } from "../../src/base/log.ts";
import { createRuntime } from "../../src/runtime/runtime.ts";
import { createFeatureSource } from "../gather_features.ts";
import type { LoadedConfig } from "../load_config.ts";
import { openModules } from "../open_modules.ts";
import { openOauth } from "../open_oauth.ts";
import { openPins } from "../open_pins.ts";
import { openTenants, stateUrlOf } from "../open_tenants.ts";
import { openUpstreams } from "../open_upstreams.ts";
import { withPolicies } from "../policies.ts";

/** What a server would serve. */
export interface Provision {
  readonly tools: number;
  readonly resources: number;
  readonly prompts: number;
  /** Those that do not answer. */
  readonly away: readonly { readonly name: string; readonly detail: string }[];
}

/** @throws {GomcpError} naming what a server would not start for. */
export async function provision(loaded: LoadedConfig, log: Logger): Promise<Provision> {
  const config = loaded.serve();
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
  const away = upstreams.upstreams.status().filter(({ state }) => state !== "up")
    .map(({ name, detail }) => ({ name, detail: detail ?? "it does not answer" }));
  const made = { tools: registry.size, resources: resources.size, prompts: prompts.size, away };
  await runtime.shutdown({ deadlineMs: 1_000 });
  return made;
}
