/** What a server has of its own together with what its upstreams have. */
import { GomcpError } from "../../base/errors.ts";
import type { Features } from "../catalog.ts";
import type { GenerationFeatures } from "../generation.ts";
import type { ServedUpstream } from "./served_upstream.ts";

/**
 * Adds what upstreams have, of those for one tenant to what that tenant has.
 *
 * @throws {GomcpError} `invalid_request` naming the upstream whose name or address is taken already.
 */
export function mergeUpstreams(
  features: GenerationFeatures,
  upstreams: readonly ServedUpstream[],
): GenerationFeatures {
  const shared = mergeInto(features, upstreams.filter(({ settings }) => !settings.tenant));
  const tenantFeatures = new Map(features.tenantFeatures);
  for (const tenant of new Set(upstreams.flatMap(({ settings }) => settings.tenant ?? []))) {
    const own = upstreams.filter(({ settings }) => settings.tenant === tenant);
    tenantFeatures.set(tenant, mergeInto(tenantFeatures.get(tenant) ?? { tools: [] }, own));
  }
  return { ...features, ...shared, tenantFeatures };
}

function mergeInto(features: Features, upstreams: readonly ServedUpstream[]): Features {
  const { tools, resources = [], prompts = [] } = features;
  return {
    tools: join("tool", "name", tools, upstreams, ({ has }) => has.tools),
    resources: join("resource", "uri", resources, upstreams, ({ has }) => has.resources),
    prompts: join("prompt", "name", prompts, upstreams, ({ has }) => has.prompts),
  };
}

function join<K extends "name" | "uri", T extends Readonly<Record<K, string>>>(
  kind: string,
  key: K,
  own: readonly T[],
  upstreams: readonly ServedUpstream[],
  of: (upstream: ServedUpstream) => readonly T[],
): readonly T[] {
  const owners = new Map(own.map((each) => [each[key], "what the server has itself"]));
  const all = [...own];
  for (const upstream of upstreams) {
    const { name } = upstream.settings;
    for (const each of of(upstream)) {
      const owner = owners.get(each[key]);
      if (owner !== undefined) throw collision(name, kind, each[key], owner);
      owners.set(each[key], `upstream "${name}"`);
      all.push(each);
    }
  }
  return all;
}

function collision(upstream: string, kind: string, name: string, owner: string): GomcpError {
  // Addresses have no prefix: what they are belongs to what they lead to.
  const mend = kind === "resource"
    ? '"hide" it in one'
    : 'give it another "prefix" or name, or "hide" it';
  const text =
    `Cannot serve upstream "${upstream}": its ${kind} "${name}" is also one of ${owner}; ` +
    mend;
  return new GomcpError("invalid_request", text);
}
