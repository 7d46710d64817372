/** A tool of an upstream, as this server has it. */
import type { HostReply } from "../../authoring/hosted.ts";
import { isRecord } from "../../base/json.ts";
import type { Call } from "../../pipeline/call.ts";
import { SERVER_INFO_KEY } from "../../protocol/modern.ts";
import { encodeParamHeaders, type ParamHeader } from "../../protocol/param_headers.ts";
import { foreignTool } from "../../tools/foreign_tool.ts";
import type { Tool } from "../../tools/tool.ts";
import { nameHere, overrideOf } from "../../upstreams/naming.ts";
import type { Upstream } from "../../upstreams/upstream.ts";

type Values = Readonly<Record<string, unknown>>;

/** @throws {GomcpError} `invalid_request` when the definition is none of a tool's. */
export function upstreamTool(upstream: Upstream, definition: Values): Tool {
  const { settings } = upstream;
  const own = String(definition.name);
  const { title, description, arguments: defaults, timeoutMs } = overrideOf(settings.tools, own) ??
    {};
  const given = {
    ...definition,
    name: nameHere(settings, own),
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(defaults !== undefined &&
      { inputSchema: withDefaults(definition.inputSchema, shownOf(defaults, settings.secrets)) }),
  };
  let headers: readonly ParamHeader[] = [];
  const tool = foreignTool({
    definition: given,
    timeoutMs: timeoutMs ?? settings.callMs,
    hosted: async (call) => {
      const args = argumentsOf(call, defaults);
      const reply = await upstream.run(call, {
        method: "tools/call",
        params: { name: own, arguments: args },
        name: own,
        ...(headers.length > 0 && { headers: encodeParamHeaders(headers, args) }),
      });
      return reply.kind === "value" ? replyOf(reply.value, settings.name) : reply;
    },
  });
  headers = tool.paramHeaders;
  return tool;
}

function argumentsOf({ checkedArgs }: Call, defaults: Values | undefined): Values {
  const args = isRecord(checkedArgs) ? checkedArgs : {};
  return defaults === undefined ? args : { ...defaults, ...args };
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

/** Only what a result is made of: eras have members of their own around it. */
function replyOf(value: unknown, upstream: string): HostReply {
  const { content, structuredContent, isError, _meta } = isRecord(value) ? value : {};
  if (!Array.isArray(content)) {
    const detail = `Upstream "${upstream}" gave a result without "content"`;
    return { kind: "problem", problem: { code: "upstream_failed", detail } };
  }
  const { [SERVER_INFO_KEY]: _, ...meta } = isRecord(_meta) ? _meta : {};
  return {
    kind: "value",
    value: {
      content,
      ...(structuredContent !== undefined && { structuredContent }),
      ...(isError !== undefined && { isError }),
      ...(Object.keys(meta).length > 0 && { _meta: meta }),
    },
  };
}
