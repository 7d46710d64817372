/** Several rules as one expression: it finds a place in one go, and only there each rule looks closer. */
import type { ArgumentPurpose } from "../pipeline/purpose.ts";
import { FAMILIES, type Family } from "./families.ts";
import { nextStart } from "./first_words.ts";
import { LOOK } from "./look.ts";
import { mayHide, normalise } from "./normalise.ts";
import { RULES } from "./rules/all_rules.ts";
import type { Rule } from "./rules/rule.ts";

/** How many places may still be looked at; the same for a whole call. */
export interface Budget {
  looks: number;
}

/** Looks for the patterns of some families. */
export interface Matcher {
  /**
   * The first rule that a text breaks, in which `look` saw `seen`; undefined when there is none,
   * or the budget is used up.
   */
  find(text: string, seen: number, budget: Budget): Rule | undefined;
  /** Whether it looks for words that talk to a model. */
  readonly inWords: boolean;
  /** The expressions that it is made of. */
  readonly expressions: readonly RegExp[];
}

/** The expression that finds a place for any of the rules. */
export function combine(rules: readonly Rule[]): RegExp {
  // One look at the first character spares trying every rule at every place.
  const lead = `(?=[${rules.map((rule) => rule.lead).join("")}])`;
  const any = rules.map((rule) => `(?:${rule.source})`).join("|");
  const start = rules[0]!.family === "prompt_injection" ? "(?<![a-z])" : "";
  return new RegExp(`${start}${lead}(?:${any})`, "g" + flagsOf(rules));
}

function flagsOf(rules: readonly Rule[]): string {
  return rules[0]!.family === "hidden_unicode" ? "u" : "i";
}

/** Rules with one expression for all of them. */
class RuleSet {
  readonly all: RegExp;
  /** The same, at one place only; undefined unless its patterns are words that talk to a model. */
  readonly #anyAt: RegExp | undefined;
  readonly #rules: readonly Rule[];
  readonly #each: readonly RegExp[];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    this.all = combine(rules);
    this.#anyAt = isWords(rules[0]!)
      ? new RegExp(this.all.source, "y" + flagsOf(rules))
      : undefined;
    this.#each = rules.map((rule) => new RegExp(rule.source, "y" + flagsOf(rules)));
  }

  find(text: string, decoded: boolean, budget: Budget): Rule | undefined {
    if (this.#anyAt !== undefined) return this.#findInWords(text, this.#anyAt, budget);
    const { all } = this;
    all.lastIndex = 0;
    for (let match = all.exec(text); match !== null; match = all.exec(text)) {
      const rule = this.#confirm(text, match.index, decoded);
      if (rule !== undefined) return rule;
      if (--budget.looks < 0) return undefined;
      // Between the halves of a pair, an expression for whole characters would begin before them.
      all.lastIndex = match.index + (all.unicode ? match[0].length : 1);
    }
    return undefined;
  }

  #findInWords(text: string, anyAt: RegExp, budget: Budget): Rule | undefined {
    for (let at = nextStart(text, 0); at >= 0; at = nextStart(text, at + 1)) {
      anyAt.lastIndex = at;
      if (!anyAt.test(text)) continue;
      const rule = this.#confirm(text, at, false);
      if (rule !== undefined || --budget.looks < 0) return rule;
    }
    return undefined;
  }

  #confirm(text: string, index: number, decoded: boolean): Rule | undefined {
    for (let i = 0; i < this.#rules.length; i++) {
      const each = this.#each[i]!;
      each.lastIndex = index;
      const match = each.exec(text);
      if (match === null) continue;
      const rule = this.#rules[i]!;
      if (rule.confirm?.({ text, index, match: match[0], decoded }) !== false) return rule;
    }
    return undefined;
  }
}

function ruleSet(rules: readonly Rule[]): RuleSet | undefined {
  return rules.length === 0 ? undefined : new RuleSet(rules);
}

function isWords({ family }: Rule): boolean {
  return family === "prompt_injection";
}

const matchers = new Map<string, Matcher>();

/** The matcher of some families; the same one for the same families. Undefined for none. */
export function matcherOf(
  families: readonly Family[],
  purpose: ArgumentPurpose,
): Matcher | undefined {
  const rules = families.flatMap((family) => RULES[family])
    .filter(({ only }) => only === undefined || only.includes(purpose));
  if (rules.length === 0) return undefined;
  const key = rules.map(({ id }) => id).join();
  const known = matchers.get(key);
  if (known !== undefined) return known;
  const made = createMatcher(rules);
  // At most one for each set of families and kind of purpose.
  if (matchers.size < 2 ** FAMILIES.length * 2) matchers.set(key, made);
  return made;
}

function createMatcher(rules: readonly Rule[]): Matcher {
  const isHidden = ({ family }: Rule) => family === "hidden_unicode";
  const hidden = ruleSet(rules.filter(isHidden));
  const words = ruleSet(rules.filter(isWords));
  const signs = ruleSet(rules.filter((rule) => !isHidden(rule) && !isWords(rule)));
  const sets = [signs, words].filter((set) => set !== undefined);
  return {
    inWords: words !== undefined,
    expressions: [...sets, hidden].flatMap((set) => set === undefined ? [] : [set.all]),
    find(text, seen, budget) {
      if (seen === LOOK.words) return words?.find(text, false, budget);
      for (const set of sets) {
        const rule = set.find(text, false, budget);
        if (rule !== undefined) return rule;
      }
      if (!mayHide(text)) return undefined;
      const unseen = hidden?.find(text, false, budget);
      if (unseen !== undefined || sets.length === 0) return unseen;
      const { text: normal, decoded } = normalise(text);
      if (normal === text) return undefined;
      for (const set of sets) {
        const rule = set.find(normal, decoded, budget);
        if (rule !== undefined) return rule;
      }
      return undefined;
    },
  };
}
