/** An upstream and what this server has of it. */
import type { Prompt } from "../../prompts/prompt.ts";
import type { Resource } from "../../resources/resource.ts";
import type { Tool } from "../../tools/tool.ts";
import type { UpstreamSettings } from "../../upstreams/settings.ts";

export interface UpstreamFeatures {
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  readonly prompts: readonly Prompt[];
  /** What cannot be served, and why. */
  readonly refused: readonly { readonly what: string; readonly why: string }[];
}

export interface ServedUpstream {
  readonly settings: UpstreamSettings;
  readonly has: UpstreamFeatures;
}
