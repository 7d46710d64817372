/** URI templates (RFC 6570), as far as resources need them: matched against a URI, and listed. */
import { decodePercents } from "../base/percent.ts";
import { hasDotSegment, pathHasDotSegment } from "./dot_segments.ts";
import {
  type Expression,
  OPERATORS,
  type Part,
  readParts,
  type Variable,
} from "./uri_template_parts.ts";

/** A compiled template. */
export interface UriTemplate {
  /** As it was written. */
  readonly source: string;
  /** The names of the variables, in order. */
  readonly variables: readonly string[];
  /**
   * The variables' values, percent-decoded; undefined when the URI is not of this form. Values of
   * a path never hold a "." or ".." as one of its steps: see `dot_segments.ts`.
   */
  match(uri: string): Readonly<Record<string, string>> | undefined;
  /**
   * The one address that these values make, to be compared: variables in the template's order, and
   * nothing percent-encoded. Those that are left out are empty.
   */
  canonical(values: Readonly<Record<string, string>>): string;
}

/**
 * Compiles a template. All of RFC 6570 but what a URI can be read by in several ways: lists of named
 * values (`{?list*}`), lists that are not last, and expressions with nothing between (`{a}{b}`).
 *
 * A list's values stand in one text, as in the URI. A variable that stands in the template twice
 * must have one value, and of a prefix (`{var:3}`) no more is known than the prefix.
 *
 * @throws {GomcpError} `invalid_request` saying what is wrong where.
 */
export function parseUriTemplate(source: string): UriTemplate {
  const parts = readParts(source);
  const names = parts.flatMap((part) =>
    part.kind === "expression" ? part.variables.map(({ name }) => name) : []
  );
  return {
    source,
    variables: [...new Set(names)],
    match: (uri) => match(parts, uri),
    canonical: (values) =>
      parts.map((part) => part.kind === "literal" ? decodePercents(part.text) : join(part, values))
        .join(""),
  };
}

/**
 * In one pass, without going back: an expression ends where the text behind it first appears,
 * or, when that text is the last, where it must stand. So no URI takes long.
 */
function match(
  parts: readonly Part[],
  uri: string,
): Readonly<Record<string, string>> | undefined {
  // A step of dots may be made of several values, or of a value and the text beside it.
  if (/^file:/i.test(uri) && pathHasDotSegment(uri)) return undefined;
  const found: Found = { values: {}, cut: new Set() };
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind === "literal") {
      if (!uri.startsWith(part.text, at)) return undefined;
      at += part.text.length;
      continue;
    }
    const end = endOf(parts, index, uri, at);
    if (end < at || !readValues(part, uri.slice(at, end), found)) return undefined;
    at = end;
  }
  return at === uri.length ? found.values : undefined;
}

function join({ operator, variables }: Expression, values: Readonly<Record<string, string>>) {
  const { first, separator, named } = OPERATORS[operator]!;
  const texts = variables.filter(({ name }) => Object.hasOwn(values, name))
    .map(({ name, charsMax }) => {
      const value = charsMax === Infinity
        ? values[name]!
        : [...values[name]!].slice(0, charsMax).join("");
      return named ? `${name}=${value}` : value;
    });
  return texts.length === 0 ? "" : first + texts.join(separator);
}

/** Where the expression at `index` ends; -1 when it cannot. */
function endOf(parts: readonly Part[], index: number, uri: string, at: number): number {
  const next = parts[index + 1];
  if (next === undefined) return uri.length;
  if (next.kind === "literal") {
    const isLast = index + 2 === parts.length;
    return isLast ? uri.length - next.text.length : uri.indexOf(next.text, at);
  }
  const limit = endOf(parts, index + 1, uri, at);
  // {/a}{/b} begins with a slash of its own.
  const { first } = OPERATORS[(parts[index] as Expression).operator]!;
  const own = first !== "" && uri.startsWith(first, at) ? first.length : 0;
  const begin = uri.indexOf(OPERATORS[next.operator]!.first, at + own);
  return begin < 0 || begin > limit ? limit : begin;
}

/** What is known of the variables so far. */
interface Found {
  readonly values: Record<string, string>;
  /** Those of which only a prefix is known. */
  readonly cut: Set<string>;
}

/** Puts an expression's values into `found`; false when the text is none of its expansions. */
function readValues(expression: Expression, text: string, found: Found): boolean {
  const { operator, variables } = expression;
  const { first, separator, named } = OPERATORS[operator]!;
  if (text === "" && first !== "") return true;
  if (!text.startsWith(first)) return false;
  const rest = text.slice(first.length);
  if (named) return readNamed(expression, rest.split(separator), found);
  const pieces = variables.length === 1 ? [rest] : rest.split(separator);
  const last = variables.length - 1;
  if (variables[last]!.isList && pieces.length > last) {
    pieces.push(pieces.splice(last).join(separator));
  }
  if (pieces.length > variables.length) return false;
  return pieces.every((piece, index) => readValue(operator, variables[index]!, piece, found));
}

/** Named values come in any order, as people write queries, and some are left out. */
function readNamed(
  { operator, variables }: Expression,
  pieces: readonly string[],
  found: Found,
): boolean {
  const left = new Map(variables.map((variable) => [variable.name, variable]));
  return pieces.every((piece) => {
    const equals = piece.indexOf("=");
    const variable = left.get(equals < 0 ? piece : piece.slice(0, equals));
    if (variable === undefined) return false;
    left.delete(variable.name);
    return readValue(operator, variable, equals < 0 ? "" : piece.slice(equals + 1), found);
  });
}

function readValue(operator: string, variable: Variable, raw: string, found: Found): boolean {
  const value = variable.isList ? readList(operator, raw) : readOne(operator, raw);
  if (value === undefined || (isPath(operator) && hasDotSegment(value))) return false;
  return put(variable, value, found);
}

function readOne(operator: string, raw: string): string | undefined {
  return OPERATORS[operator]!.value.test(raw) ? decode(raw) : undefined;
}

/** Values of a list, between separators; a separator within a value could not be told from these. */
function readList(operator: string, raw: string): string | undefined {
  const { separator } = OPERATORS[operator]!;
  const values = raw.split(separator).map((each) => readOne(operator, each));
  const isClear = values.every((value) => value !== undefined && !value.includes(separator));
  return isClear ? values.join(separator) : undefined;
}

/** False for a value that contradicts what is known of the variable from elsewhere in the URI. */
function put({ name, charsMax }: Variable, value: string, { values, cut }: Found): boolean {
  const chars = charsMax === Infinity ? 0 : [...value].length;
  if (chars > charsMax) return false;
  const isCut = chars === charsMax;
  const known = Object.hasOwn(values, name) ? values[name]! : undefined;
  if (known === undefined) {
    values[name] = value;
    if (isCut) cut.add(name);
    return true;
  }
  if (value.length <= known.length) {
    if (!isCut && value !== known) return false;
    if (!isCut) cut.delete(name);
    return known.startsWith(value);
  }
  if (!cut.has(name) || !value.startsWith(known)) return false;
  values[name] = value;
  if (!isCut) cut.delete(name);
  return true;
}

/** Queries and fragments name nothing in a tree: dots mean nothing there. */
function isPath(operator: string): boolean {
  return !"?&#".includes(operator) || operator === "";
}

/** Undefined for broken percent-encoding: such a URI names nothing. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
