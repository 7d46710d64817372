/** Making a prompt's messages, as the target of calls. */
import { describeThrown, isGomcpError } from "../base/errors.ts";
import { isRecord, kindOf } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import type { Target } from "../pipeline/call.ts";
import { CallContext } from "../authoring/context.ts";
import { answered, failed, type Outcome, refuse } from "../pipeline/outcome.ts";
import { runHosted } from "../authoring/hosted.ts";
import { runHandler } from "../authoring/run_handler.ts";
import { blockFault } from "../protocol/content.ts";
import type { Prompt } from "./prompt.ts";

export function promptTarget(prompt: Prompt, log: Logger): Target {
  const { name, hosted } = prompt;
  const onReturn = (returned: unknown) => toOutcome(prompt, returned);
  return {
    name,
    timeoutMs: prompt.timeoutMs,
    checkArguments: prompt.check,
    run: (call) =>
      hosted !== undefined ? runHosted(call, hosted, onReturn) : runHandler(call, log, {
        start: () => prompt.handler(call.checkedArgs, new CallContext(call, log)),
        onReturn,
        onThrow: (thrown) =>
          isGomcpError(thrown)
            ? failed(thrown.problem)
            : refuse("tool_error", `Prompt "${name}" failed: ${describeThrown(thrown)}`),
      }),
  };
}

function toOutcome(prompt: Prompt, returned: unknown): Outcome {
  try {
    const result = resultOf(prompt, returned);
    const fault = typeof result === "string" ? result : messagesFault(result.messages);
    if (fault !== undefined) return broken(prompt, fault);
    const members = JSON.stringify(result).slice(1, -1);
    if (members.length > LIMITS.resultBytesMax) return broken(prompt, `${members.length} bytes`);
    return answered(members);
  } catch (thrown) {
    return broken(prompt, `what cannot be sent as JSON: ${describeThrown(thrown)}`);
  }
}

/** MCP's result, or what is wrong with what the handler gave. */
function resultOf(
  { definition }: Prompt,
  returned: unknown,
): { readonly description?: unknown; readonly messages: readonly unknown[] } | string {
  const about = definition.description === undefined ? {} : { description: definition.description };
  if (typeof returned === "string") {
    return { ...about, messages: [{ role: "user", content: { type: "text", text: returned } }] };
  }
  if (Array.isArray(returned)) return { ...about, messages: returned };
  if (isRecord(returned) && Array.isArray(returned.messages)) {
    const { description, messages } = returned;
    if (description !== undefined && typeof description !== "string") {
      return `a description that is ${kindOf(description)}, expected string`;
    }
    return { ...(description === undefined ? about : { description }), messages };
  }
  return `${kindOf(returned)}, expected a text, messages, or an object with "messages"`;
}

function messagesFault(messages: readonly unknown[]): string | undefined {
  for (const [index, message] of messages.entries()) {
    if (!isRecord(message)) return `/messages/${index} is ${kindOf(message)}, expected object`;
    if (message.role !== "user" && message.role !== "assistant") {
      return `/messages/${index}/role is not "user" or "assistant"`;
    }
    const fault = blockFault(message.content, `/messages/${index}/content`);
    if (fault !== undefined) return `messages in which ${fault}`;
  }
  return undefined;
}

function broken({ name }: Prompt, what: string): Outcome {
  return refuse("tool_error", `Prompt "${name}" gave ${what}`);
}
