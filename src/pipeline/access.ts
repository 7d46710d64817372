/** What a caller may see and do once it is known who it is: what tenants give and layers ask. */
import type { Problem } from "../base/errors.ts";

/** A rule of what may be seen. It never changes: another rule is another object. */
export interface VisibleNames {
  /** The same text for rules that say the same; empty for everything. */
  readonly text: string;
  /** Whether the tool or prompt of this name may be seen. */
  readonly allows: (name: string) => boolean;
  /**
   * Whether a resource may be seen, by its `own` URI or template and by the addresses that it was
   * asked for: first as they are understood, decoded, then as they were written.
   */
  readonly allowsResource: (own: string, addresses?: readonly string[]) => boolean;
}

/** A proven caller. It is live: what an operator changes shows in it without another login. */
export interface Access {
  /** Whose calls these are. */
  readonly tenant: string;
  /** Which credential it was, such as a key's id; undefined for callers without one. */
  readonly credential: string | undefined;
  /** Why it is good for nothing (any more); undefined while it is good. */
  readonly problem: Problem | undefined;
  /** What it may see now. */
  readonly names: VisibleNames;
  /**
   * For a credential that is not good for all that its tenant may see: the tenant's own access, to
   * know what there is.
   */
  readonly ofTenant?: Access | undefined;
  /** What the credential would need for a name that its tenant may see; undefined for nothing. */
  lacks?(name: string): Problem | undefined;
  /** Room for what a server makes ready for it, with a sign of whose it is: others may use it, too. */
  memo?: { readonly home: object } | undefined;
}

/** An access that is good for nothing: every request is refused by the same problem. */
export function refusedAccess(problem: Problem): Access {
  const names = { text: "refused", allows: () => false, allowsResource: () => false };
  return { tenant: "", credential: undefined, problem, names };
}
