/** A runtime with something of every kind, for property tests: what it serves, and the end of what waits. */
import { z } from "zod";
import type { HandlerContext } from "../../../src/authoring/context.ts";
import { FakeClock } from "../../../src/base/fake_clock.ts";
import { SILENT_LOG } from "../../../src/base/log.ts";
import { definePrompt } from "../../../src/prompts/define_prompt.ts";
import { defineResource } from "../../../src/resources/define_resource.ts";
import { createRuntime } from "../../../src/runtime/runtime.ts";
import { defineTool } from "../../../src/tools/define_tool.ts";

/** Serves what tests/support/fuzz/messages.ts asks for. */
export class FuzzRuntime {
  readonly clock = new FakeClock();
  /** Errors of gomcp's own, of which there must be none. */
  readonly faults: unknown[] = [];
  readonly #opened = Promise.withResolvers<string>();
  readonly runtime = createRuntime({
    clock: this.clock,
    log: { ...SILENT_LOG, error: (message, fields) => this.faults.push({ message, ...fields }) },
    tools: [...tools, this.#waiter()],
    resources,
    prompts,
  });

  /** Ends all that is open: the tool "wait", what asks a client that never answers, what listens. */
  async finish(): Promise<void> {
    this.#opened.resolve("done");
    await Promise.resolve();
    this.clock.advance(60 * 60_000);
    await this.runtime.shutdown();
  }

  /** Lets the tool "wait" end. */
  open(): void {
    this.#opened.resolve("done");
  }

  #waiter() {
    return defineTool({
      name: "wait",
      description: "Waits until the test says so.",
      input: { type: "object" },
      handler: () => this.#opened.promise,
    });
  }
}

const tools = [
  defineTool({
    name: "add",
    description: "Adds at once.",
    input: z.object({ a: z.number(), b: z.number() }),
    handler: ({ a, b }) => `${a + b}`,
  }),
  defineTool({
    name: "soon",
    description: "Reports and answers a little later.",
    input: { type: "object" },
    async handler(_: unknown, context: HandlerContext) {
      context.progress(1, 2, "half");
      context.log.info("half", { n: 1 });
      await Promise.resolve();
      context.notifyResourceUpdated("test://a");
      context.notifyListChanged("tools");
      return "soon";
    },
  }),
  defineTool({
    name: "ask",
    description: "Asks the user.",
    input: { type: "object" },
    async handler(_: unknown, context: HandlerContext) {
      const schema = z.object({ name: z.string() });
      const { action } = await context.elicit({ message: "Who?", schema });
      return action;
    },
  }),
  defineTool({
    name: "mirror",
    description: "Gives its arguments back.",
    input: { type: "object" },
    handler: (args: unknown) => ({
      content: [{ type: "text", text: "mirrored" }],
      structuredContent: args as Record<string, unknown>,
    }),
  }),
  defineTool({
    name: "fail",
    description: "Fails.",
    input: { type: "object" },
    handler: () => {
      throw new TypeError("fail");
    },
  }),
];

const resources = [
  defineResource({ uri: "test://a", name: "a", read: () => "text" }),
  defineResource({
    uri: "test://items/{id}",
    name: "item",
    complete: { id: (value) => ["1", "12"].filter((each) => each.startsWith(value)) },
    read: async ({ variables }) => (await Promise.resolve(variables)).id ?? "none",
  }),
];

const prompts = [
  definePrompt({
    name: "greet",
    description: "Greets.",
    arguments: z.object({ name: z.string() }),
    complete: { name: (value) => Promise.resolve([value, `${value}!`]) },
    handler: ({ name }) => `Hello ${name}`,
  }),
];
