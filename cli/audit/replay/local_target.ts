/** A runtime in this process, as the target of recorded calls. */
import { codeOf } from "../../../src/runtime/audit.ts";
import type { LocalRuntime } from "../../local_runtime.ts";
import { comparableResult, hintsOf, type ReplayTarget } from "./target.ts";

export function localTarget({ runtime, close }: LocalRuntime): ReplayTarget {
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
    close,
  };
}
