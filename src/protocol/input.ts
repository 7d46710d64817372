/** What a client must be able to do to be asked, as it declared it. */
import { isRecord } from "../base/json.ts";

type Capabilities = Readonly<Record<string, unknown>>;

/**
 * The capability that a request needs and the client has not declared, in the form of
 * `requiredCapabilities` (2026-07-28, error -32021); undefined when nothing is missing.
 */
export function missingCapability(
  method: string,
  params: Capabilities,
  declared: Capabilities,
): Capabilities | undefined {
  switch (method) {
    case "sampling/createMessage":
      return missingSampling(params, declared.sampling);
    case "roots/list":
      return isRecord(declared.roots) ? undefined : { roots: {} };
    default:
      return missingElicitation(params.mode === "url" ? "url" : "form", declared.elicitation);
  }
}

/**
 * Tools and context of servers are capabilities within sampling; the rest needs no more than that
 * (2025-11-25 and 2026-07-28, client/sampling: capabilities).
 */
function missingSampling(params: Capabilities, declared: unknown): Capabilities | undefined {
  const { tools, toolChoice, includeContext = "none" } = params;
  const can = isRecord(declared) ? declared : {};
  const needsTools = tools !== undefined || toolChoice !== undefined;
  const missing = {
    ...(needsTools && !isRecord(can.tools) && { tools: {} }),
    ...(includeContext !== "none" && !isRecord(can.context) && { context: {} }),
  };
  const hasAll = isRecord(declared) && Object.keys(missing).length === 0;
  return hasAll ? undefined : { sampling: missing };
}

/** An empty object means forms only (2025-11-25, client/elicitation: capabilities). */
function missingElicitation(mode: "form" | "url", declared: unknown): Capabilities | undefined {
  const formOnly = isRecord(declared) && declared.url === undefined;
  const can = isRecord(declared) && (isRecord(declared[mode]) || (mode === "form" && formOnly));
  return can ? undefined : { elicitation: mode === "form" ? {} : { url: {} } };
}
