/** What an upstream has, as things that this server has. */
import { describeThrown, GomcpError } from "../../base/errors.ts";
import { isRecord } from "../../base/json.ts";
import type { CompletionRequest } from "../../authoring/completion.ts";
import type { Hosted } from "../../authoring/hosted.ts";
import type { Call } from "../../pipeline/call.ts";
import { hostedPrompt } from "../../prompts/hosted_prompt.ts";
import type { Prompt } from "../../prompts/prompt.ts";
import { defineResource } from "../../resources/define_resource.ts";
import type { Resource, ResourceOptions } from "../../resources/resource.ts";
import { isServed, nameHere, overrideOf } from "../../upstreams/naming.ts";
import type { UpstreamLists } from "../../upstreams/read_lists.ts";
import type { Upstream } from "../../upstreams/upstream.ts";
import type { CompletionArgs } from "../catalog.ts";
import { named, type NamedTool } from "./named_tools.ts";
import type { UpstreamFeatures } from "./served_upstream.ts";
import { upstreamTool } from "./upstream_tool.ts";

type Values = Readonly<Record<string, unknown>>;

/** Makes everything of what an upstream says of itself; what is wrong is left out. */
export function upstreamFeatures(
  upstream: Upstream,
  lists: UpstreamLists,
  pins: (tool: NamedTool) => string | undefined = () => undefined,
): UpstreamFeatures {
  const refused: { what: string; why: string }[] = [];
  const { settings } = upstream;
  const each = <T>(items: readonly Values[], key: string, make: (item: Values) => T): T[] => {
    const made = new Map<string, T>();
    for (const item of items) {
      const name = item[key];
      if (typeof name === "string" && !isServed(settings, name)) continue;
      try {
        // Of two of one name the first is the one that other clients take, too.
        if (made.has(String(name))) throw new Error("there are two of this name");
        made.set(String(name), make(item));
      } catch (thrown) {
        refused.push({ what: `${key} ${JSON.stringify(name)}`, why: describeThrown(thrown) });
      }
    }
    return [...made.values()];
  };
  return {
    tools: each(lists.tools, "name", (item) => {
      const tool = upstreamTool(upstream, item);
      const fault = pins(named(settings, tool));
      if (fault !== undefined) throw new GomcpError("forbidden", fault);
      return tool;
    }),
    resources: [
      ...each(lists.resources, "uri", (item) => resourceOf(upstream, item, item.uri)),
      ...each(
        lists.templates,
        "uriTemplate",
        (item) => resourceOf(upstream, item, item.uriTemplate),
      ),
    ],
    prompts: each(lists.prompts, "name", (item) => promptOf(upstream, item)),
    refused,
  };
}

function resourceOf(upstream: Upstream, item: Values, uri: unknown): Resource {
  const { name, title, description, mimeType, size, annotations, icons } = item;
  const isTemplate = item.uriTemplate !== undefined;
  const said = { uri, name, title, description, mimeType, annotations, icons };
  const options = {
    ...said,
    ...(!isTemplate && { size }),
    complete: isTemplate ? completersOf(String(uri)) : {},
    read: nowhere,
  };
  const present = Object.entries(options).filter(([, value]) => value !== undefined);
  const resource = defineResource(Object.fromEntries(present) as unknown as ResourceOptions);
  const hosted: Hosted = (call) =>
    call.kind === "completion"
      ? complete(upstream, call, { type: "ref/resource", uri })
      : upstream.run(call, {
        method: "resources/read",
        params: { uri: call.tool },
        name: call.tool,
      });
  return Object.freeze({ ...resource, timeoutMs: upstream.settings.callMs, hosted });
}

function promptOf(upstream: Upstream, item: Values): Prompt {
  const { settings } = upstream;
  const own = String(item.name);
  const override = overrideOf(settings.tools, own);
  const listed = Array.isArray(item.arguments) ? item.arguments.filter(isRecord) : undefined;
  const { title = item.title, description = item.description } = override ?? {};
  const said = { name: nameHere(settings, own), title, description, icons: item.icons };
  const definition = Object.fromEntries([
    ...Object.entries(said).filter(([, value]) => value !== undefined),
    ...(listed === undefined
      ? []
      : [["arguments", listed.map((each) => ({ required: false, ...each }))]]),
  ]);
  return hostedPrompt({
    definition,
    timeoutMs: settings.callMs,
    complete: Object.fromEntries((listed ?? []).map(({ name }) => [String(name), nowhere])),
    hosted: (call) =>
      call.kind === "completion"
        ? complete(upstream, call, { type: "ref/prompt", name: own })
        : upstream.run(call, {
          method: "prompts/get",
          params: { name: own, arguments: call.checkedArgs ?? {} },
          name: own,
        }),
  });
}

function complete(upstream: Upstream, call: Call, ref: Values): ReturnType<Hosted> {
  const { argument, value, known } = (call.args as CompletionArgs).request as CompletionRequest;
  return upstream.run(call, {
    method: "completion/complete",
    params: {
      ref,
      argument: { name: argument, value },
      ...(Object.keys(known).length > 0 && { context: { arguments: known } }),
    },
  });
}

/** The variables of a template, whatever there is to propose for them. */
function completersOf(template: string): Record<string, typeof nowhere> {
  const names = [...template.matchAll(/\{[+#./;?&]?([^}]*)\}/g)].flatMap(([, inner]) =>
    inner!.split(",").map((each) => each.replace(/[*]$|:\d+$/, ""))
  );
  return Object.fromEntries(names.map((name) => [name, nowhere]));
}

function nowhere(): never {
  throw new Error("what an upstream has does not run here");
}
