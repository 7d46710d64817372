/** Several rules as one expression: it finds a place in one go, and only there each rule looks closer. */
import type { ArgumentPurpose } from "../pipeline/purpose.ts";
import { FAMILIES, type Family } from "./families.ts";
import { nextStart } from "./first_words.ts";
import { mayHide, normalise } from "./normalise.ts";
import { RULES } from "./rules/all_rules.ts";
import type { Rule } from "./rules/rule.ts";

/** How many places may still be looked at; the same for a whole call. */
export interface Budget {
  looks: number;
}

/** Looks for the patterns of some families. */
export interface Matcher {
  /** The first rule that a text breaks, which `isPlain` or not; undefined when there is none, or the budget is used up. */
  find(text: string, plain: boolean, budget: Budget): Rule | undefined;
  /** False when nothing can be found in a text that is `isPlain`. */
  readonly inWords: boolean;
  /** The expressions that it is made of. */
  readonly expressions: readonly RegExp[];
}

/**
 * Whether a text holds what patterns of attacks are made of: anything but words, numbers and the
 * punctuation of names; or a number before a word of SQL's, two dots, two dashes, a protocol. Each
 * further alternative costs every character of every call.
 */
const SPECIAL = /[^\w .,:@+\/=-]|\d[ +][aghouxAGHOUX]|\.\.|--|:\//;
/** At the beginning alone: a path from the root, and SQL that hangs on nothing. */
const SPECIAL_START = /^(?:\/|union)/i;

/** True for most strings of most calls: words and numbers. ASCII only. */
export function isPlain(text: string): boolean {
  if (text.length <= SHORT_CHARS) return isShortPlain(text);
  const first = text.charCodeAt(0) | 0x20;
  if ((first === SLASH || first === LETTER_U) && SPECIAL_START.test(text)) return false;
  return !SPECIAL.test(text);
}

/** Names and numbers are short: a loop over these costs half of what it costs to start an expression. */
const SHORT_CHARS = 12;
/** 1 for what is plain wherever it stands. */
const ALWAYS_PLAIN = new Uint8Array(128);
for (const char of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_,@+=") {
  ALWAYS_PLAIN[char.charCodeAt(0)] = 1;
}
const DASH = 0x2d;
const SLASH = 0x2f;
const LETTER_U = 0x75;

function isShortPlain(text: string): boolean {
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (ALWAYS_PLAIN[code] !== 1 && (code !== DASH || last === DASH)) {
      return text.charCodeAt(0) !== SLASH && !SPECIAL.test(text);
    }
    last = code;
  }
  return true;
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

  /** `plain` texts are of ASCII words, where the next place that is worth a look is found faster. */
  find(text: string, plain: boolean, decoded: boolean, budget: Budget): Rule | undefined {
    if (plain && this.#anyAt !== undefined) return this.#findInWords(text, this.#anyAt, budget);
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
  const sets = [rules.filter((rule) => !isHidden(rule) && !isWords(rule)), rules.filter(isWords)]
    .filter((some) => some.length > 0).map((some) => new RuleSet(some));
  const hiddenRules = rules.filter(isHidden);
  const hidden = hiddenRules.length === 0 ? undefined : new RuleSet(hiddenRules);
  return {
    inWords: rules.some(isWords),
    expressions: [...sets, ...(hidden === undefined ? [] : [hidden])].map(({ all }) => all),
    find(text, plain, budget) {
      // Names and numbers: words that talk to a model are several.
      if (plain && !text.includes(" ")) return undefined;
      for (const set of sets) {
        const rule = set.find(text, plain, false, budget);
        if (rule !== undefined) return rule;
      }
      if (plain || !mayHide(text)) return undefined;
      const unseen = hidden?.find(text, false, false, budget);
      if (unseen !== undefined || sets.length === 0) return unseen;
      const { text: normal, decoded } = normalise(text);
      if (normal === text) return undefined;
      for (const set of sets) {
        const rule = set.find(normal, false, decoded, budget);
        if (rule !== undefined) return rule;
      }
      return undefined;
    },
  };
}
