/** Several rules as one expression: it finds a place in one go, and only there each rule looks closer. */
import type { ArgumentPurpose } from "../pipeline/purpose.ts";
import { FAMILIES, type Family } from "./families.ts";
import { nextStart } from "./first_words.ts";
import { LOOK } from "./look.ts";
import { mayHide, normalise, type Normalised } from "./normalise.ts";
import { RULES } from "./rules/all_rules.ts";
import { Ahead, NEAR_CHARS, type Place, type Rule } from "./rules/rule.ts";

/** How many places may still be looked at; the same for a whole call. */
export interface Budget {
  looks: number;
}

/** A text that needs a closer look. */
export class Subject {
  #normal: Normalised | undefined;

  /** `seen` is what `look` saw in the text. */
  constructor(readonly text: string, readonly seen: number) {}

  /** What it comes to when nothing is hidden; worked out once for all that look. */
  get normal(): Normalised {
    return this.#normal ??= normalise(this.text);
  }
}

/** Looks for the patterns of some families. */
export interface Matcher {
  /** The first rule that a text breaks; undefined when there is none, or the budget is used up. */
  find(subject: Subject, budget: Budget): Rule | undefined;
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

/** Rules with one expression for all of them, and one for those that hold far into a text. */
class RuleSet {
  readonly all: RegExp;
  readonly #far: RegExp | undefined;
  readonly #rules: readonly OneRule[];
  /** By the character that a match begins with. */
  readonly #byLead: readonly (readonly OneRule[])[];
  readonly #beyondAscii: readonly OneRule[];

  constructor(rules: readonly Rule[]) {
    this.all = combine(rules);
    const far = rules.filter(({ within }) => within === undefined);
    this.#far = far.length === rules.length
      ? this.all
      : far.length === 0
      ? undefined
      : combine(far);
    this.#rules = rules.map((rule) => ({
      rule,
      within: rule.within ?? Infinity,
      at: new RegExp(rule.source, "y" + flagsOf(rules)),
      lead: new RegExp(`[${rule.lead}]`, flagsOf(rules)),
    }));
    this.#byLead = Array.from({ length: 128 }, (_, code) => this.#withLead(code));
    this.#beyondAscii = this.#rules.filter(({ rule }) => /[^\0-\x7f]|\\u/.test(rule.lead));
  }

  get expressions(): readonly RegExp[] {
    return this.#far === undefined || this.#far === this.all ? [this.all] : [this.all, this.#far];
  }

  /** The first rule that counts. */
  find(text: string, decoded: boolean, budget: Budget): Rule | undefined {
    if (text.length <= NEAR_CHARS || this.#far === this.all) {
      return this.#findBy(this.all, text, text, 0, decoded, budget);
    }
    // No match is longer than what is looked through behind the places that count.
    const near = text.slice(0, NEAR_CHARS * 3);
    return this.#findBy(this.all, near, text, 0, decoded, budget) ??
      (this.#far && this.#findBy(this.#far, text, text, NEAR_CHARS, decoded, budget));
  }

  /** Finds places in `part`, the beginning of the text or all of it, and looks closer in the text. */
  #findBy(
    expression: RegExp,
    part: string,
    text: string,
    from: number,
    decoded: boolean,
    budget: Budget,
  ): Rule | undefined {
    const ahead = new Ahead();
    expression.lastIndex = from;
    for (let match = expression.exec(part); match !== null; match = expression.exec(part)) {
      const { index } = match;
      if (part !== text && index >= NEAR_CHARS) return undefined;
      if (--budget.looks < 0) return undefined;
      const rule = this.confirm({ text, index, decoded, ahead }, budget);
      if (rule !== undefined) return rule;
      // Between the halves of a pair, an expression for whole characters would begin before them.
      expression.lastIndex = index + (expression.unicode ? match[0].length : 1);
    }
    return undefined;
  }

  /** The rule that counts at a place. */
  confirm(place: Omit<Place, "match">, budget: Budget): Rule | undefined {
    const { text, index } = place;
    const code = text.charCodeAt(index);
    for (const { rule, at, within } of code < 128 ? this.#byLead[code]! : this.#beyondAscii) {
      if (index >= within) continue;
      at.lastIndex = index;
      const match = at.exec(text);
      if (match === null) continue;
      if (rule.confirm === undefined) return rule;
      budget.looks -= rule.cost ?? 0;
      if (budget.looks < 0) return undefined;
      if (rule.confirm({ ...place, match: match[0] })) return rule;
    }
    return undefined;
  }

  #withLead(code: number): readonly OneRule[] {
    return this.#rules.filter(({ lead }) => lead.test(String.fromCharCode(code)));
  }
}

interface OneRule {
  readonly rule: Rule;
  readonly within: number;
  readonly at: RegExp;
  readonly lead: RegExp;
}

/** Words that talk to a model: where they begin is found faster by the words themselves. */
class WordSet {
  readonly #rules: RuleSet;
  readonly #anyAt: RegExp;

  constructor(rules: readonly Rule[]) {
    this.#rules = new RuleSet(rules);
    this.#anyAt = new RegExp(this.#rules.all.source, "y" + flagsOf(rules));
  }

  get expressions(): readonly RegExp[] {
    return [this.#rules.all];
  }

  find(text: string, _decoded: boolean, budget: Budget): Rule | undefined {
    const ahead = new Ahead();
    for (let at = nextStart(text, 0); at >= 0; at = nextStart(text, at + 1)) {
      if (--budget.looks < 0) return undefined;
      this.#anyAt.lastIndex = at;
      if (!this.#anyAt.test(text)) continue;
      const rule = this.#rules.confirm({ text, index: at, decoded: false, ahead }, budget);
      if (rule !== undefined) return rule;
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
  const hidden = setOf(RuleSet, rules.filter(isHidden));
  const words = setOf(WordSet, rules.filter(isWords));
  const signs = setOf(RuleSet, rules.filter((rule) => !isHidden(rule) && !isWords(rule)));
  const sets = [signs, words].filter((set) => set !== undefined);
  return {
    inWords: words !== undefined,
    expressions: [...sets, hidden].flatMap((set) => set?.expressions ?? []),
    find(subject, budget) {
      const { text } = subject;
      if (subject.seen === LOOK.words) return words?.find(text, false, budget);
      for (const set of sets) {
        const rule = set.find(text, false, budget);
        if (rule !== undefined) return rule;
      }
      if (!mayHide(text)) return undefined;
      const unseen = hidden?.find(text, false, budget);
      if (unseen !== undefined || sets.length === 0) return unseen;
      const { text: normal, decoded } = subject.normal;
      if (normal === text) return undefined;
      for (const set of sets) {
        const rule = set.find(normal, decoded, budget);
        if (rule !== undefined) return rule;
      }
      return undefined;
    },
  };
}

function setOf<T>(Set: new (rules: readonly Rule[]) => T, rules: readonly Rule[]): T | undefined {
  return rules.length === 0 ? undefined : new Set(rules);
}
