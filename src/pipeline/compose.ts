/** Nests layers around a handler. */
import type { Handler, Layer } from "./call.ts";

/** The first layer is the outermost: it sees the call first and its outcome last. */
export function compose(layers: readonly Layer[], innermost: Handler): Handler {
  return layers.reduceRight((next, layer) => layer(next), innermost);
}
