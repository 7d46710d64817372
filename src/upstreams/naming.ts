/** What an upstream's tools, prompts and resources are called here, and which of them are served. */
import { nameFits } from "../base/name_glob.ts";
import type { ToolOverride, UpstreamSettings } from "./settings.ts";

type Naming = Pick<UpstreamSettings, "prefix" | "tools" | "allow" | "hide">;

/** Whether something of this name, or at this address, is served. */
export function isServed({ allow, hide, tools }: Naming, name: string): boolean {
  if (overrideOf(tools, name)?.hide === true) return false;
  return allow.some((glob) => nameFits(glob, name)) && !hide.some((glob) => nameFits(glob, name));
}

/** What a tool or prompt is called here: "prefix__name", or as the operator says. */
export function nameHere({ prefix, tools }: Naming, name: string): string {
  return overrideOf(tools, name)?.name ?? (prefix === "" ? name : `${prefix}__${name}`);
}

export function overrideOf(
  tools: Readonly<Record<string, ToolOverride>>,
  name: string,
): ToolOverride | undefined {
  return Object.hasOwn(tools, name) ? tools[name] : undefined;
}
