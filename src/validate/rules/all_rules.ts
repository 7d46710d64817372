/** All rules, in the order of their numbers. */
import type { Rule } from "../rule.ts";
import * as drift from "./drift.ts";
import * as names from "./portability_names.ts";
import * as schemas from "./portability_schemas.ts";
import * as strict from "./portability_strict.ts";
import * as quality from "./quality.ts";
import * as behaviour from "./security_behaviour.ts";
import * as bounds from "./security_bounds.ts";
import * as words from "./security_words.ts";
import * as definition from "./spec_definition.ts";
import * as keywords from "./spec_keywords.ts";
import * as samples from "./spec_samples.ts";
import * as schema from "./spec_schema.ts";

const FILES = [
  definition,
  schema,
  keywords,
  samples,
  names,
  schemas,
  strict,
  bounds,
  words,
  behaviour,
  quality,
  drift,
];

/** Rules by their ids. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  FILES.flatMap((file) => Object.values(file).filter(isRule))
    .sort((a, b) => a.id < b.id ? -1 : 1)
    .map((rule) => [rule.id, rule]),
);

function isRule(value: unknown): value is Rule {
  return typeof value === "object" && value !== null && "id" in value;
}
