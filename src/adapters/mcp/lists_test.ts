/** tools/list in both eras, and its pages. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { defineTool } from "../../tools/define_tool.ts";
import type { Tool } from "../../tools/tool.ts";
import { receive } from "./endpoint.ts";
import { Peer } from "./peer.ts";

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

function setUp(tools: readonly Tool[]) {
  const runtime = createRuntime({ tools, clock: new FakeClock() });
  const peer = new Peer("stdio", {});
  return async (params: Record<string, unknown> = {}) => {
    const message = { id: 1, method: "tools/list", params };
    return JSON.parse(
      (await receive(runtime, message, peer, { notify: () => {}, request: () => true }))!,
    );
  };
}

function toolOf(name: string): Tool {
  return defineTool({ name, description: "Runs.", handler: () => "" });
}

const listing = defineTool({
  name: "listing",
  description: "Lists.",
  output: { type: "array" },
  handler: () => [],
});

Deno.test("tools/list shows the legacy era definitions and nothing of the modern era", async () => {
  const { result } = await setUp([listing])();
  assertEquals(Object.keys(result), ["tools"]);
  assertEquals(Object.keys(result.tools[0]), ["name", "description", "inputSchema"]);
});

Deno.test("tools/list shows the modern era everything, with what the revision demands", async () => {
  const { result } = await setUp([listing])({ _meta: META });
  assertEquals(Object.keys(result), ["tools", "ttlMs", "cacheScope", "resultType", "_meta"]);
  assertEquals(result.tools[0].outputSchema, { type: "array" });
});

Deno.test("tools/list of no tools is an empty list", async () => {
  assertEquals((await setUp([])()).result, { tools: [] });
});

for (const count of [100, 101]) {
  Deno.test(`tools/list gives ${count} tools in pages, each once, in both eras`, async () => {
    const ask = setUp(Array.from({ length: count }, (_, i) => toolOf(`t${1000 + i}`)));
    for (const params of [{}, { _meta: META }]) {
      const names: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const { result } = await ask({ ...params, ...(cursor !== undefined && { cursor }) });
        names.push(...result.tools.map(({ name }: { name: string }) => name));
        cursor = result.nextCursor;
        pages++;
      } while (cursor !== undefined);
      assertEquals(names, Array.from({ length: count }, (_, i) => `t${1000 + i}`));
      assertEquals(pages, Math.ceil(count / 100));
    }
  });
}

Deno.test("tools/list refuses a cursor that this server never gave", async () => {
  const ask = setUp([toolOf("a")]);
  for (const cursor of ["", "page-2", "dDI6YQ==", 7, null, {}]) {
    for (const params of [{ cursor }, { cursor, _meta: META }]) {
      assertEquals((await ask(params)).error?.code, -32602);
    }
  }
});
