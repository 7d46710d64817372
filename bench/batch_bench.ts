/** A batch beside the same calls one by one. */
import { createBatch } from "../src/batching/create_batch.ts";
import { benchRuntime, consume, MESSAGE } from "./support.ts";

const CALLS = 50;

const runtime = benchRuntime();
const args = Array.from({ length: CALLS }, (_, at) => ({ msg: `${MESSAGE} ${at}` }));

function build() {
  const builder = createBatch();
  for (const [at, each] of args.entries()) builder.add(at, "echo", each);
  return builder.parallel(true).build();
}

const batch = build();

Deno.bench(`${CALLS} calls, one by one`, { group: "batch", baseline: true }, () => {
  for (const each of args) consume(runtime.callTool("echo", each));
});

Deno.bench(`a batch of ${CALLS}`, { group: "batch" }, async () => {
  consume(await runtime.processBatch(batch));
});

Deno.bench(`building a batch of ${CALLS}`, { group: "batch" }, () => {
  consume(build());
});
