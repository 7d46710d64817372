/** The order of the layers: the one place where it stands. */
import type { Handler, Layer } from "../pipeline/call.ts";
import { compose } from "../pipeline/compose.ts";

/**
 * From the outermost to the innermost: spans around all that a call takes; the supervisor (deadline, a worker's slot, dispatch)
 * stands behind the last. Audit is outside the refusals, so that these are on record; what is
 * cheap comes before what is costly; quota is debited only by calls that reach a tool.
 */
export const LAYER_ORDER = [
  "trace",
  "fault",
  "audit",
  "admission",
  "rateLimit",
  "validation",
  "quota",
  "task",
] as const;

export type LayerName = (typeof LAYER_ORDER)[number];

/** Nests the layers that a server has around `dispatch`, in the fixed order. */
export function buildPipeline(
  layers: Readonly<Partial<Record<LayerName, Layer>>>,
  dispatch: Handler,
): Handler {
  const present = LAYER_ORDER.map((name) => layers[name]).filter((layer) => layer !== undefined);
  return compose(present, dispatch);
}
