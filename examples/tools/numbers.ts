/** Two tools in one module: a plain one, and one with progress and structured content. */
import { defineTool } from "gomcp";
import { z } from "zod";

export const add = defineTool({
  name: "add",
  description: "Adds two numbers.",
  input: z.object({
    a: z.number().describe("The first number."),
    b: z.number().describe("The second number."),
  }),
  handler: ({ a, b }) => `${a + b}`,
});

export const countdown = defineTool({
  name: "countdown",
  description: "Counts down to zero, a step every 100 ms, and reports its progress.",
  input: z.object({ from: z.int().min(1).max(100).describe("Where it begins, from 1 to 100.") }),
  output: z.object({ counted: z.number() }),
  annotations: { readOnlyHint: true },
  timeout: "20s",
  async handler({ from }, ctx) {
    for (let left = from; left > 0 && !ctx.signal.aborted; left--) {
      ctx.progress(from - left, from, `${left} to go`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { counted: from };
  },
});
