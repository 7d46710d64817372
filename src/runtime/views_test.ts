/** Views: what each tenant sees of what is shared, and of its own. */
import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { FakeClock } from "../base/fake_clock.ts";
import { SILENT_LOG } from "../base/log.ts";
import type { Access } from "../pipeline/access.ts";
import { Call } from "../pipeline/call.ts";
import type { ServerEvent } from "../pipeline/events.ts";
import { definePrompt } from "../prompts/define_prompt.ts";
import { defineResource } from "../resources/define_resource.ts";
import { memoryState } from "../stores/state/memory_state.ts";
import { compileRule, ruleText } from "../tenants/name_rule.ts";
import { compileResourceRule } from "../tenants/resource_rule.ts";
import { createTenantManager } from "../tenants/manager.ts";
import { defineTool } from "../tools/define_tool.ts";
import { createCatalog, type Features } from "./catalog.ts";
import { createRuntime } from "./runtime.ts";
import { Views } from "./views.ts";

function featuresOf(answer: string, names: readonly string[]): Features {
  return {
    tools: names.map((name) => defineTool({ name, description: "A tool.", handler: () => answer })),
    resources: names.flatMap((name) => [
      defineResource({ uri: `x://${name}`, name, read: () => answer }),
      defineResource({ uri: `x://${name}/{id}`, name: `${name}-each`, read: () => answer }),
    ]),
    prompts: names.map((name) => definePrompt({ name, handler: () => answer })),
  };
}

function accessOf(tenant: string, denied: readonly string[] = []): Access {
  const parts = { allowed: undefined, denied, scopes: undefined };
  const names = {
    text: ruleText(parts),
    allows: compileRule(parts),
    allowsResource: compileResourceRule(parts),
  };
  return { tenant, credential: "key", problem: undefined, names };
}

const shared = createCatalog(featuresOf("shared", ["a", "b"]), SILENT_LOG);
const own = createCatalog(featuresOf("own", ["b", "c"]), SILENT_LOG);

Deno.test("Views show the shared things by the caller's rule, in lists as in calls", () => {
  const views = new Views(shared);
  assertStrictEquals(views.of(undefined), shared);
  assertStrictEquals(views.of(accessOf("default")), shared);
  const { tools, resources, prompts } = views.of(accessOf("t", ["a", "x://a*"]));
  assertEquals(tools.all().map(({ tool }) => tool.name), ["b"]);
  assertEquals([tools.size, resources.size, prompts.size], [1, 2, 1]);
  assertEquals(tools.find("a"), undefined);
  assertEquals(tools.entry("a"), undefined);
  assertEquals(prompts.find("a"), undefined);
  assertEquals(["x://a", "x://a/1", "x://b", "x://b/1"].map((uri) => !!resources.find(uri)), [
    false,
    false,
    true,
    true,
  ]);
  assertEquals(resources.page()!.items.map(({ resource }) => resource.uri), ["x://b"]);
  assertEquals(resources.templatePage()!.items.map(({ resource }) => resource.uri), ["x://b/{id}"]);
});

Deno.test("Views hide a denied resource however its address is written, and what would propose it", async () => {
  const user = defineResource({
    uri: "users://{id}{?q,lang}",
    name: "user",
    read: ({ variables }) => JSON.stringify(variables),
    complete: { id: () => ["11", "12", "13"] },
  });
  const me = defineResource({ uri: "users://me", name: "me", read: () => "me" });
  const catalog = createCatalog({ tools: [], resources: [user, me] }, SILENT_LOG);
  const seen = (denied: string[]) => new Views(catalog).of(accessOf("t", denied)).resources;
  const denied = seen(["users://12", "users://13?q=a&lang=b"]);
  const reads = (uri: string) => denied.find(uri) !== undefined;
  for (const uri of ["users://12", "users://1%32", "users://%31%32", "users://1%2532"]) {
    assertEquals(reads(uri), false, uri);
  }
  assertEquals(["users://13", "users://1%33?q=a"].map(reads), [true, true]);
  assertEquals(["users://13?q=a&lang=b", "users://13?lang=b&q=%61"].map(reads), [false, false]);
  const ask = { argument: "id", value: "1", known: {} };
  const propose = async (denied: string[]) => {
    const target = seen(denied).findCompletion(user.uri, ask);
    const call = new Call({ kind: "completion", tool: user.uri, args: {}, adapter: "library" });
    const outcome = await target?.run(call);
    return outcome?.kind === "answer" ? JSON.parse(`{${outcome.members}}`).completion : undefined;
  };
  assertEquals(await propose(["users://12"]), { values: ["11", "13"], total: 2, hasMore: false });
  assertEquals(await propose([user.uri]), undefined);
  assertEquals(seen([user.uri]).find("users://11"), undefined);
  assertEquals(seen([user.uri]).find("users://me") !== undefined, true);
});

Deno.test("Views are made once for all that see the same, and anew for another rule", () => {
  const views = new Views(shared);
  const view = views.of(accessOf("t", ["a"]));
  assertStrictEquals(views.of(accessOf("t", ["a"])), view);
  assertNotStrictEquals(views.of(accessOf("t", ["b"])), view);
  assertNotStrictEquals(views.of(accessOf("u", ["a"])), view, "cursors are of one tenant");
});

Deno.test("Views give a tenant what it alone has, before what is shared", () => {
  const views = new Views(shared, new Map([["t", own]]));
  const view = views.of(accessOf("t"));
  assertEquals(view.tools.all().map(({ tool }) => tool.name), ["a", "b", "c"]);
  assertStrictEquals(view.tools.entry("b"), own.tools.entry("b"));
  assertStrictEquals(view.tools.entry("a"), shared.tools.entry("a"));
  assertEquals(views.of(accessOf("u")).tools.entry("c"), undefined);
  assertEquals(views.of(accessOf("t", ["c"])).tools.entry("c"), undefined);
});

Deno.test("changes of a tenant's own resources are told as its own", async () => {
  const touch = defineTool({
    name: "touch",
    description: "Says that resources have changed.",
    handler: (_, ctx) => {
      for (const uri of ["x://a", "x://c"]) ctx.notifyResourceUpdated(uri);
      return "done";
    },
  });
  const tenants = createTenantManager(memoryState(), { clock: new FakeClock() });
  await tenants.createTenant("t", "T");
  const { resources = [] } = featuresOf("shared", ["a"]);
  const runtime = createRuntime({
    tools: [touch],
    resources,
    tenants,
    tenantFeatures: new Map([["t", featuresOf("own", ["c"])]]),
  });
  const heard: ServerEvent[] = [];
  runtime.events.add({ onEvent: (event) => void heard.push(event), onClose: () => {} });
  await runtime.callTool("touch", {}, { tenant: "t" });
  assertEquals(heard, [
    { kind: "resource_updated", uri: "x://a" },
    { kind: "resource_updated", uri: "x://c", tenant: "t" },
  ]);
  await runtime.shutdown();
  await tenants.close();
});
