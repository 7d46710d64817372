/** How well attacks are found, and how often what is none is taken for one. */
import { createValidator, type Validator } from "../../src/security/validator.ts";
import { FAMILIES, type Family } from "../../src/security/families.ts";
import type { ArgumentPurpose } from "../../src/pipeline/purpose.ts";
import type { Attack, Benign } from "./load.ts";

/** So many of so many. */
export interface Rate {
  readonly hits: number;
  readonly of: number;
}

/** A text and what was found in it. */
export interface Judged<T> {
  readonly item: T;
  readonly family: Family | undefined;
  readonly rule: string | undefined;
  /** Whether the call would be refused at defaults. */
  readonly blocked: boolean;
}

export function percent({ hits, of }: Rate): string {
  return of === 0 ? "-" : `${(100 * hits / of).toFixed(2)} %`;
}

const defaults = createValidator({});

/** Each text as the one argument of a tool that says what it is for. */
export function judge<T extends { readonly text: string }>(
  items: readonly T[],
  purposeOf: (item: T) => ArgumentPurpose,
  validator: Validator = defaults,
): Judged<T>[] {
  return items.map((item) => {
    const purpose = purposeOf(item);
    const { ok, findings } = validator.validate({ value: item.text }, {
      tool: `takes_${purpose}`,
      purposes: { value: purpose },
    });
    return { item, family: findings[0]?.family, rule: findings[0]?.rule, blocked: !ok };
  });
}

/** Of each family's attacks, how many are found: by whatever rule, as a path where they are paths. */
export function detection(attacks: readonly Attack[]): Map<Family, Rate> {
  const judged = judge(attacks, () => "text");
  return new Map(FAMILIES.map((family) => {
    const own = judged.filter(({ item }) => item.family === family);
    return [family, {
      hits: own.filter((each) => each.family !== undefined).length,
      of: own.length,
    }];
  }));
}

/** How many benign texts are refused, by what they are refused for. */
export function falseAlarms(judged: readonly Judged<Benign>[]): Map<Family, Rate> {
  return new Map(FAMILIES.map((family) => [family, {
    hits: judged.filter((each) => each.blocked && each.family === family).length,
    of: judged.length,
  }]));
}

export function blockedOf<T>(judged: readonly Judged<T>[]): Rate {
  return { hits: judged.filter(({ blocked }) => blocked).length, of: judged.length };
}

/** Rates of several groups as one. */
export function total(rates: Iterable<Rate>): Rate {
  let hits = 0;
  let of = 0;
  for (const rate of rates) {
    hits += rate.hits;
    of += rate.of;
  }
  return { hits, of };
}
