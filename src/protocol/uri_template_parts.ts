/** What URI templates are made of (RFC 6570 section 2), and which of them a URI can be read by. */
import { GomcpError } from "../base/errors.ts";

/** Text as it stands, and expressions such as `{id}` or `{?q,lang}`. */
export type Part = { readonly kind: "literal"; readonly text: string } | Expression;

export interface Expression {
  readonly kind: "expression";
  readonly operator: string;
  readonly variables: readonly Variable[];
}

/** One variable of an expression, with its modifier (RFC 6570 section 2.4). */
export interface Variable {
  readonly name: string;
  /** `*`: a list, of which each value stands for itself. */
  readonly isList: boolean;
  /** `:3`: how many characters of the value there are at most. */
  readonly charsMax: number;
}

/** How an operator's values look in a URI (RFC 6570 section 3.2, table in appendix A). */
export interface Operator {
  readonly first: string;
  readonly separator: string;
  /** Values are written as `name=value`. */
  readonly named: boolean;
  /** What a value may be. */
  readonly value: RegExp;
}

const VALUE = /^[^/?#&,;=]*$/;
const ANYTHING = /^[^]*$/;

export const OPERATORS: Readonly<Record<string, Operator>> = {
  "": { first: "", separator: ",", named: false, value: VALUE },
  "+": { first: "", separator: ",", named: false, value: ANYTHING },
  "#": { first: "#", separator: ",", named: false, value: ANYTHING },
  ".": { first: ".", separator: ".", named: false, value: VALUE },
  "/": { first: "/", separator: "/", named: false, value: VALUE },
  ";": { first: ";", separator: ";", named: true, value: VALUE },
  "?": { first: "?", separator: "&", named: true, value: /^[^&#]*$/ },
  "&": { first: "&", separator: "&", named: true, value: /^[^&#]*$/ },
};

const EXPRESSION = /^([+#./;?&]?)([^+#./;?&][^]*)$/;
const VARIABLE = /^((?:\w|%[0-9A-Fa-f]{2})(?:\.?(?:\w|%[0-9A-Fa-f]{2}))*)(\*|:[1-9]\d{0,3})?$/;
const FORMS = "expected such as {id}, {id:3}, {a,b}, {+path}, {#part}, {.ext}, {/path*}, " +
  "{;a}, {?q,lang} or {&q}";

/** @throws {GomcpError} `invalid_request` saying what is wrong where. */
export function readParts(source: string): Part[] {
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
    parts.push(readExpression(source, source.slice(open, close + 1)));
    at = close + 1;
  }
  checkNeighbours(source, parts);
  return parts;
}

function readExpression(source: string, text: string): Expression {
  const [, operator, list] = EXPRESSION.exec(text.slice(1, -1)) ?? [];
  const found = list?.split(",").map((each) => VARIABLE.exec(each)) ?? [null];
  const variables = found.map((each) => {
    if (each === null) throw bad(source, `it has the expression ${text}, ${FORMS}`);
    const modifier = each[2] ?? "";
    const charsMax = modifier.startsWith(":") ? Number(modifier.slice(1)) : Infinity;
    return { name: each[1]!, isList: modifier === "*", charsMax };
  });
  const names = variables.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw bad(source, `"${twice}" stands twice in the expression ${text}`);
  const lists = variables.filter(({ isList }) => isList);
  if (lists.length > 0 && OPERATORS[operator!]!.named) {
    throw bad(
      source,
      `lists of named values, as in ${text}, can be read in several ways, ${FORMS}`,
    );
  }
  if (lists.length > 1 || (lists.length === 1 && !variables.at(-1)!.isList)) {
    throw bad(source, `a list must be the last variable of its expression, unlike in ${text}`);
  }
  return { kind: "expression", operator: operator!, variables };
}

/** Where one value ends and the next begins must show in the URI. */
function checkNeighbours(source: string, parts: readonly Part[]): void {
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1];
    if (part.kind !== "expression" || next?.kind !== "expression") continue;
    const { first } = OPERATORS[next.operator]!;
    const isList = part.variables.at(-1)!.isList;
    if (first === "" || (isList && first === OPERATORS[part.operator]!.separator)) {
      throw bad(
        source,
        "two of its expressions stand side by side with nothing to tell them apart",
      );
    }
  }
}

function bad(source: string, what: string): GomcpError {
  return new GomcpError("invalid_request", `Cannot read URI template "${source}": ${what}`);
}
