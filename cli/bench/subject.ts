/** What load is put on. */
import type { CallOnce } from "../../src/bench/load/generate_load.ts";

export interface Subject {
  /** In a few words. */
  readonly what: string;
  readonly call: CallOnce;
  /** Bytes of the arguments as JSON. */
  readonly argumentBytes: number;
  /** @default 1 */
  readonly callsPerRequest?: number;
  /** Whose usage is the server's: a process, or this one where all is in it; else why it is not known. */
  readonly server:
    | { readonly kind: "process"; readonly pid: number }
    | { readonly kind: "here" }
    | { readonly kind: "unknown"; readonly why: string };
  /** Gives up calls that have waited for so long. */
  expire?(timeoutMs: number): void;
  close(): Promise<void>;
}

/** Protections that can be switched off, to see what they cost. */
export const PROTECTIONS = ["validation", "audit", "quota", "ratelimit"] as const;
export type Protection = (typeof PROTECTIONS)[number];

/** The text that no bound of validation refuses; a larger one needs them raised. */
export const USUAL_STRING_BYTES_MAX = 100 * 1_024;

/** A quota that every call is held against and none meets. */
export const QUOTA = { maxToolCalls: 1_000_000_000_000, period: "month" } as const;
export const TENANT = "bench";
