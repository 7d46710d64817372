/** The resources of one generation: found by URI or template, listed in a stable order. */
import { GomcpError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { LIMITS } from "../base/limits.ts";
import { type Page, SortedList } from "../base/sorted_list.ts";
import type { VisibleNames } from "../pipeline/access.ts";
import type { Target } from "../pipeline/call.ts";
import { type CompletionRequest, completionTarget } from "../authoring/completion.ts";
import type { Resource } from "./resource.ts";
import { readTarget } from "./resource_target.ts";

/** The definition of a resource or template, rendered once. */
export interface ResourceEntry {
  /** The resource as it was defined. */
  readonly resource: Resource;
  /** What the lists show of it. */
  readonly json: string;
}

/** Which resources may be seen. */
export type AllowsResource = VisibleNames["allowsResource"];

/** The resources of a server. */
export interface ResourceRegistry {
  /** How many there are, templates included. */
  readonly size: number;
  /** What reading a URI goes to; undefined when nothing that may be seen has that address. */
  find(uri: string, allows?: AllowsResource): Target | undefined;
  /**
   * What completing a variable of a template goes to; undefined when there is no such template. Of
   * its proposals those are left out that make addresses that may not be seen.
   */
  findCompletion(
    template: string,
    request: CompletionRequest,
    allows?: AllowsResource,
  ): Target | undefined;
  /** The static resources, in the order of their addresses. */
  statics(): readonly ResourceEntry[];
  /** The templates, in the order of their addresses. */
  templates(): readonly ResourceEntry[];
  /** A page of the static resources; undefined for a cursor that this list never gave. */
  page(cursor?: string): Page<ResourceEntry> | undefined;
  /** A page of the templates; undefined for a cursor that this list never gave. */
  templatePage(cursor?: string): Page<ResourceEntry> | undefined;
}

/** @throws {GomcpError} `invalid_request` for an address that two resources have, or too many. */
export function createResourceRegistry(
  resources: readonly Resource[],
  log: Logger,
): ResourceRegistry {
  if (resources.length > LIMITS.resourcesMax) {
    const text =
      `Cannot serve ${resources.length} resources, expected at most ${LIMITS.resourcesMax}`;
    throw new GomcpError("invalid_request", text);
  }
  const byUri = new Map<string, ResourceEntry>();
  for (const resource of resources) {
    if (byUri.has(resource.uri)) {
      throw new GomcpError("invalid_request", `Cannot serve two resources at "${resource.uri}"`);
    }
    byUri.set(resource.uri, { resource, json: JSON.stringify(resource.definition) });
  }
  const all = [...byUri.values()];
  const isTemplate = ({ resource }: ResourceEntry) => resource.template !== undefined;
  const keyOf = ({ resource }: ResourceEntry) => resource.uri;
  const statics = new SortedList("resources", all.filter((each) => !isTemplate(each)), keyOf);
  const templates = new SortedList("templates", all.filter(isTemplate), keyOf);
  return {
    size: byUri.size,
    find: (uri, allows = everything) => find(byUri, templates.items, uri, allows, log),
    findCompletion(own, request, allows) {
      const resource = byUri.get(own)?.resource;
      const template = resource?.template;
      if (template === undefined || allows?.(own) === false) return undefined;
      const { argument, known } = request;
      const mayShow = allows &&
        ((value: string) => allows(own, [template.canonical({ ...known, [argument]: value })]));
      return completionTarget(own, resource!, request, log, mayShow);
    },
    statics: () => statics.items,
    templates: () => templates.items,
    page: (cursor) => statics.page(cursor, LIMITS.toolsPageMax),
    templatePage: (cursor) => templates.page(cursor, LIMITS.toolsPageMax),
  };
}

function find(
  byUri: ReadonlyMap<string, ResourceEntry>,
  templates: readonly ResourceEntry[],
  uri: string,
  allows: AllowsResource,
  log: Logger,
): Target | undefined {
  const exact = byUri.get(uri)?.resource;
  if (exact !== undefined && exact.template === undefined && allows(uri)) {
    return readTarget(exact, { uri, variables: {} }, log);
  }
  if (uri.length > LIMITS.uriCharsMax) return undefined;
  for (const { resource } of templates) {
    const template = resource.template!;
    const variables = template.match(uri);
    if (variables === undefined) continue;
    if (!allows(resource.uri, [template.canonical(variables), uri])) continue;
    return readTarget(resource, { uri, variables }, log);
  }
  return undefined;
}

function everything(): boolean {
  return true;
}
