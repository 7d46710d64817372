/** In a tool host: what a server has to know of a module, as data. */
import type { LoadedModules } from "../load_modules.ts";

/** The module's tools, resources and prompts; `readAbout` reads it on the other side. */
export function describeModule({ tools, resources, prompts }: LoadedModules): unknown {
  return {
    tools: tools.map(({ item }) => ({
      definition: item.definition,
      purposes: item.purposes,
      timeoutMs: item.timeoutMs,
      task: item.task.mode,
      taskAfterMs: item.task.afterMs,
      isolation: item.isolation,
      permissions: item.permissions,
    })),
    resources: resources.map(({ item }) => ({
      uri: item.uri,
      definition: item.definition,
      timeoutMs: item.timeoutMs,
      completes: Object.keys(item.complete),
    })),
    prompts: prompts.map(({ item }) => ({
      definition: item.definition,
      timeoutMs: item.timeoutMs,
      completes: Object.keys(item.complete),
    })),
  };
}
