/** What a caller may see and do once it is known who it is: what tenants give and layers ask. */
import type { Problem } from "../base/errors.ts";

/** A proven caller. It is live: what an operator changes shows in it without another login. */
export interface Access {
  /** Whose calls these are. */
  readonly tenant: string;
  /** Which credential it was, such as a key's id; undefined for callers without one. */
  readonly credential: string | undefined;
  /** Why it is good for nothing (any more); undefined while it is good. */
  readonly problem: Problem | undefined;
  /** The same text for all that see the same: views are kept by it. */
  readonly view: string;
  /** Whether the caller may see what has this name: of tools and prompts the name, of resources the URI. */
  allows(name: string): boolean;
}
