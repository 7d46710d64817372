/** Legacy clients: the resources that they subscribe to, and what they are told. */
import { assertEquals } from "@std/assert";
import { LIMITS } from "../../base/limits.ts";
import { LIST_NAMES } from "../../pipeline/events.ts";
import { definePrompt } from "../../prompts/define_prompt.ts";
import { defineResource } from "../../resources/define_resource.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { compileRule, ruleText } from "../../tenants/name_rule.ts";
import { compileResourceRule } from "../../tenants/resource_rule.ts";
import { receive } from "./endpoint.ts";
import { legacyListener } from "./legacy_events.ts";
import { Peer } from "./peer.ts";

const RESOURCES = [defineResource({ uri: "x://a", name: "a", read: () => "a" })];

const PROMPTS = [definePrompt({ name: "p", handler: () => "p" })];

function setUp(resources = RESOURCES, prompts = PROMPTS) {
  const runtime = createRuntime({ tools: [], resources, prompts });
  const peer = new Peer("stdio", {});
  peer.version = "2025-11-25";
  peer.offered = LIST_NAMES.filter(runtime.viewFor(undefined).offers);
  const told: { method: string; params: Record<string, unknown>; id?: unknown }[] = [];
  let closed = 0;
  const listener = legacyListener(
    runtime,
    peer,
    (text) => told.push(JSON.parse(text)),
    () => void closed++,
  );
  const ask = (method: string, params: Record<string, unknown>) => {
    const exchange = { notify: () => {}, request: () => true };
    return JSON.parse(receive(runtime, { id: 1, method, params }, peer, exchange) as string);
  };
  const subscribe = (uri: unknown) => ask("resources/subscribe", { uri });
  const unsubscribe = (uri: unknown) => ask("resources/unsubscribe", { uri });
  const touch = (uri: string) => listener.onEvent({ kind: "resource_updated", uri });
  return { runtime, peer, listener, told, subscribe, unsubscribe, touch, closed: () => closed };
}

Deno.test("a client is told of the resources that it subscribes to, for as long as it does", () => {
  const { told, subscribe, unsubscribe, touch } = setUp();
  touch("x://a");
  assertEquals(subscribe("x://a"), { jsonrpc: "2.0", id: 1, result: {} });
  touch("x://a");
  touch("x://b");
  touch("x://A");
  assertEquals(unsubscribe("x://a"), { jsonrpc: "2.0", id: 1, result: {} });
  touch("x://a");
  const method = "notifications/resources/updated";
  assertEquals(told, [{ jsonrpc: "2.0", method, params: { uri: "x://a" } }] as unknown[]);
});

Deno.test("subscribing twice is subscribing once, and unsubscribing from nothing is no mistake", () => {
  const { told, subscribe, unsubscribe, touch } = setUp();
  subscribe("x://a");
  subscribe("x://a");
  touch("x://a");
  assertEquals(told.length, 1);
  assertEquals(unsubscribe("x://never").result, {});
  unsubscribe("x://a");
  touch("x://a");
  assertEquals(told.length, 1);
});

Deno.test("a client is told of every list that changes, without asking", () => {
  const { told, listener } = setUp();
  for (const list of ["tools", "resources", "prompts"] as const) {
    listener.onEvent({ kind: "list_changed", list });
  }
  assertEquals(told.map(({ method, id }) => [method, id]), [
    ["notifications/tools/list_changed", undefined],
    ["notifications/resources/list_changed", undefined],
    ["notifications/prompts/list_changed", undefined],
  ]);
});

Deno.test("without resources there is nothing to subscribe to, and lists that are not offered never change", () => {
  const { runtime, peer, listener, told, subscribe, unsubscribe } = setUp([], []);
  assertEquals([subscribe("x://a").error?.code, unsubscribe("x://a").error?.code], [
    -32601,
    -32601,
  ]);
  assertEquals(peer.subscriptions.size, 0);
  runtime.events.add(listener);
  for (const list of ["resources", "prompts", "tools"] as const) {
    runtime.events.emit({ kind: "list_changed", list });
  }
  runtime.events.emit({ kind: "resource_updated", uri: "x://a" });
  assertEquals(told.map(({ method }) => method), ["notifications/tools/list_changed"]);
});

Deno.test("a client is told of what it was offered also when none of it is left, and not of what it may not see", () => {
  const { runtime, peer, listener, told } = setUp();
  runtime.reload({ tools: [] });
  assertEquals(runtime.viewFor(undefined).offers("prompts"), false);
  listener.onEvent({ kind: "list_changed", list: "prompts", names: ["p"] });
  assertEquals(told.map(({ method }) => method), ["notifications/prompts/list_changed"]);

  const names = {
    text: "a*",
    allows: (name: string) => name.startsWith("a"),
    allowsResource: () => true,
  };
  peer.access = { tenant: "t", credential: "key", problem: undefined, names };
  const hears = (names: readonly string[], own: readonly string[] = [], tenant = "t") => {
    const before = told.length;
    const ownNames = new Map([[tenant, own]]);
    listener.onEvent({ kind: "list_changed", list: "tools", names, ownNames });
    return told.length > before;
  };
  assertEquals([hears(["abc"]), hears(["xyz"]), hears([]), hears(["xyz", "a"])], [
    true,
    false,
    false,
    true,
  ]);
  assertEquals([hears([], ["a"]), hears([], ["x"]), hears([], ["a"], "other")], [
    true,
    false,
    false,
  ]);
});

Deno.test("a client is not told of a resource whose template or address is denied", () => {
  const each = defineResource({ uri: "y://{id}", name: "each", read: () => "y" });
  const { peer, told, listener } = setUp([...RESOURCES, each]);
  const parts = { allowed: undefined, denied: ["y://{id}", "z://12"], scopes: undefined };
  const names = {
    text: ruleText(parts),
    allows: compileRule(parts),
    allowsResource: compileResourceRule(parts),
  };
  peer.access = { tenant: "t", credential: "key", problem: undefined, names };
  for (const uri of ["x://a", "y://1", "z://1%32", "z://1"]) {
    peer.subscriptions.add(uri);
    listener.onEvent({ kind: "resource_updated", uri });
  }
  assertEquals(told.map(({ params }) => params.uri), ["x://a", "z://1"]);
});

Deno.test("before its handshake a client is told nothing", () => {
  const { peer, told, listener, subscribe, touch } = setUp();
  peer.version = undefined;
  subscribe("x://a");
  touch("x://a");
  listener.onEvent({ kind: "list_changed", list: "tools" });
  assertEquals(told, []);
});

for (const uri of [undefined, null, 7, {}, ["x://a"]]) {
  Deno.test(`the address ${JSON.stringify(uri)} can be neither subscribed to nor from`, () => {
    const { peer, subscribe, unsubscribe } = setUp();
    assertEquals([subscribe(uri).error.code, unsubscribe(uri).error.code], [-32602, -32602]);
    assertEquals(peer.subscriptions.size, 0);
  });
}

Deno.test("a client subscribes to as many resources as the limit says, and to no more", () => {
  const { peer, told, subscribe, unsubscribe, touch } = setUp();
  for (let n = 0; n < LIMITS.subscriptionsMax; n++) assertEquals(subscribe(`x://${n}`).result, {});
  assertEquals(subscribe("x://more").error.code, -32602);
  assertEquals(subscribe("x://0").result, {}, "it has that one already");
  touch("x://more");
  assertEquals([told.length, peer.subscriptions.size], [0, LIMITS.subscriptionsMax]);
  unsubscribe("x://0");
  assertEquals(subscribe("x://more").result, {});
});

Deno.test("the end of all events is passed on", () => {
  const { listener, closed } = setUp();
  listener.onClose();
  assertEquals(closed(), 1);
});

Deno.test("whoever owns a resource learns who waits for it, as far as they may see it", () => {
  const { runtime, peer, listener, subscribe, unsubscribe } = setUp();
  let asked = 0;
  runtime.events.onWatched = () => asked++;
  runtime.events.add(listener);
  subscribe("x://a");
  subscribe("x://nobody's");
  assertEquals([...runtime.events.watched()], ["x://a"]);
  const parts = { allowed: undefined, denied: ["x://a"], scopes: undefined };
  const allowsResource = compileResourceRule(parts);
  const names = { allows: compileRule(parts), allowsResource, text: ruleText(parts) };
  peer.access = { tenant: "t", credential: "key", problem: undefined, names };
  assertEquals([...runtime.events.watched()], []);
  peer.access = undefined;
  unsubscribe("x://a");
  assertEquals([...runtime.events.watched()], []);
  subscribe("x://a");
  runtime.events.delete(listener);
  assertEquals([...runtime.events.watched()], []);
  // Come, three times subscribed, once unsubscribed, gone: each may be a change.
  assertEquals(asked, 6);
});
