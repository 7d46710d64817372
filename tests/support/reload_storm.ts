/** 200 reloads under load, in a process of its own that can collect its garbage: prints what became of the calls. */
import { createRuntime, defineTool, type Tool } from "gomcp";

const RELOADS = 200;
const WARM_UP = 50;
const CALLERS = 32;
/** An answer that comes later than this is none: the call has its deadline by then. */
const LATE_MS = 5_000;

let executed = 0;

/** Each generation's tools say which one they are of; `more` is there in every other one. */
function toolsOf(generation: number): readonly Tool[] {
  const work = defineTool({
    name: "work",
    description: `Works for a moment, generation ${generation}.`,
    async handler() {
      executed++;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      return String(generation);
    },
  });
  const more = defineTool({ name: "more", description: "x", handler: () => "x".repeat(10_000) });
  return generation % 2 === 0 ? [work, more] : [work];
}

let generation = 1;
let retired = 0;
const features = () => ({ tools: toolsOf(generation), onRetired: () => void retired++ });
const runtime = createRuntime({ ...features(), maxWorkers: CALLERS, defaultTimeoutMs: LATE_MS });
let told = 0;
runtime.events.add({ onEvent: () => void told++, onClose: () => {} });

let calls = 0;
let wrong = 0;
let stop = false;
const callers = Array.from({ length: CALLERS }, async () => {
  while (!stop) {
    const begun = String(generation);
    calls++;
    const outcome = await runtime.callTool("work", {});
    const [block] = outcome.kind === "result" ? outcome.result.content : [];
    if (block?.type !== "text" || block.text !== begun) wrong++;
  }
});

async function reloads(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    generation++;
    runtime.reload(features());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function heap(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Deno.memoryUsage().heapUsed;
}

await reloads(WARM_UP);
const before = await heap();
told = 0;
await reloads(RELOADS);
const after = await heap();
stop = true;
await Promise.all(callers);
const { retiring } = runtime.generations();
const { running } = runtime.stats();
await runtime.shutdown();
console.log(
  JSON.stringify({
    reloads: RELOADS,
    told,
    calls,
    executed,
    wrong,
    retired,
    generation,
    retiring: retiring.length,
    running,
    heapRatio: after / before,
  }),
);
