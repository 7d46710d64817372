/** What validation says of a value: which bound it breaks, and what its strings look like. */
import type { Family } from "./families.ts";
import type { StructuralLimits } from "./policy.ts";

/** Which bound a value breaks. */
export type LimitName =
  | keyof StructuralLimits
  | "looks"
  | "finite_number"
  | "forbidden_key"
  | "nul"
  | "lone_surrogate"
  | "json_value";

/** A bound that is broken. Never holds the value. */
export interface Violation {
  /** JSON Pointer (RFC 6901) of the value; keys in it are clipped to 100 characters. */
  readonly pointer: string;
  /** Which bound. */
  readonly limit: LimitName;
  /** What is allowed; 0 for what may not be there at all. */
  readonly max: number;
  /** How large the value is, in the bound's unit; of what may not be there, 1. */
  readonly size: number;
}

/** A pattern that was found. Never holds the value. */
export interface Finding {
  /** JSON Pointer (RFC 6901) of the string, or of the member whose key it is. */
  readonly pointer: string;
  /** Which kind of attack it looks like. */
  readonly family: Family;
  /** Which of the family's rules. */
  readonly rule: string;
  /** Whether it refuses the call, or is only told. */
  readonly action: "blocked" | "reported";
  /** Characters of the string. */
  readonly sizeChars: number;
}

/** What a pass found. After a violation, it ended. */
export interface Scan {
  /** The first bound that is broken. */
  readonly violation: Violation | undefined;
  /** At most 8; what refuses the call comes first. */
  readonly findings: readonly Finding[];
}
