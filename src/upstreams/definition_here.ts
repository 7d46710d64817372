/** A tool of an upstream in the words of the operator. */
import { isRecord } from "../base/json.ts";
import { overrideOf } from "./naming.ts";
import type { UpstreamSettings } from "./settings.ts";

type Values = Readonly<Record<string, unknown>>;

/** The definition with what the operator says instead; its name stays the upstream's. */
export function definitionHere(
  { tools, secrets }: Pick<UpstreamSettings, "tools" | "secrets">,
  said: Values,
): Values {
  const { title, description, arguments: defaults } = overrideOf(tools, String(said.name)) ?? {};
  return {
    ...said,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(defaults !== undefined &&
      { inputSchema: withDefaults(said.inputSchema, shownOf(defaults, secrets)) }),
  };
}

/** Defaults as clients may see them: undefined for those with something confidential in them. */
function shownOf(defaults: Values, secrets: readonly string[]): Values {
  return Object.fromEntries(
    Object.entries(defaults).map(([key, value]) => {
      const text = JSON.stringify(value);
      const isSecret = secrets.some((each) => each !== "" && text.includes(inJson(each)));
      return [key, isSecret ? undefined : value];
    }),
  );
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** What has a default need not be said. */
function withDefaults(schema: unknown, defaults: Values): unknown {
  if (!isRecord(schema)) return schema;
  const { required, properties } = schema;
  const known = isRecord(properties) ? properties : {};
  const shown = Object.entries(known).map(([key, property]) => {
    const has = defaults[key] !== undefined && Object.hasOwn(defaults, key) && isRecord(property);
    return [key, has ? { ...property, default: defaults[key] } : property];
  });
  return {
    ...schema,
    ...(isRecord(properties) && { properties: Object.fromEntries(shown) }),
    ...(Array.isArray(required) && {
      required: required.filter((key) => !Object.hasOwn(defaults, String(key))),
    }),
  };
}
