/** Reloads of a runtime: old calls end on the old generation, new ones run on the new, and clients are told once. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { GomcpError } from "../base/errors.ts";
import { LIMITS } from "../base/limits.ts";
import type { ServerEvent } from "../pipeline/events.ts";
import type { Outcome } from "../pipeline/outcome.ts";
import { definePrompt } from "../prompts/define_prompt.ts";
import { defineResource } from "../resources/define_resource.ts";
import { defineTool } from "../tools/define_tool.ts";
import type { Tool } from "../tools/tool.ts";
import { memoryState } from "../stores/state/memory_state.ts";
import { createTenantManager } from "../tenants/manager.ts";
import { createRuntime, type RuntimeOptions } from "./runtime.ts";

function tool(name: string, answer: string, description = "A tool."): Tool {
  return defineTool({ name, description, handler: () => answer });
}

/** A tool whose calls end when the test says so. */
function slowTool(name: string, answer: string) {
  const open: (() => void)[] = [];
  const handler = () => new Promise<string>((resolve) => void open.push(() => resolve(answer)));
  const slow = defineTool({ name, description: "Slow.", handler });
  return { tool: slow, end: () => open.shift()!() };
}

function setUp(tools: readonly Tool[], options: Partial<RuntimeOptions> = {}) {
  const clock = new FakeClock();
  const runtime = createRuntime({ tools, clock, ...options });
  const told: ServerEvent[] = [];
  runtime.events.add({ onEvent: (event) => void told.push(event), onClose: () => {} });
  const lists = () => told.map((event) => event.kind === "list_changed" ? event.list : event.uri);
  return { runtime, clock, told, lists };
}

async function answerOf(outcome: Outcome | Promise<Outcome>): Promise<string> {
  const settled = await outcome;
  if (settled.kind === "problem") return settled.problem.code;
  if (settled.kind !== "result") return settled.kind;
  const [block] = settled.result.content;
  return block?.type === "text" ? block.text : "no text";
}

const NONE = { added: [], removed: [], changed: [] };

Deno.test("reload() serves new calls anew, and lets those that have begun end on what was before", async () => {
  const slow = slowTool("work", "old");
  let retired = 0;
  const { runtime } = setUp([slow.tool, tool("gone", "x")], { onRetired: () => void retired++ });
  const before = runtime.callTool("work", {});
  const changes = runtime.reload({ tools: [tool("work", "new"), tool("more", "y")] });
  assertEquals(changes.tools, { added: ["more"], removed: ["gone"], changed: ["work"] });
  assertEquals(runtime.generations(), { current: 2, retiring: [{ generation: 1, open: 1 }] });
  assertEquals(await answerOf(runtime.callTool("work", {})), "new");
  assertEquals(await answerOf(runtime.callTool("gone", {})), "unknown_tool");
  assertEquals(retired, 0, "a call still runs on it");
  slow.end();
  assertEquals(await answerOf(before), "old");
  assertEquals(retired, 1);
  assertEquals(runtime.generations(), { current: 2, retiring: [] });
  await runtime.shutdown();
  assertEquals(retired, 1);
});

Deno.test("reload() of what is the same already changes nothing and tells nobody", () => {
  const tools = [tool("a", "a")];
  const { runtime, lists } = setUp(tools);
  const { registry } = runtime;
  assertEquals(runtime.reload({ tools: [...tools] }).tools, NONE);
  assertEquals([runtime.generations().current, lists()], [1, []]);
  assert(runtime.registry === registry);
});

Deno.test("reload() tells of each list that looks different, once, and of no other", () => {
  const resource = (uri: string) => defineResource({ uri, name: "r", read: () => "r" });
  const prompt = (name: string) => definePrompt({ name, handler: () => "p" });
  const [a, r, p] = [tool("a", "a"), resource("x://a"), prompt("p")];
  const { runtime, lists, told } = setUp([a], { resources: [r], prompts: [p] });
  const features = { tools: [a], resources: [r], prompts: [p] };
  runtime.reload({ ...features, tools: [tool("a", "another answer")] });
  assertEquals(lists(), [], "another answer does not show in the list");
  runtime.reload({ ...features, tools: [tool("a", "a", "Says a.")] });
  assertEquals(lists(), ["tools"]);
  runtime.reload({ ...features, resources: [resource("x://a/{id}")], prompts: [] });
  assertEquals(lists(), ["tools", "tools", "resources", "prompts"]);
  assertEquals(told.at(-1), {
    kind: "list_changed",
    list: "prompts",
    names: ["p"],
    ownNames: new Map(),
  });
});

Deno.test("reload() with dryRun says what would change and changes nothing", () => {
  const { runtime, lists } = setUp([tool("a", "a")]);
  const next = { tools: [tool("b", "b")] };
  const would = runtime.reload(next, { dryRun: true });
  assertEquals(would.tools, { added: ["b"], removed: ["a"], changed: [] });
  assertEquals([runtime.generations().current, lists()], [1, []]);
  assertEquals(runtime.reload(next), would);
});

Deno.test("reload() of what cannot be served leaves all as it was", async () => {
  const { runtime, lists } = setUp([tool("a", "a")]);
  const twice = { tools: [tool("b", "1"), tool("b", "2")] };
  assertThrows(() => runtime.reload(twice), GomcpError, 'two tools named "b"');
  assertEquals([runtime.generations().current, lists()], [1, []]);
  assertEquals(await answerOf(runtime.callTool("a", {})), "a");
  await runtime.shutdown();
  assertThrows(() => runtime.reload({ tools: [] }), GomcpError, "shutting down");
});

Deno.test("reload() keeps what a tenant has for itself apart, and says whose it is", async () => {
  const { runtime, told } = setUp([tool("a", "shared")], {
    tenants: createTenantManager(memoryState()),
    tenantFeatures: new Map([["t", { tools: [tool("own", "1")] }]]),
  });
  const { tools } = runtime.reload({
    tools: [tool("a", "shared")],
    tenantFeatures: new Map([["t", { tools: [tool("own", "2"), tool("a", "own")] }]]),
  });
  assertEquals(tools, { added: ["t/a"], removed: [], changed: ["a", "t/own"] });
  assertEquals(told, [
    { kind: "list_changed", list: "tools", names: [], ownNames: new Map([["t", ["a"]]]) },
  ]);
  await runtime.shutdown();
});

Deno.test("calls of a replaced generation are stopped when its time is up, and no others", async () => {
  const [slow, other] = [slowTool("work", "old"), slowTool("work", "new")];
  const { runtime, clock } = setUp([slow.tool], { retireMs: 1_000, defaultTimeoutMs: 60_000 });
  const before = runtime.callTool("work", {});
  runtime.reload({ tools: [other.tool] });
  const after = runtime.callTool("work", {});
  clock.advance(999);
  assertEquals(runtime.generations().retiring.length, 1);
  clock.advance(1);
  assertEquals(await answerOf(before), "cancelled");
  assertEquals(runtime.generations().retiring, []);
  other.end();
  assertEquals(await answerOf(after), "new");
});

Deno.test("more than a few generations do not wait at once: the oldest one's calls are stopped", async () => {
  const { runtime, clock } = setUp([slowTool("work", "").tool]);
  const open: (Outcome | Promise<Outcome>)[] = [];
  for (let i = 0; i <= LIMITS.retiringMax; i++) {
    open.push(runtime.callTool("work", {}));
    runtime.reload({ tools: [slowTool("work", "").tool] });
  }
  assertEquals(await answerOf(open[0]!), "cancelled");
  assertEquals(runtime.generations().retiring.length, LIMITS.retiringMax);
  const end = runtime.shutdown({ deadlineMs: 1 });
  clock.advance(1);
  assertEquals((await end).stopped, LIMITS.retiringMax);
});

Deno.test("a cursor from before a reload stays good: it names where to go on", () => {
  const names = (from: number) =>
    Array.from({ length: 150 }, (_, i) => tool(`t${String(i + from).padStart(4, "0")}`, ""));
  const { runtime } = setUp(names(0));
  const first = runtime.registry.page()!;
  assertEquals(first.items.at(-1)!.tool.name, "t0099");
  runtime.reload({ tools: names(90) });
  const next = runtime.registry.page(first.nextCursor)!;
  assertEquals(next.items[0]!.tool.name, "t0100");
});

Deno.test("callStats() counts by tool and tenant across reloads", async () => {
  const slow = slowTool("work", "old");
  const { runtime } = setUp([slow.tool]);
  const open = runtime.callTool("work", {});
  runtime.reload({ tools: [tool("work", "new")] });
  await answerOf(runtime.callTool("work", {}));
  await answerOf(runtime.callTool("nobody", {}));
  const during = runtime.callStats().tools.map((
    { name, calls, inFlight },
  ) => [name, calls, inFlight]);
  assertEquals(during, [["work", 1, 1], ["(unknown)", 1, 0]]);
  slow.end();
  await open;
  const [tenant] = runtime.callStats().tenants;
  const { calls, refused, failed, inFlight } = tenant!;
  assertEquals({ calls, refused, failed, inFlight }, {
    calls: 3,
    refused: 1,
    failed: 0,
    inFlight: 0,
  });
});
