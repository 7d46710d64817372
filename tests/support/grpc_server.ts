/** A gRPC server in the test's own process, with tools whose calls the test holds in its hands. */
import { z } from "zod";
import type { GrpcOptions, GrpcServer } from "../../src/adapters/grpc/options.ts";
import { serveGrpc } from "../../src/adapters/grpc/grpc.ts";
import { createRuntime, defineTool, type HandlerContext, type RuntimeOptions } from "../../mod.ts";
import type { Runtime } from "../../mod.ts";
import { GrpcClient } from "./grpc.ts";
import { within } from "./wait.ts";

/** A call of the tool `hold`, as its handler sees it. */
export interface Held {
  readonly ctx: HandlerContext;
  readonly key: string;
  /** Ends it. */
  readonly finish: (result: string) => void;
  /** Why its signal aborted, once it has. */
  readonly aborted: Promise<string>;
}

/** Holds calls until the test lets them go. */
export class Holder {
  readonly #waiting: Held[] = [];
  #wake = Promise.withResolvers<void>();

  readonly tool = defineTool({
    name: "hold",
    description: "Ends when the test says so, or its signal aborts.",
    input: z.object({ key: z.string().default("") }),
    handler: ({ key }, ctx) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const aborted = Promise.withResolvers<string>();
      ctx.signal.addEventListener("abort", () => {
        aborted.resolve(ctx.signal.reason.name);
        reject(ctx.signal.reason);
      });
      this.#waiting.push({ ctx, key, finish: resolve, aborted: aborted.promise });
      this.#wake.resolve();
      return promise;
    },
  });

  /** The next call that has begun. */
  async next(): Promise<Held> {
    while (this.#waiting.length === 0) {
      this.#wake = Promise.withResolvers();
      await within(this.#wake.promise, "a call of the tool hold");
    }
    return this.#waiting.shift()!;
  }
}

const TOOLS = [
  defineTool({
    name: "add",
    title: "Addition",
    description: "Adds two numbers.",
    input: z.object({ a: z.number(), b: z.number() }),
    handler: ({ a, b }) => `${a + b}`,
  }),
  defineTool({
    name: "mirror",
    description: "Gives its arguments back.",
    input: { type: "object" },
    handler: (args) => ({ content: [{ type: "text", text: "mirrored" }], structuredContent: args }),
  }),
  defineTool({
    name: "fails",
    description: "Fails by its own word.",
    handler: () => ({ content: [{ type: "text", text: "no" }], isError: true }),
  }),
  defineTool({
    name: "throws",
    description: "Throws.",
    handler: () => {
      throw new Error("inside");
    },
  }),
  defineTool({
    name: "big",
    description: "Gives a long text.",
    input: z.object({ bytes: z.int() }),
    handler: ({ bytes }) => "x".repeat(bytes),
  }),
  defineTool({
    name: "says",
    description: "Tells of itself while it works.",
    handler: (_, ctx) => {
      ctx.progress(1, 3, "one");
      ctx.log.info("hello", { n: 1 });
      ctx.log.debug("quiet");
      ctx.content({ type: "text", text: "first\u001b[31m" });
      ctx.progress(2);
      return "first and second";
    },
  }),
];

export interface World {
  readonly runtime: Runtime;
  readonly server: GrpcServer;
  readonly client: GrpcClient;
  readonly holder: Holder;
}

export interface WorldOptions {
  readonly runtime?: Partial<RuntimeOptions>;
  readonly grpc?: GrpcOptions;
}

/** Serves the tools, runs `action`, and stops everything. */
export async function withGrpc(
  { runtime: runtimeOptions, grpc: grpcOptions }: WorldOptions,
  action: (world: World) => Promise<void>,
): Promise<void> {
  const holder = new Holder();
  const runtime = createRuntime({ tools: [...TOOLS, holder.tool], ...runtimeOptions });
  const server = await serveGrpc(runtime, { port: 0, ...grpcOptions });
  const client = new GrpcClient(server.address);
  try {
    await action({ runtime, server, client, holder });
  } finally {
    client[Symbol.dispose]();
    await runtime.shutdown({ deadlineMs: 1 });
    await server.close({ deadlineMs: 1_000 });
  }
}
