/** Looking into zod types: which type stands where, and which settings there are. */
import { z } from "zod";
import { isRecord } from "../../base/json.ts";
import type { Path } from "./read_text.ts";

/** What is behind `optional` and its kind. */
export function innerType(type: z.ZodType): z.ZodType {
  let at = type;
  while (at instanceof z.ZodOptional) at = at.unwrap() as z.ZodType;
  return at;
}

/** The type of the value at a place; undefined where there is none. */
export function typeAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  let at: z.ZodType | undefined = innerType(schema);
  for (const key of path) {
    if (at instanceof z.ZodObject) at = at.shape[key as string] as z.ZodType | undefined;
    else if (at instanceof z.ZodRecord) at = at.valueType as z.ZodType;
    else if (at instanceof z.ZodArray) at = at.element as z.ZodType;
    else return undefined;
    if (at === undefined) return undefined;
    at = innerType(at);
  }
  return at;
}

/** The names of an object's settings. */
export function keysOf(type: z.ZodType | undefined): readonly string[] {
  return type instanceof z.ZodObject ? Object.keys(type.shape) : [];
}

/** Each value of a file whose type is of a plain kind, with its type; the value may be another one. */
export function* leaves(
  schema: z.ZodType,
  value: unknown,
  path: Path = [],
): Generator<{ readonly path: Path; readonly type: z.ZodType; readonly value: unknown }> {
  const type = innerType(schema);
  if (value === undefined) return;
  if (type instanceof z.ZodObject) {
    if (!isRecord(value)) return;
    for (const [key, inner] of Object.entries(type.shape)) {
      yield* leaves(inner as z.ZodType, value[key], [...path, key]);
    }
  } else if (type instanceof z.ZodRecord) {
    for (const [key, each] of Object.entries(isRecord(value) ? value : {})) {
      yield* leaves(type.valueType as z.ZodType, each, [...path, key]);
    }
  } else if (
    type instanceof z.ZodArray && innerType(type.element as z.ZodType) instanceof z.ZodObject
  ) {
    for (const [at, each] of (Array.isArray(value) ? value : []).entries()) {
      yield* leaves(type.element as z.ZodType, each, [...path, at]);
    }
  } else yield { path, type, value };
}
