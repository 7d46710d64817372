/** tools/list with few and many tools: the cost of a page must not grow with their number. */
import { receive } from "../src/adapters/mcp/endpoint.ts";
import { Peer } from "../src/adapters/mcp/peer.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { defineTool } from "../src/tools/define_tool.ts";
import { benchRuntime, consume } from "./support.ts";

const peer = new Peer("stdio", {});
const exchange = { notify: () => {}, request: () => true };

function runtimeWith(count: number): Runtime {
  const tools = Array.from({ length: count }, (_, i) =>
    defineTool({
      name: `tool_${String(i).padStart(6, "0")}`,
      description: "One of many tools, with a description as long as they usually are.",
      input: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
      handler: () => "ok",
    }));
  return benchRuntime(tools);
}

function list(runtime: Runtime, cursor?: string): unknown {
  const params = cursor === undefined ? {} : { cursor };
  return receive(runtime, { id: 1, method: "tools/list", params }, peer, exchange);
}

for (const count of [100, 1_000, 10_000]) {
  const runtime = runtimeWith(count);
  const { nextCursor: middle } = runtime.registry.page(undefined, count / 2)!;
  Deno.bench(`a page in the middle of ${count} tools`, {
    group: "tools/list",
    baseline: count === 100,
  }, () => {
    consume(list(runtime, middle));
  });
}
