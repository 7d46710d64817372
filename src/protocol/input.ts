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
      return isRecord(declared.sampling) ? undefined : { sampling: {} };
    case "roots/list":
      return isRecord(declared.roots) ? undefined : { roots: {} };
    default:
      return missingElicitation(params.mode === "url" ? "url" : "form", declared.elicitation);
  }
}

/** An empty object means forms only (2025-11-25, client/elicitation: capabilities). */
function missingElicitation(mode: "form" | "url", declared: unknown): Capabilities | undefined {
  const formOnly = isRecord(declared) && declared.url === undefined;
  const can = isRecord(declared) && (isRecord(declared[mode]) || (mode === "form" && formOnly));
  return can ? undefined : { elicitation: mode === "form" ? {} : { url: {} } };
}
