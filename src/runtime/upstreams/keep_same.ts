/** What an upstream has now, in the objects that it had before where they are the same. */
import type { UpstreamFeatures } from "./served_upstream.ts";

/** What looks the same is the same: a reload then finds it unchanged. */
export function keepSame(before: UpstreamFeatures, after: UpstreamFeatures): UpstreamFeatures {
  const keep = <T extends { readonly definition: unknown }>(
    old: readonly T[],
    now: readonly T[],
  ) => {
    const known = new Map(old.map((each) => [JSON.stringify(each.definition), each]));
    return now.map((each) => known.get(JSON.stringify(each.definition)) ?? each);
  };
  return {
    tools: keep(before.tools, after.tools),
    resources: keep(before.resources, after.resources),
    prompts: keep(before.prompts, after.prompts),
    refused: after.refused,
  };
}
