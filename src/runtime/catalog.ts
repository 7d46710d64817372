/** All that a server has: tools, resources and prompts, found by what a call names. */
import type { Problem } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Finder } from "../pipeline/admission.ts";
import type { Call, Target } from "../pipeline/call.ts";
import type { ListName } from "../pipeline/events.ts";
import type { CompletionRequest } from "../authoring/completion.ts";
import { createPromptRegistry, type PromptRegistry } from "../prompts/prompt_registry.ts";
import type { Prompt } from "../prompts/prompt.ts";
import { clip } from "../protocol/jsonrpc.ts";
import { createResourceRegistry, type ResourceRegistry } from "../resources/resource_registry.ts";
import type { Resource } from "../resources/resource.ts";
import { createRegistry, type Registry } from "../tools/registry.ts";
import type { Tool } from "../tools/tool.ts";

/** What a server is given to serve. */
export interface Features {
  /** The tools; no two of one name. */
  readonly tools: readonly Tool[];
  /** The resources; no two of one address. */
  readonly resources?: readonly Resource[];
  /** The prompts; no two of one name. */
  readonly prompts?: readonly Prompt[];
}

/** What there is to be listed, and found by calls. */
export interface Catalog {
  /** The tools. */
  readonly tools: Registry;
  /** The resources and their templates. */
  readonly resources: ResourceRegistry;
  /** The prompts. */
  readonly prompts: PromptRegistry;
  /** What a call goes to. */
  readonly find: Finder;
  /** Whether there is such a list: tools always, the others where there are some. */
  readonly offers: (list: ListName) => boolean;
}

/** The arguments of a call of kind "completion". */
export interface CompletionArgs {
  /** What the argument is one of. */
  readonly of: "prompt" | "resource";
  readonly request: CompletionRequest;
}

/** @throws {GomcpError} `invalid_request` for two of one name or address, or too many. */
export function createCatalog(
  { tools, resources = [], prompts = [] }: Features,
  log: Logger,
): Catalog {
  return catalogOf({
    tools: createRegistry(tools, log),
    resources: createResourceRegistry(resources, log),
    prompts: createPromptRegistry(prompts, log),
  });
}

type CatalogParts = Pick<Catalog, "tools" | "resources" | "prompts">;

/** A catalog of these parts. */
export function catalogOf(parts: CatalogParts): Catalog {
  return {
    ...parts,
    find: (call) => find(parts, call),
    offers: (list) => list === "tools" || parts[list].size > 0,
  };
}

function find(catalog: CatalogParts, call: Call): Target | Problem {
  const { tool: name } = call;
  switch (call.kind) {
    case "tool":
      return catalog.tools.find(name) ?? unknownTool(name);
    case "resource":
      return catalog.resources.find(name) ?? missing("resource", name);
    case "prompt":
      return catalog.prompts.find(name) ?? missing("prompt", name);
    case "completion": {
      const { of, request } = call.args as CompletionArgs;
      const from = of === "prompt" ? catalog.prompts : catalog.resources;
      return from.findCompletion(name, request) ?? missing(of, name);
    }
  }
}

function unknownTool(name: string): Problem {
  return { code: "unknown_tool", detail: `Unknown tool: "${clip(name)}"` };
}

function missing(what: "prompt" | "resource", name: string): Problem {
  const detail = `Unknown ${what}: "${clip(name)}"`;
  return what === "resource"
    ? { code: "not_found", detail, uri: clip(name, 1_000) }
    : { code: "not_found", detail };
}
