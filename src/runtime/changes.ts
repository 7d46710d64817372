/** What differs between two generations: for whoever reloads, and for clients that listen. */
import { LIST_NAMES, type ListName, type ServerEvent } from "../pipeline/events.ts";
import type { Catalog } from "./catalog.ts";
import type { Policies } from "./generation.ts";

/** Names, sorted; those of what tenants have for themselves as "tenant/name". */
export interface Changes {
  /** What was not there before. */
  readonly added: readonly string[];
  /** What is gone. */
  readonly removed: readonly string[];
  /** What is shown, or made, in another way. */
  readonly changed: readonly string[];
}

/** What a reload changes, of each kind. */
export type CatalogChanges = Readonly<Record<ListName, Changes>>;

/** What calls go by. */
export type PolicyName = "validation" | "audit";

/** The catalog for all, and those of tenants. */
export interface Catalogs {
  readonly catalog: Catalog;
  readonly own: ReadonlyMap<string, Catalog>;
}

/** One thing of a list: equal items are the same thing, equal texts look the same to clients. */
interface Listed {
  readonly item: unknown;
  readonly text: string;
}

/** What becomes of each list. */
export function changesBetween(before: Catalogs, after: Catalogs): CatalogChanges {
  const of = (list: ListName): Changes => {
    const parts = [compare(listed(before.catalog, list), listed(after.catalog, list), "")];
    for (const id of new Set([...before.own.keys(), ...after.own.keys()])) {
      const [old, next] = [before.own.get(id), after.own.get(id)];
      parts.push(compare(listed(old, list), listed(next, list), `${id}/`));
    }
    const all = (kind: keyof Changes) => parts.flatMap((part) => part[kind]).sort();
    return { added: all("added"), removed: all("removed"), changed: all("changed") };
  };
  return { tools: of("tools"), resources: of("resources"), prompts: of("prompts") };
}

export function isNothing(changes: CatalogChanges): boolean {
  return LIST_NAMES.every((list) => {
    const { added, removed, changed } = changes[list];
    return added.length + removed.length + changed.length === 0;
  });
}

/** Which of the policies are others than before. */
export function changedPolicies(before: Policies, after: Policies): readonly PolicyName[] {
  const names: PolicyName[] = [];
  if (before.validator !== after.validator) names.push("validation");
  if (before.auditPolicy !== after.auditPolicy) names.push("audit");
  return names;
}

/** What clients are to be told: each list that looks different to somebody, once. */
export function eventsBetween(before: Catalogs, after: Catalogs): readonly ServerEvent[] {
  return LIST_NAMES.flatMap((list): ServerEvent[] => {
    const names = differing(listed(before.catalog, list), listed(after.catalog, list));
    const ownNames = new Map<string, readonly string[]>();
    for (const id of new Set([...before.own.keys(), ...after.own.keys()])) {
      const own = differing(listed(before.own.get(id), list), listed(after.own.get(id), list));
      if (own.length > 0) ownNames.set(id, own);
    }
    if (names.length + ownNames.size === 0) return [];
    return [{ kind: "list_changed", list, names, ownNames }];
  });
}

function listed(catalog: Catalog | undefined, list: ListName): ReadonlyMap<string, Listed> {
  if (catalog === undefined) return new Map();
  switch (list) {
    case "tools":
      return new Map(
        catalog.tools.all().map(({ tool, json }) => [tool.name, { item: tool, text: json.modern }]),
      );
    case "prompts":
      return new Map(
        catalog.prompts.all().map(({ prompt, json }) => [
          prompt.name,
          { item: prompt, text: json },
        ]),
      );
    case "resources":
      return new Map(
        [...catalog.resources.statics(), ...catalog.resources.templates()].map((
          { resource, json },
        ) => [resource.uri, { item: resource, text: json }]),
      );
  }
}

type Listing = ReadonlyMap<string, Listed>;

function compare(before: Listing, after: Listing, prefix: string): Changes {
  const named = (names: Iterable<string>, which: (name: string) => boolean) =>
    [...names].filter(which).map((name) => prefix + name);
  return {
    added: named(after.keys(), (name) => !before.has(name)),
    removed: named(before.keys(), (name) => !after.has(name)),
    changed: named(after.keys(), (name) => {
      const old = before.get(name);
      return old !== undefined && old.item !== after.get(name)!.item;
    }),
  };
}

/** The names under which clients see something else than before. */
function differing(before: Listing, after: Listing): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name)?.text !== after.get(name)?.text);
}
