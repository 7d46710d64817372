/** What a rule finds. */
import type { Excerpt } from "./excerpt.ts";

/** From the least to the most. */
export const SEVERITIES = ["info", "warning", "error"] as const;

/** How grave a finding is: an `error` breaks something, a `warning` may, an `info` is advice. */
export type Severity = (typeof SEVERITIES)[number];

/** One step of a fix: a member of an object is set, or a value is taken out. */
export type Edit =
  | { readonly op: "set"; readonly pointer: string; readonly key: string; readonly value: unknown }
  | { readonly op: "remove"; readonly pointer: string };

/** A change that mends a finding and means nothing else to any client. Pointers are the tool's. */
export interface Fix {
  /** What it does: "adds …". */
  readonly what: string;
  readonly edits: readonly Edit[];
}

/** A place in a file. */
export interface Place {
  /** Undefined for what a server said. */
  readonly file: string | undefined;
  /** From 1; undefined where there is no file. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** Of what is about a file that has no definitions. */
  readonly excerpt?: Excerpt;
}

/** One thing that a rule has against a tool, or against all tools of a server. */
export interface Finding {
  /** Such as "GM203". */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** Which of the servers, counted from 0. */
  readonly server: number;
  /** Which of its tools, counted from 0; undefined for what is about the server. */
  readonly tool?: number;
  /** JSON Pointer into the tool's definition. */
  readonly pointer: string;
  readonly fix?: Fix;
  /** Where it is, for what was found before there were definitions. */
  readonly place?: Place;
}

/** Whether `severity` is at or above `least`. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
