/** All metrics of a server as the text that Prometheus reads. */
import type { ServerPart } from "../../runtime/control.ts";
import { CALL_FAMILIES } from "./call_families.ts";
import { familyText, type Sample } from "./exposition.ts";
import type { Family } from "./families.ts";
import { SERVER_FAMILIES } from "./server_families.ts";

/** Every family there is, in the order of the text. */
export const FAMILIES: readonly Family[] = [...SERVER_FAMILIES, ...CALL_FAMILIES];

/**
 * Of several processes each has series of its own, by the label `process`: added up, a counter would
 * fall whenever one of them is replaced.
 */
export function renderMetrics(parts: readonly ServerPart[]): string {
  return FAMILIES.map((family) => familyText(family, samplesOf(family, parts))).join("");
}

function* samplesOf(family: Family, parts: readonly ServerPart[]): Iterable<Sample> {
  for (const part of parts) {
    const { process } = part;
    for (const sample of family.samples(part)) {
      yield process === undefined ? sample : { ...sample, labels: { process, ...sample.labels } };
    }
  }
}
