/** Tools, resources and prompts of a hosted module, made of what its host says of them. */
import { GomcpError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import type { Hosted } from "../authoring/hosted.ts";
import { hostedPrompt } from "../prompts/hosted_prompt.ts";
import type { Prompt } from "../prompts/prompt.ts";
import { defineResource } from "../resources/define_resource.ts";
import type { Resource, ResourceOptions } from "../resources/resource.ts";
import { checkPermissions, defineTool } from "../tools/define_tool.ts";
import type { Tool, ToolOptions, ToolPermissions } from "../tools/tool.ts";

type Values = Readonly<Record<string, unknown>>;

/** Runs what a host has; made for each thing, by what is known of it. */
export type RunnerOf = (
  about: { readonly timeoutMs: number | undefined; readonly mayRepeat: boolean },
) => Hosted;

/** What a host has. Everything is checked as if an author had written it here. */
export interface HostedItems {
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  readonly prompts: readonly Prompt[];
}

/** @throws {GomcpError} `invalid_request` for the first thing that cannot be served. */
export function hostedItems(about: Values, runnerOf: RunnerOf): HostedItems {
  return {
    tools: listOf(about.tools).map((each) => toolOf(each, runnerOf)),
    resources: listOf(about.resources).map((each) => resourceOf(each, runnerOf)),
    prompts: listOf(about.prompts).map((each) => promptOf(each, runnerOf)),
  };
}

/**
 * What the tools of a module declare that they need; nothing else of them is looked at.
 *
 * @throws {GomcpError} `invalid_request` for what is no declaration.
 */
export function declaredPermissions(about: Values): readonly ToolPermissions[] {
  return listOf(about.tools).map(({ permissions }) => {
    checkPermissions(permissions);
    return permissions ?? {};
  });
}

function toolOf(about: Values, runnerOf: RunnerOf): Tool {
  const { inputSchema, outputSchema, ...definition } = recordOf(about.definition);
  const options = withoutUndefined({
    ...definition,
    input: inputSchema,
    output: outputSchema,
    purposes: about.purposes,
    permissions: about.permissions,
    task: about.task,
    taskAfter: about.taskAfterMs === undefined ? undefined : `${about.taskAfterMs}ms`,
    isolation: about.isolation,
    handler: nowhere,
  });
  const tool = defineTool(options as unknown as ToolOptions);
  const timeoutMs = timeoutOf(about);
  const { mayRepeat } = tool.task;
  return Object.freeze({ ...tool, timeoutMs, hosted: runnerOf({ timeoutMs, mayRepeat }) });
}

/** Reading changes nothing, so it may be tried again. */
function resourceOf(about: Values, runnerOf: RunnerOf): Resource {
  const { uri: _, uriTemplate: _template, ...definition } = recordOf(about.definition);
  const options = withoutUndefined({
    ...definition,
    uri: about.uri,
    complete: completersOf(about),
    read: nowhere,
  });
  const resource = defineResource(options as unknown as ResourceOptions);
  const timeoutMs = timeoutOf(about);
  return Object.freeze({
    ...resource,
    timeoutMs,
    hosted: runnerOf({ timeoutMs, mayRepeat: true }),
  });
}

function promptOf(about: Values, runnerOf: RunnerOf): Prompt {
  const timeoutMs = timeoutOf(about);
  return hostedPrompt({
    definition: recordOf(about.definition),
    timeoutMs,
    complete: completersOf(about),
    hosted: runnerOf({ timeoutMs, mayRepeat: true }),
  });
}

/** That there is one is all that is to be known here: it runs in the host. */
function completersOf({ completes }: Values): Record<string, typeof nowhere> {
  if (!Array.isArray(completes) || !completes.every((name) => typeof name === "string")) {
    throw wrong("names of what is completed");
  }
  return Object.fromEntries(completes.map((name) => [name, nowhere]));
}

function timeoutOf({ timeoutMs }: Values): number | undefined {
  if (timeoutMs === undefined) return undefined;
  const isUsable = typeof timeoutMs === "number" && timeoutMs > 0 &&
    timeoutMs <= LIMITS.timeoutMsMax;
  if (!isUsable) throw wrong("a time");
  return timeoutMs;
}

function listOf(value: unknown): readonly Values[] {
  if (Array.isArray(value) && value.every(isRecord)) return value;
  throw wrong("a list");
}

function recordOf(value: unknown): Values {
  if (isRecord(value)) return value;
  throw wrong("an object");
}

function withoutUndefined(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function wrong(expected: string): GomcpError {
  return new GomcpError("invalid_request", `its host says of it what is not ${expected}`);
}

function nowhere(): never {
  throw new GomcpError("internal", "what a host has does not run here");
}
