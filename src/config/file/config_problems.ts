/** Everything that is wrong with a configuration file, at once and with where it stands. */
import type { z } from "zod";
import { kindOf, pointerStep } from "../../base/json.ts";
import { nearest } from "../../base/nearest.ts";
import { type Path, placeOf, type ReadText, valueAt } from "./read_text.ts";
import { innerType, keysOf, typeAt } from "./schema_walk.ts";
import { settingOf } from "./values.ts";

/** Something that is wrong in a file. */
export interface ConfigProblem {
  readonly path: Path;
  /** What is wrong, as the end of a sentence. */
  readonly detail: string;
  /** It is about the name of the value, not the value. */
  readonly isKey?: boolean;
}

/** Where values of a file stand, in words. */
export class Places {
  readonly #file: string;
  readonly #text: string;
  readonly #read: ReadText;

  constructor(file: string, text: string, read: ReadText) {
    this.#file = file;
    this.#text = text;
    this.#read = read;
  }

  /** Such as "gomcp.json:3:5 (/timeout)". */
  of(path: Path, isKey = false): string {
    const pointer = path.map(pointerStep).join("");
    return `${this.at(this.#read.offsetOf(path, isKey))}${pointer === "" ? "" : ` (${pointer})`}`;
  }

  /** The line, from 1. */
  line(path: Path): number {
    return placeOf(this.#text, this.#read.offsetOf(path)).line;
  }

  /** Such as "gomcp.json:3:5". */
  at(offset: number): string {
    const { line, column } = placeOf(this.#text, offset);
    return `${this.#file}:${line}:${column}`;
  }

  /** For sorting: problems are told in the order of the file. */
  offset({ path, isKey = false }: ConfigProblem): number {
    return this.#read.offsetOf(path, isKey);
  }
}

/** All problems in the order of the file, each with its place; one place has one problem. */
export function problemLines(
  places: Places,
  problems: readonly ConfigProblem[],
): readonly string[] {
  const seen = new Set<string>();
  return problems
    .filter(({ path }) => {
      const key = JSON.stringify(path);
      return !seen.has(key) && Boolean(seen.add(key));
    })
    .toSorted((a, b) => places.offset(a) - places.offset(b))
    .map(({ path, isKey, detail }) => `${places.of(path, isKey)}: ${detail}`);
}

/** What a schema says against a value, in our words. */
export function schemaProblems(
  schema: z.ZodType,
  value: unknown,
  error: z.ZodError,
): readonly ConfigProblem[] {
  return error.issues.flatMap((issue): ConfigProblem[] => {
    const path = issue.path as Path;
    if (issue.code === "unrecognized_keys") {
      const known = keysOf(typeAt(schema, path));
      return issue.keys.map((key) => ({
        path: [...path, key],
        isKey: true,
        detail: unknownKey(key, known),
      }));
    }
    if (issue.code === "invalid_key") {
      const name = JSON.stringify(path.at(-1));
      return [{
        path,
        isKey: true,
        detail: `its name is ${name}, expected ${expected(issue, value)}`,
      }];
    }
    const said = valueAt(value, path);
    return [{
      path,
      detail: `it is ${shown(schema, path, said)}, expected ${expected(issue, said)}`,
    }];
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(known, key);
  const hint = near === undefined ? `known: ${known.join(", ")}` : `did you mean "${near}"?`;
  return `there is no such setting; ${hint}`;
}

function expected(issue: z.core.$ZodIssue, said: unknown): string {
  switch (issue.code) {
    case "invalid_value": {
      const values = issue.values.map(String);
      const near = typeof said === "string" ? nearest(values, said) : undefined;
      const hint = near === undefined ? "" : `; did you mean "${near}"?`;
      return values.join(", ") + hint;
    }
    case "invalid_type":
      return issue.expected === "record" ? "object" : issue.expected;
    case "too_small":
      return issue.origin === "string" || issue.origin === "array"
        ? `at least ${issue.minimum}${issue.origin === "array" ? " items" : " characters"}`
        : `at least ${issue.minimum}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "invalid_union":
      return [...new Set(issue.errors.flat().map((each) => expected(each, said)))].join(", or ");
    case "invalid_format":
      return /^Invalid/.test(issue.message) ? `what fits ${issue.pattern}` : issue.message;
    case "invalid_key":
      return issue.issues.map((each) => expected(each, said)).join(", ");
    default:
      return issue.message;
  }
}

/** Secrets are not shown, and nothing that is long. */
function shown(schema: z.ZodType, path: Path, value: unknown): string {
  if (value === undefined) return "missing";
  const type = typeAt(schema, path);
  const isSecret = type !== undefined && settingOf(innerType(type))?.secret === true;
  const isPlain = typeof value !== "object" || value === null;
  const text = JSON.stringify(value);
  return isPlain && !isSecret && text.length <= 60 ? text : kindOf(value);
}
