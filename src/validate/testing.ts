/** For tests: definitions as a target would give them. */
import { isRecord } from "../base/json.ts";
import { lockOf } from "../pins/lock.ts";
import type { Finding } from "./finding.ts";
import type { Example } from "./rule.ts";
import type { ToolServer } from "./tool_server.ts";
import { validate, type ValidateOptions } from "./validate.ts";

/** A server that said these definitions. */
export function serverOf(tools: readonly unknown[], prefix = "", name = "server"): ToolServer {
  return {
    name,
    prefix,
    tools: tools.map((definition) => ({ definition, source: { kind: "live" } })),
  };
}

/** What is found in an example, by all rules. */
export function findingsOf(example: Example, more: ValidateOptions = {}): readonly Finding[] {
  const { tools, others, prefix = "", profiles, samples = {}, before, limits } = example;
  const servers = [serverOf(tools, prefix)];
  if (others !== undefined) servers.push(serverOf(others));
  const pins = before === undefined ? undefined : {
    kind: "baseline" as const,
    name: "the baseline",
    whole: true,
    lock: lockOf(
      before.filter(isRecord).map((definition) => ({
        name: prefix + String(definition.name),
        definition,
      })),
    ),
  };
  const samplesByName = new Map(Object.entries(samples));
  return validate(servers, { profiles, samples: samplesByName, limits, pins, ...more }).findings;
}
