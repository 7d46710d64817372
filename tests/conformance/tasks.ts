/** The fixtures of the tasks extension that the conformance suite of MCP expects of a server. */
import { defineTool } from "gomcp";
import { z } from "zod";

const CONFIRM = z.object({ confirm: z.boolean() });
const NAME = z.object({ name: z.string() });

/** Gives up when it is told to. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

export const taskTools = [
  defineTool({
    name: "greet",
    description: "Greets, at once.",
    input: NAME,
    handler: ({ name }) => `Hello, ${name}!`,
  }),
  defineTool({
    name: "slow_compute",
    description: "Computes for some seconds.",
    input: z.object({ seconds: z.number(), label: z.string().optional() }),
    task: "optional",
    annotations: { idempotentHint: true },
    async handler({ seconds, label }, ctx) {
      await sleep(seconds * 1_000, ctx.signal);
      return `Computed ${label ?? ""} for ${seconds} s`;
    },
  }),
  defineTool({
    name: "failing_job",
    description: "Fails after a second.",
    task: "required",
    async handler(_, ctx) {
      await sleep(1_000, ctx.signal);
      throw new Error("The job has failed");
    },
  }),
  defineTool({
    name: "protocol_error_job",
    description: "Never ends, and is ended.",
    task: "optional",
    timeout: "200ms",
    handler: (_, ctx) => sleep(3_600_000, ctx.signal) as Promise<never>,
  }),
  defineTool({
    name: "confirm_delete",
    description: "Asks before it deletes.",
    input: z.object({ filename: z.string() }),
    task: "optional",
    async handler({ filename }, ctx) {
      const answer = await ctx.elicit({ message: `Delete ${filename}?`, schema: CONFIRM });
      return answer.content?.confirm === true ? `Deleted ${filename}` : `Kept ${filename}`;
    },
  }),
  defineTool({
    name: "multi_input",
    description: "Asks two things at once.",
    task: "optional",
    async handler(_, ctx) {
      const answers = await Promise.all([
        ctx.elicit({ key: "first", message: "The first name?", schema: NAME }),
        ctx.elicit({ key: "second", message: "The second name?", schema: NAME }),
      ]);
      return answers.map(({ content }) => content?.name).join(" and ");
    },
  }),
  defineTool({
    name: "test_tool_with_task",
    description: "Asks first, then works as a task.",
    task: "required",
    taskAfter: "100ms",
    async handler(_, ctx) {
      const { content } = await ctx.elicit({
        key: "user_name",
        message: "What is your name?",
        schema: NAME,
      });
      await sleep(500, ctx.signal);
      return `Worked for ${content?.name}`;
    },
  }),
];
