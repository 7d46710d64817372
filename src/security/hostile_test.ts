/** What texts may cost that are made to cost: looks are bounded, and no place is gone over again. */
import { assert, assertEquals } from "@std/assert";
import { HOSTILE_TEXTS, hostileText } from "../../tests/corpus/hostile.ts";
import { LIMITS } from "../base/limits.ts";
import { FAMILIES } from "./families.ts";
import { LOOK } from "./look.ts";
import { matcherOf, Subject } from "./matcher.ts";
import { PATH_RULES } from "./rules/path_traversal.ts";
import { Ahead } from "./rules/rule.ts";
import { createValidator } from "./validator.ts";

const SIZE = LIMITS.argumentStringBytesMax;

for (const hostile of HOSTILE_TEXTS) {
  const text = hostileText(hostile, SIZE);

  Deno.test(`${hostile.name}: looks grow as the text does`, () => {
    const matcher = matcherOf(FAMILIES, hostile.purpose)!;
    const looks = (text: string) => {
      // More than there are characters: nothing may end the search early.
      const budget = { looks: SIZE };
      assertEquals(matcher.find(new Subject(text, LOOK.special), budget)?.id, undefined);
      return SIZE - budget.looks;
    };
    const half = looks(hostileText(hostile, SIZE / 2));
    const whole = looks(text);
    assert(whole <= 2 * half + 100, `${whole} looks, ${half} for half of it`);
  });

  Deno.test(`${hostile.name}: the call passes or is refused, with no more looks than allowed`, () => {
    const validator = createValidator({});
    const purposes = { a: hostile.purpose };
    const result = validator.validate({ a: text, b: text, c: text }, { tool: "t", purposes });
    if (!result.ok && result.violation !== undefined) {
      assertEquals([result.violation.limit, result.violation.max], [
        "looks",
        LIMITS.argumentLooksMax,
      ]);
    }
  });
}

/** Counts how often it is started. */
class Counting extends RegExp {
  count = 0;

  override exec(text: string): RegExpExecArray | null {
    this.count++;
    return super.exec(text);
  }
}

Deno.test("Ahead starts an expression once for all places before its next match", () => {
  const text = "x".repeat(1_000) + "hit" + "x".repeat(1_000);
  const expression = new Counting("hit", "g");
  const ahead = new Ahead();
  for (let from = 0; from <= text.length; from++) {
    assertEquals(ahead.next(expression, text, from), from <= 1_000 ? 1_000 : text.length);
  }
  assertEquals(expression.count, 2);
});

Deno.test("whether a path climbs above where it begins is asked at its first step up alone", () => {
  const rule = PATH_RULES.find(({ id }) => id === "path_traversal/above")!;
  const text = "../a/../..";
  const asked = [...text.matchAll(/\.\./g)].map(({ index }) =>
    rule.confirm!({ text, index, match: "..", decoded: false, ahead: new Ahead() })
  );
  assertEquals(asked, [true, false, false]);
});

/** Starts of expressions, and characters that they were given to look over. */
interface Work {
  starts: number;
  chars: number;
}

/** What expressions have to do while something runs, however they are started. */
function workOf(run: () => void): Work {
  const { exec } = RegExp.prototype;
  const work = { starts: 0, chars: 0 };
  RegExp.prototype.exec = function (text) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const match = exec.call(this, text);
    const end = match === null ? this.sticky ? from : text.length : match.index + match[0].length;
    work.starts++;
    work.chars += end - from;
    return match;
  };
  try {
    run();
  } finally {
    RegExp.prototype.exec = exec;
  }
  return work;
}

/** A hidden character is asked of each rule of its family; the rest are few for each look. */
const STARTS_MAX = 12 * LIMITS.argumentLooksMax;
/** However a text is made, it is not gone over more often than that. */
const CHARS_MAX = 100 * SIZE;

// Behind all others: expressions are slower in a process in which one has been counted.
for (const hostile of HOSTILE_TEXTS) {
  Deno.test(`${hostile.name}: expressions have little to do`, () => {
    const validator = createValidator({});
    const text = hostileText(hostile, SIZE);
    const context = { tool: "t", purposes: { a: hostile.purpose } };
    const { starts, chars } = workOf(() => validator.validate({ a: text }, context));
    assert(starts > 0 && starts <= STARTS_MAX, `${starts} starts`);
    assert(chars <= CHARS_MAX, `${chars} characters`);
  });
}

Deno.test("a page of a table full of short cells is not taken for an attack", () => {
  const text = "<td>1</td>".repeat(SIZE / 10);
  assertEquals(createValidator({}).validate({ text }).ok, true);
});
