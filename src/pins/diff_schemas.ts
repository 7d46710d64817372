/** What changed between two JSON Schemas: whether they take less than before, or more. */
import { isRecord, pointerStep } from "../base/json.ts";
import { canonicalJson, isSameJson } from "./canonical_json.ts";
import { type Change, type ChangeKind, short } from "./change.ts";

type Schema = Readonly<Record<string, unknown>>;

/** Whose schema it is: arguments must not be taken less of, results must not hold more. */
interface Options {
  readonly pointer: string;
  readonly of: "input" | "output";
}

const LOWER = [
  "minimum",
  "exclusiveMinimum",
  "minLength",
  "minItems",
  "minProperties",
  "minContains",
];
const UPPER = [
  "maximum",
  "exclusiveMaximum",
  "maxLength",
  "maxItems",
  "maxProperties",
  "maxContains",
];
/** Each takes away from what the others allow; other values of one are not compared further. */
// deno-fmt-ignore: one line a kind.
const CHECKS = [
  "pattern", "format", "multipleOf", "uniqueItems",
  "not", "if", "then", "else", "dependentRequired", "dependencies", "prefixItems",
];
// deno-fmt-ignore: one line a kind.
const INNER = [
  "items", "additionalProperties", "propertyNames", "contains",
  "unevaluatedProperties", "unevaluatedItems", "additionalItems",
];
const MAPS = ["patternProperties", "dependentSchemas"];
const WORDS = ["title", "description", "default", "examples", "$comment", "deprecated"];
// deno-fmt-ignore: one line a kind.
const NAMED = new Set([
  ...LOWER, ...UPPER, ...CHECKS, ...INNER, ...MAPS, ...WORDS,
  "type", "enum", "const", "required", "properties", "anyOf", "oneOf", "allOf", "$ref",
  "$defs", "definitions", "$schema", "$id",
]);
const DEPTH_MAX = 64;
const TYPES = ["string", "number", "integer", "boolean", "array", "object", "null"];

export function diffSchemas(old: unknown, now: unknown, options: Options): readonly Change[] {
  return new Diff(old, now, options).changes();
}

class Diff {
  readonly #old: unknown;
  readonly #now: unknown;
  readonly #options: Options;
  readonly #changes: Change[] = [];

  constructor(old: unknown, now: unknown, options: Options) {
    this.#old = old;
    this.#now = now;
    this.#options = options;
  }

  changes(): readonly Change[] {
    this.#compare(this.#old, this.#now, this.#options.pointer, 0);
    return this.#changes;
  }

  #compare(oldRaw: unknown, nowRaw: unknown, pointer: string, depth: number): void {
    const old = this.#resolved(oldRaw, this.#old);
    const now = this.#resolved(nowRaw, this.#now);
    if (isSameJson(old, now) || depth > DEPTH_MAX) return;
    if (!isRecord(old) || !isRecord(now)) return this.#compareWhole(old, now, pointer);
    this.#compareTypes(old, now, pointer);
    this.#compareValues(old, now, pointer);
    this.#compareBounds(old, now, pointer);
    this.#compareProperties(old, now, pointer, depth);
    for (const key of INNER) {
      if (old[key] === undefined && now[key] === undefined) continue;
      this.#compare(old[key] ?? true, now[key] ?? true, pointer + pointerStep(key), depth + 1);
    }
    for (const key of MAPS) {
      const [was, is] = [recordOf(old[key]), recordOf(now[key])];
      for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
        const at = `${pointer}/${key}${pointerStep(name)}`;
        this.#compare(was[name] ?? true, is[name] ?? true, at, depth + 1);
      }
    }
    this.#compareChoices(old, now, pointer);
    this.#compareRest(old, now, pointer);
  }

  /** A schema that is `true` takes anything, one that is `false` nothing. */
  #compareWhole(old: unknown, now: unknown, pointer: string): void {
    if (now === false || old === true) this.#narrowed(pointer, "takes less than before");
    else if (old === false || now === true) this.#widened(pointer, "takes more than before");
    else this.#add("review", pointer, "is another schema");
  }

  #compareTypes(old: Schema, now: Schema, pointer: string): void {
    const [was, is] = [typesOf(old), typesOf(now)];
    const at = `${pointer}/type`;
    const gone = was.filter((type) => !is.includes(type) && !coveredBy(type, is));
    const more = is.filter((type) => !was.includes(type) && !coveredBy(type, was));
    if (gone.length > 0) this.#narrowed(at, `no longer takes ${gone.join(", ")}`);
    if (more.length > 0) this.#widened(at, `takes ${more.join(", ")}, too`);
  }

  #compareValues(old: Schema, now: Schema, pointer: string): void {
    const [was, is] = [valuesOf(old), valuesOf(now)];
    const at = `${pointer}/${"const" in now ? "const" : "enum"}`;
    if (was === undefined && is === undefined) return;
    if (was === undefined) return this.#narrowed(at, "takes only certain values now");
    if (is === undefined) return this.#widened(`${pointer}/enum`, "takes any value now");
    const gone = was.filter((value) => !is.includes(value));
    const more = is.filter((value) => !was.includes(value));
    if (gone.length > 0) this.#narrowed(at, `no longer takes ${gone.join(", ")}`);
    if (more.length > 0) this.#widened(at, `takes ${more.join(", ")}, too`);
  }

  #compareBounds(old: Schema, now: Schema, pointer: string): void {
    for (const [keys, sign] of [[LOWER, 1], [UPPER, -1]] as const) {
      for (const key of keys) this.#compareBound(old[key], now[key], sign, pointer + "/" + key);
    }
    for (const key of CHECKS) {
      const at = `${pointer}/${key}`;
      if (isSameJson(old[key], now[key])) continue;
      if (isNoCheck(key, now[key])) this.#widened(at, "is gone");
      else if (isNoCheck(key, old[key])) this.#narrowed(at, "is new");
      else this.#add("breaking", at, `was ${short(old[key])}, is ${short(now[key])}`);
    }
  }

  #compareBound(old: unknown, now: unknown, sign: number, at: string): void {
    const none = -sign * Infinity;
    const [was, is] = [typeof old === "number" ? old : none, typeof now === "number" ? now : none];
    if (was === is) return;
    const detail = `was ${was === none ? "none" : was}, is ${is === none ? "none" : is}`;
    if ((is - was) * sign > 0) this.#narrowed(at, detail);
    else this.#widened(at, detail);
  }

  #compareProperties(old: Schema, now: Schema, pointer: string, depth: number): void {
    const [was, is] = [recordOf(old.properties), recordOf(now.properties)];
    const required = stringsOf(now.required);
    for (const name of Object.keys(was)) {
      const at = `${pointer}/properties${pointerStep(name)}`;
      if (!Object.hasOwn(is, name)) this.#add("breaking", at, "is gone");
      else this.#compare(was[name], is[name], at, depth + 1);
    }
    for (const name of Object.keys(is)) {
      if (Object.hasOwn(was, name) || required.includes(name)) continue;
      this.#add("compatible", `${pointer}/properties${pointerStep(name)}`, "is new, and optional");
    }
    this.#compareRequired(stringsOf(old.required), required, pointer);
  }

  #compareRequired(was: readonly string[], is: readonly string[], pointer: string): void {
    const isInput = this.#options.of === "input";
    const at = (name: string) => `${pointer}/properties${pointerStep(name)}`;
    for (const name of is.filter((each) => !was.includes(each))) {
      this.#add(isInput ? "required" : "compatible", at(name), "is required now");
    }
    for (const name of was.filter((each) => !is.includes(each))) {
      this.#add(isInput ? "compatible" : "breaking", at(name), "is no longer required");
    }
  }

  #compareChoices(old: Schema, now: Schema, pointer: string): void {
    for (const key of ["anyOf", "oneOf", "allOf"]) {
      if (isSameJson(old[key], now[key])) continue;
      const at = `${pointer}/${key}`;
      const [was, is] = [old[key], now[key]].map((list) =>
        Array.isArray(list) ? list.map(canonicalJson) : undefined
      );
      const less = was?.some((each) => !is?.includes(each)) ?? false;
      const more = is?.some((each) => !was?.includes(each)) ?? false;
      // Every schema of `allOf` takes away; those of the others add, unless there were none.
      const narrows = key === "allOf" ? more : less && is !== undefined || was === undefined;
      const widens = key === "allOf" ? less : more && was !== undefined || is === undefined;
      if (narrows && widens) this.#add("breaking", at, "has other alternatives");
      else if (narrows) this.#narrowed(at, "takes less than before");
      else if (widens) this.#widened(at, "takes more than before");
    }
  }

  #compareRest(old: Schema, now: Schema, pointer: string): void {
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      if (isSameJson(old[key], now[key])) continue;
      const at = pointer + pointerStep(key);
      if (WORDS.includes(key)) {
        this.#add("review", at, `was ${short(old[key])}, is ${short(now[key])}`);
      } else if (!NAMED.has(key)) this.#add("review", at, "changed in a way that is not compared");
    }
  }

  /** What a schema that only refers to another one means; others as they are. */
  #resolved(schema: unknown, root: unknown): unknown {
    let at = schema;
    for (let hops = 0; hops < 16 && isRecord(at) && typeof at.$ref === "string"; hops++) {
      if (!at.$ref.startsWith("#")) return at;
      let found: unknown = root;
      for (const step of at.$ref.slice(1).split("/").slice(1)) {
        const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
        found = isRecord(found) || Array.isArray(found)
          ? (found as Record<string, unknown>)[key]
          : undefined;
      }
      if (found === undefined) return at;
      at = found;
    }
    return at;
  }

  #narrowed(pointer: string, detail: string): void {
    this.#add(this.#options.of === "input" ? "breaking" : "compatible", pointer, detail);
  }

  #widened(pointer: string, detail: string): void {
    this.#add(this.#options.of === "input" ? "compatible" : "breaking", pointer, detail);
  }

  #add(kind: ChangeKind, pointer: string, detail: string): void {
    this.#changes.push({ kind, pointer, detail });
  }
}

function isNoCheck(key: string, value: unknown): boolean {
  return value === undefined || (value === false && (key === "uniqueItems" || key === "not"));
}

function typesOf({ type }: Schema): readonly string[] {
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? type.map(String) : TYPES;
}

/** Every integer is a number. */
function coveredBy(type: string, types: readonly string[]): boolean {
  return type === "integer" && types.includes("number");
}

function valuesOf(schema: Schema): readonly string[] | undefined {
  if ("const" in schema) return [canonicalJson(schema.const)];
  return Array.isArray(schema.enum) ? schema.enum.map(canonicalJson) : undefined;
}

function recordOf(value: unknown): Schema {
  return isRecord(value) ? value : {};
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
