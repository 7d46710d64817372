/** What a family of metrics is made of. */
import type { ServerPart } from "../../runtime/control.ts";
import type { FamilyHead, Sample } from "./exposition.ts";

export interface Family extends FamilyHead {
  /** The names of its labels, for the documentation. */
  readonly labels: readonly string[];
  /** What one process has of it; nothing where that part of a server is not in use. */
  readonly samples: (part: ServerPart) => Iterable<Sample>;
}
