/** What each caller sees of the tools, resources and prompts: the shared ones by its rule, and its tenant's own. */
import { LIMITS } from "../base/limits.ts";
import { SortedList } from "../base/sorted_list.ts";
import type { Access, VisibleNames } from "../pipeline/access.ts";
import { DEFAULT_TENANT } from "../pipeline/call.ts";
import type { PromptRegistry } from "../prompts/prompt_registry.ts";
import type { ResourceEntry, ResourceRegistry } from "../resources/resource_registry.ts";
import type { Registry } from "../tools/registry.ts";
import { type Catalog, catalogOf } from "./catalog.ts";

/** The view that an access had last: to look it up by anything else costs a call more. */
interface Memo {
  readonly home: Views;
  readonly names: VisibleNames;
  readonly view: Catalog;
}

/** Catalogs as callers see them; for all that see the same there is one. */
export class Views {
  readonly #shared: Catalog;
  readonly #own: ReadonlyMap<string, Catalog>;
  /** By tenant and rule, the one used last at the end. */
  readonly #byText = new Map<string, Catalog>();

  /** `own` are the catalogs that tenants have for themselves. */
  constructor(shared: Catalog, own: ReadonlyMap<string, Catalog> = new Map()) {
    this.#shared = shared;
    this.#own = own;
  }

  of(access: Access | undefined): Catalog {
    if (access === undefined) return this.#shared;
    const { memo } = access;
    // A rule that was changed is another one.
    if (memo?.home === this && (memo as Memo).names === access.names) return (memo as Memo).view;
    const view = this.#find(access);
    const made: Memo = { home: this, names: access.names, view };
    access.memo = made;
    return view;
  }

  #find({ tenant, names }: Access): Catalog {
    const own = this.#own.get(tenant);
    if (tenant === DEFAULT_TENANT && own === undefined && names.text === "") return this.#shared;
    const key = `${tenant}\n${names.text}`;
    const view = this.#byText.get(key) ?? createView(this.#shared, own, tenant, names);
    this.#byText.delete(key);
    this.#byText.set(key, view);
    for (const [oldest] of this.#byText) {
      if (this.#byText.size <= LIMITS.tenantViewsMax) break;
      this.#byText.delete(oldest);
    }
    return view;
  }
}

type Allows = VisibleNames["allows"];

/** What is not allowed answers as what does not exist. A tenant's own goes before the shared. */
function createView(
  shared: Catalog,
  own: Catalog | undefined,
  tenant: string,
  { allows, allowsResource }: VisibleNames,
): Catalog {
  const parts = own === undefined ? [shared] : [own, shared];
  return catalogOf({
    tools: viewTools(parts.map(({ tools }) => tools), tenant, allows),
    resources: viewResources(parts.map(({ resources }) => resources), tenant, allowsResource),
    prompts: viewPrompts(parts.map(({ prompts }) => prompts), tenant, allows),
  });
}

function viewTools(parts: readonly Registry[], tenant: string, allows: Allows): Registry {
  const list = lazyList(`${tenant}/tools`, parts.map((each) => each.all()), allows, (entry) => {
    return entry.tool.name;
  });
  return {
    get size() {
      return list().items.length;
    },
    find: lookUp(parts, allows, (each, name) => each.find(name)),
    entry: lookUp(parts, allows, (each, name) => each.entry(name)),
    all: () => list().items,
    page: (cursor, max = LIMITS.toolsPageMax) => list().page(cursor, max),
  };
}

function viewResources(
  parts: readonly ResourceRegistry[],
  tenant: string,
  allows: VisibleNames["allowsResource"],
): ResourceRegistry {
  const uriOf = ({ resource }: ResourceEntry) => resource.uri;
  const statics = parts.map((each) => each.statics());
  const templates = parts.map((each) => each.templates());
  const staticList = lazyList(`${tenant}/resources`, statics, allows, uriOf);
  const templateList = lazyList(`${tenant}/templates`, templates, allows, uriOf);
  return {
    get size() {
      return staticList().items.length + templateList().items.length;
    },
    find: (uri) => first(parts, (each) => each.find(uri, allows)),
    findCompletion: (template, request) =>
      first(parts, (each) => each.findCompletion(template, request, allows)),
    statics: () => staticList().items,
    templates: () => templateList().items,
    page: (cursor) => staticList().page(cursor, LIMITS.toolsPageMax),
    templatePage: (cursor) => templateList().page(cursor, LIMITS.toolsPageMax),
  };
}

function viewPrompts(
  parts: readonly PromptRegistry[],
  tenant: string,
  allows: Allows,
): PromptRegistry {
  const all = parts.map((each) => each.all());
  const list = lazyList(`${tenant}/prompts`, all, allows, ({ prompt }) => prompt.name);
  return {
    get size() {
      return list().items.length;
    },
    find: lookUp(parts, allows, (each, name) => each.find(name)),
    findCompletion: (name, request) =>
      allows(name) ? first(parts, (each) => each.findCompletion(name, request)) : undefined,
    all: () => list().items,
    page: (cursor) => list().page(cursor, LIMITS.toolsPageMax),
  };
}

/** Made when somebody lists: calls need no list. Its name marks the cursors as the tenant's. */
function lazyList<T>(
  name: string,
  parts: readonly (readonly T[])[],
  allows: Allows,
  keyOf: (item: T) => string,
): () => SortedList<T> {
  let list: SortedList<T> | undefined;
  return () => {
    if (list !== undefined) return list;
    const byKey = new Map<string, T>();
    for (const item of parts.toReversed().flat()) {
      if (allows(keyOf(item))) byKey.set(keyOf(item), item);
    }
    return list = new SortedList(name, [...byKey.values()], keyOf);
  };
}

/** What is allowed, from the first part that has it; most tenants have but one, and no list to go through. */
function lookUp<P, T>(
  parts: readonly P[],
  allows: Allows,
  find: (part: P, name: string) => T | undefined,
): (name: string) => T | undefined {
  const [only] = parts;
  if (parts.length === 1) return (name) => allows(name) ? find(only!, name) : undefined;
  return (name) => allows(name) ? first(parts, (each) => find(each, name)) : undefined;
}

function first<P, T>(parts: readonly P[], find: (part: P) => T | undefined): T | undefined {
  for (const part of parts) {
    const found = find(part);
    if (found !== undefined) return found;
  }
  return undefined;
}
