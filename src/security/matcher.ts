/** Several rules as one expression: it finds a place in one go, and only there each rule looks closer. */
import type { ArgumentPurpose } from "../pipeline/purpose.ts";
import { FAMILIES, type Family } from "./families.ts";
import { mayHide, normalise } from "./normalise.ts";
import { RULES } from "./rules/all_rules.ts";
import type { Rule } from "./rules/rule.ts";

/** How many places may still be looked at; the same for a whole call. */
export interface Budget {
  looks: number;
}

/** Looks for the patterns of some families. */
export interface Matcher {
  /** The first rule that a text breaks; undefined when there is none, or the budget is used up. */
  find(text: string, budget: Budget): Rule | undefined;
  /** False when nothing can be found in a text that is `isPlain`. */
  readonly inWords: boolean;
  /** The expressions that it is made of. */
  readonly expressions: readonly RegExp[];
}

/**
 * Whether a text holds what patterns of attacks are made of: anything but words, numbers and the
 * punctuation of names; or a number before a word of SQL's, two dots, two dashes, a protocol.
 */
const SPECIAL =
  /[^\w .,:@+\/=-]|\d[ +][aghouxAGHOUX]|\.\.|--|:\/\/|^\/|[cC]:\/|[uU][nN][iI][oO][nN][ +]/;

/** True for most strings of most calls: words and numbers. ASCII only. */
export function isPlain(text: string): boolean {
  return !SPECIAL.test(text);
}

/** The expression that finds a place for any of the rules. */
export function combine(rules: readonly Rule[]): RegExp {
  // One look at the first character spares trying every rule at every place.
  const lead = `(?=[${rules.map((rule) => rule.lead).join("")}])`;
  const any = rules.map((rule) => `(?:${rule.source})`).join("|");
  return new RegExp(`${lead}(?:${any})`, "g" + flagsOf(rules));
}

function flagsOf(rules: readonly Rule[]): string {
  return rules[0]!.family === "hidden_unicode" ? "u" : "i";
}

/** Rules with one expression for all of them. */
class RuleSet {
  readonly all: RegExp;
  readonly #rules: readonly Rule[];
  readonly #each: readonly RegExp[];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    this.all = combine(rules);
    this.#each = rules.map((rule) => new RegExp(rule.source, "y" + flagsOf(rules)));
  }

  find(text: string, decoded: boolean, budget: Budget): Rule | undefined {
    const { all } = this;
    all.lastIndex = 0;
    for (let match = all.exec(text); match !== null; match = all.exec(text)) {
      const rule = this.#confirm(text, match.index, decoded);
      if (rule !== undefined) return rule;
      if (--budget.looks < 0) return undefined;
      all.lastIndex = match.index + 1;
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
  const isWords = ({ family }: Rule) => family === "prompt_injection";
  const sets = [rules.filter((rule) => !isHidden(rule) && !isWords(rule)), rules.filter(isWords)]
    .filter((some) => some.length > 0).map((some) => new RuleSet(some));
  const hiddenRules = rules.filter(isHidden);
  const hidden = hiddenRules.length === 0 ? undefined : new RuleSet(hiddenRules);
  return {
    inWords: rules.some(isWords),
    expressions: [...sets, ...(hidden === undefined ? [] : [hidden])].map(({ all }) => all),
    find(text, budget) {
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
