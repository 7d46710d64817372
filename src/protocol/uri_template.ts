/** URI templates (RFC 6570), as far as resources need them: matched against a URI, and listed. */
import { GomcpError } from "../base/errors.ts";
import { hasDotSegment, pathHasDotSegment } from "./dot_segments.ts";

/** What a template is made of: text as it stands, and expressions such as `{id}` or `{?q,lang}`. */
type Part =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "expression"; readonly operator: string; readonly names: readonly string[] };

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
}

/** How an operator's values look in a URI (RFC 6570 section 3.2, table in appendix A). */
interface Operator {
  readonly first: string;
  readonly separator: string;
  /** Values are written as `name=value`. */
  readonly named: boolean;
  /** What a value may be. */
  readonly value: RegExp;
}

const VALUE = /^[^/?#&,;=]*$/;
const ANYTHING = /^[^]*$/;

const OPERATORS: Readonly<Record<string, Operator>> = {
  "": { first: "", separator: ",", named: false, value: VALUE },
  "+": { first: "", separator: ",", named: false, value: ANYTHING },
  "#": { first: "#", separator: ",", named: false, value: ANYTHING },
  ".": { first: ".", separator: ".", named: false, value: VALUE },
  "/": { first: "/", separator: "/", named: false, value: VALUE },
  ";": { first: ";", separator: ";", named: true, value: VALUE },
  "?": { first: "?", separator: "&", named: true, value: /^[^&#]*$/ },
  "&": { first: "&", separator: "&", named: true, value: /^[^&#]*$/ },
};

const EXPRESSION = /^([+#./;?&]?)([A-Za-z_][\w.]*(?:,[A-Za-z_][\w.]*)*)$/;

/**
 * Compiles a template. The modifiers of level 4 (`*`, `:3`) are refused.
 *
 * @throws {GomcpError} `invalid_request` saying what is wrong where.
 */
export function parseUriTemplate(source: string): UriTemplate {
  const parts = readParts(source);
  const variables = parts.flatMap((part) => part.kind === "expression" ? part.names : []);
  const twice = variables.find((name, index) => variables.indexOf(name) !== index);
  if (twice !== undefined) throw bad(source, `the variable "${twice}" stands in it twice`);
  checkNeighbours(source, parts);
  return { source, variables, match: (uri) => match(parts, uri) };
}

/** Where one value ends and the next begins must show in the URI. */
function checkNeighbours(source: string, parts: readonly Part[]): void {
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1];
    if (part.kind !== "expression" || next?.kind !== "expression") continue;
    if (OPERATORS[next.operator]!.first === "") {
      throw bad(source, "two of its expressions stand side by side with nothing between");
    }
  }
}

function readParts(source: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf("{", at);
    const literal = open < 0 ? source.slice(at) : source.slice(at, open);
    if (literal.includes("}")) throw bad(source, 'it has a "}" without a "{"');
    if (literal !== "") parts.push({ kind: "literal", text: literal });
    if (open < 0) break;
    const close = source.indexOf("}", open);
    if (close < 0) throw bad(source, 'it has a "{" without a "}"');
    const match = EXPRESSION.exec(source.slice(open + 1, close));
    if (match === null) throw bad(source, `it has the expression ${source.slice(open, close + 1)}`);
    parts.push({ kind: "expression", operator: match[1]!, names: match[2]!.split(",") });
    at = close + 1;
  }
  return parts;
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
  const values: Record<string, string> = {};
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind === "literal") {
      if (!uri.startsWith(part.text, at)) return undefined;
      at += part.text.length;
      continue;
    }
    const end = endOf(parts, index, uri, at);
    if (end < at || !readValues(part, uri.slice(at, end), values)) return undefined;
    at = end;
  }
  return at === uri.length ? values : undefined;
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
  const begin = uri.indexOf(OPERATORS[next.operator]!.first, at);
  return begin < 0 || begin > limit ? limit : begin;
}

/** Puts an expression's values into `values`; false when the text is none of its expansions. */
function readValues(
  { operator, names }: Extract<Part, { kind: "expression" }>,
  text: string,
  values: Record<string, string>,
): boolean {
  const { first, separator, named, value } = OPERATORS[operator]!;
  if (text === "" && first !== "") return true;
  if (!text.startsWith(first)) return false;
  const rest = text.slice(first.length);
  const pieces = names.length === 1 && !named ? [rest] : rest.split(separator);
  if (pieces.length > names.length) return false;
  let from = 0;
  for (const [index, piece] of pieces.entries()) {
    const equals = named ? piece.indexOf("=") : -1;
    // Named values come in the template's order, some of them left out.
    const name = named ? (equals < 0 ? piece : piece.slice(0, equals)) : names[index]!;
    const position = names.indexOf(name, from);
    if (position < 0) return false;
    from = position + 1;
    const raw = named ? (equals < 0 ? "" : piece.slice(equals + 1)) : piece;
    const decoded = value.test(raw) ? decode(raw) : undefined;
    if (decoded === undefined || (isPath(operator) && hasDotSegment(decoded))) return false;
    values[name] = decoded;
  }
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

function bad(source: string, what: string): GomcpError {
  return new GomcpError("invalid_request", `Cannot read URI template "${source}": ${what}`);
}
