/** Tools that tests of the SDK call. */
import * as z from "zod";
import { defineTool } from "../../mod.ts";

export const add = defineTool({
  name: "add",
  description: "Adds.",
  input: z.object({ a: z.number(), b: z.number().default(40) }),
  output: z.object({ sum: z.number() }),
  annotations: { readOnlyHint: true },
  handler: ({ a, b }) => ({ sum: a + b }),
});

export const broken = defineTool({
  name: "broken",
  description: "Fails by its own word.",
  handler: () => {
    throw new Error("boom");
  },
});

export const steps = defineTool({
  name: "steps",
  description: "Tells how far it is.",
  handler: async (_, ctx) => {
    ctx.progress(1, 2, "half");
    ctx.log.info("between");
    await undefined;
    ctx.progress(2, 2);
    return "walked";
  },
});

/** Ends when its caller leaves, or when it is told to; with `tells` it says that it has begun. */
export function waiting(tells = false) {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  const tool = defineTool({
    name: "wait",
    description: "Waits.",
    handler: (_, { signal, progress }) => {
      signal.addEventListener("abort", () => {
        aborted.resolve();
        ended.resolve("aborted");
      });
      started.resolve();
      if (tells) progress(1);
      return ended.promise;
    },
  });
  return { tool, started: started.promise, aborted: aborted.promise, end: ended.resolve };
}
