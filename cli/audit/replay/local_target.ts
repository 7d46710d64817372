/** A runtime in this process, with the tools that its flags name. */
import type { Logger } from "../../../src/base/log.ts";
import type { ServeConfig } from "../../../src/config/serve_config.ts";
import { codeOf } from "../../../src/runtime/audit.ts";
import { createRuntime } from "../../../src/runtime/runtime.ts";
import { createFeatureSource } from "../../gather_features.ts";
import { openModules } from "../../open_modules.ts";
import { comparableResult, hintsOf, type ReplayTarget } from "./target.ts";

export async function localTarget(config: ServeConfig, log: Logger): Promise<ReplayTarget> {
  const modules = openModules(config.hosts, log, config.timeoutMs);
  const { hosts } = modules;
  const { tools, resources = [], prompts = [] } = await createFeatureSource(config, modules, log)
    .load();
  const runtime = createRuntime({
    tools,
    resources,
    prompts,
    hosts,
    defaultTimeoutMs: config.timeoutMs,
    maxWorkers: config.maxWorkers,
    queueMax: config.queueMax,
    log,
  });
  return {
    name: "a local configuration",
    tools: () => {
      const definitions = runtime.registry.all().map(({ tool }) => tool.definition);
      return Promise.resolve(new Map(hintsOf(definitions)));
    },
    async call(tool, args, tenant) {
      const outcome = await runtime.callTool(tool, args, { tenant });
      const result = outcome.kind === "result"
        ? comparableResult({ ...outcome.result })
        : undefined;
      return { code: codeOf(outcome), result };
    },
    async close() {
      await runtime.shutdown({ deadlineMs: 1_000 });
    },
  };
}
