/** Gathers what `verify` finds: as many findings as are told one by one, and the count of the rest. */
import { LIMITS } from "../../base/limits.ts";
import type { Finding, FindingKind } from "./finding.ts";
import type { PlacedLine } from "./placed_line.ts";

export class Findings {
  readonly list: Finding[] = [];
  /** Findings beyond the list. */
  more = 0;
  /** True until something is wrong; notes are nothing wrong. */
  ok = true;

  /** `placed` is the line that it is about, where it is about one. */
  add(
    kind: FindingKind,
    text: string,
    placed: PlacedLine | undefined,
    more: Pick<Finding, "tenant" | "seq" | "lastSeq"> = {},
  ): void {
    if (kind !== "note") this.ok = false;
    if (this.list.length >= LIMITS.auditFindingsMax) this.more++;
    else this.list.push({ kind, text, file: placed?.file, line: placed?.number, ...more });
  }
}
