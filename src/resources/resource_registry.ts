/** The resources of one generation: found by URI or template, listed in a stable order. */
import { GomcpError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { LIMITS } from "../base/limits.ts";
import { type Page, SortedList } from "../base/sorted_list.ts";
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

/** The resources of a server. */
export interface ResourceRegistry {
  /** How many there are, templates included. */
  readonly size: number;
  /** What reading a URI goes to; undefined when nothing has that address. */
  find(uri: string): Target | undefined;
  /** What completing a variable of a template goes to; undefined when there is no such template. */
  findCompletion(template: string, request: CompletionRequest): Target | undefined;
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
    find: (uri) => find(byUri, templates.items, uri, log),
    findCompletion(template, request) {
      const resource = byUri.get(template)?.resource;
      if (resource?.template === undefined) return undefined;
      return completionTarget(template, resource, request, log);
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
  log: Logger,
): Target | undefined {
  const exact = byUri.get(uri)?.resource;
  if (exact !== undefined && exact.template === undefined) {
    return readTarget(exact, { uri, variables: {} }, log);
  }
  if (uri.length > LIMITS.uriCharsMax) return undefined;
  for (const { resource } of templates) {
    const variables = resource.template!.match(uri);
    if (variables !== undefined) return readTarget(resource, { uri, variables }, log);
  }
  return undefined;
}
