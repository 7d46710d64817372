/** The admission layer: finds the tool that a call names, as far as the caller may see it. */
import type { Layer } from "../pipeline/call.ts";
import { refuse } from "../pipeline/outcome.ts";
import { clip } from "../protocol/jsonrpc.ts";
import type { Registry } from "./registry.ts";

export function admissionLayer(registry: Registry): Layer {
  return (next) => (call) => {
    const target = registry.find(call.tool);
    if (target === undefined) {
      return refuse("unknown_tool", `Unknown tool: "${clip(call.tool)}"`);
    }
    call.target = target;
    return next(call);
  };
}
