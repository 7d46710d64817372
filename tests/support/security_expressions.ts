/** Every expression that meets what strangers send, as validation uses it. */
import ts from "typescript";
import { assertEquals } from "@std/assert";
import { FAMILIES, HOSTED_MODES } from "../../src/security/families.ts";
import { matcherOf } from "../../src/security/matcher.ts";
import { UTF8 } from "../../src/security/normalise.ts";
import { RULES } from "../../src/security/rules/all_rules.ts";
import { SECRET_EXPRESSIONS } from "../../src/security/secrets.ts";

/** An expression, and where to find it. */
export interface Placed {
  readonly place: string;
  readonly expression: RegExp;
}

/** That of each rule. */
export function ruleExpressions(): Placed[] {
  return FAMILIES.flatMap((family) => RULES[family]).map(({ id, source, family }) => ({
    place: id,
    expression: new RegExp(source, family === "hidden_unicode" ? "u" : "i"),
  }));
}

/** What joins the rules of the families that block. */
export function blockingExpressions(): Placed[] {
  const blocking = FAMILIES.filter((family) => HOSTED_MODES[family] === "block");
  return joined(matcherOf(blocking, "path")!.expressions, "blocking families");
}

/** What joins the rules of prompt injection. */
export function promptExpressions(): Placed[] {
  return joined(matcherOf(["prompt_injection"], "text")!.expressions, "prompt injection");
}

function joined(expressions: readonly RegExp[], place: string): Placed[] {
  return expressions.map((each) => ({ place, expression: withoutGuard(each) }));
}

const FOLDERS = ["security/", "security/rules/"].map((path) =>
  new URL(`../../src/${path}`, import.meta.url)
);

/** Each expression that stands in the program text of this part, but for tests. */
export function* writtenExpressions(): Iterable<Placed> {
  for (const folder of FOLDERS) {
    for (const { name, isFile } of Deno.readDirSync(folder)) {
      if (isFile && name.endsWith(".ts") && !name.endsWith("_test.ts")) {
        const text = Deno.readTextFileSync(new URL(name, folder));
        for (const expression of expressionsIn(text)) yield { place: name, expression };
      }
    }
  }
}

function expressionsIn(text: string): RegExp[] {
  const found: RegExp[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      found.push(new RegExp(node.text.slice(1, end), node.text.slice(end + 1)));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest));
  return found;
}

/**
 * Those that are put together from parts. That of whole commands (`rules/command.ts`) is not among
 * them: recheck comes to no end with it. It is given 160 characters at most.
 */
export function builtExpressions(): Placed[] {
  return [UTF8, ...SECRET_EXPRESSIONS].map((expression) => ({
    place: "put together",
    expression,
  }));
}

/** The look at the first character only takes places away where the rest would be tried. */
function withoutGuard({ source, flags }: RegExp): RegExp {
  const guard = /^(?:\(\?<!\[a-z\]\))?\(\?=\[(?:[^\]\\]|\\.)*\]\)/;
  assertEquals(guard.test(source), true);
  return new RegExp(source.replace(guard, ""), flags.replace("g", ""));
}
