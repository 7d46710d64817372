/** subscriptions/listen: what a client is told, and how it ends. */
import { assertEquals } from "@std/assert";
import { LIMITS } from "../../base/limits.ts";
import { defineResource } from "../../resources/define_resource.ts";
import { createRuntime } from "../../runtime/runtime.ts";
import { receive, takeNotification } from "./endpoint.ts";
import { Peer } from "./peer.ts";

const SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";
const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

const RESOURCES = [defineResource({ uri: "x://a", name: "a", read: () => "a" })];

function listen(notifications: unknown, peer = new Peer("stdio", {}), resources = RESOURCES) {
  const runtime = createRuntime({ tools: [], resources });
  const told: { method: string; params: Record<string, unknown> }[] = [];
  const exchange = {
    notify: (text: string) => void told.push(JSON.parse(text)),
    request: () => true,
  };
  const params = { notifications, _meta: META };
  const message = { id: "s", method: "subscriptions/listen", params };
  const answer = Promise.resolve(receive(runtime, message, peer, exchange));
  return { runtime, peer, told, answer };
}

Deno.test("subscriptions/listen tells what was asked for, tagged, and nothing else", async () => {
  const wanted = { toolsListChanged: true, resourceSubscriptions: ["x://a"], unknown: true };
  const { runtime, told, answer } = listen(wanted);
  runtime.events.emit({ kind: "list_changed", list: "tools" });
  runtime.events.emit({ kind: "list_changed", list: "prompts" });
  runtime.events.emit({ kind: "resource_updated", uri: "x://a" });
  runtime.events.emit({ kind: "resource_updated", uri: "x://b" });
  assertEquals(told.map(({ method }) => method), [
    "notifications/subscriptions/acknowledged",
    "notifications/tools/list_changed",
    "notifications/resources/updated",
  ]);
  assertEquals(told[0]!.params.notifications, {
    toolsListChanged: true,
    resourceSubscriptions: ["x://a"],
  });
  for (const { params } of told) assertEquals(params._meta, { [SUBSCRIPTION]: "s" });
  await runtime.shutdown();
  const { result } = JSON.parse((await answer)!);
  assertEquals([result.resultType, result._meta[SUBSCRIPTION]], ["complete", "s"]);
});

Deno.test("subscriptions/listen honours and tells only what the server offers", async () => {
  const wanted = {
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: ["x://a"],
  };
  const { runtime, told } = listen(wanted, new Peer("stdio", {}), []);
  for (const list of ["prompts", "resources", "tools"] as const) {
    runtime.events.emit({ kind: "list_changed", list });
  }
  runtime.events.emit({ kind: "resource_updated", uri: "x://a" });
  assertEquals(told.map(({ params }) => params.notifications), [
    { toolsListChanged: true },
    undefined,
  ]);
  assertEquals(told[1]!.method, "notifications/tools/list_changed");
  await runtime.shutdown();
});

Deno.test("subscriptions/listen ends without a word when the client cancels it", async () => {
  const { runtime, peer, told, answer } = listen({ toolsListChanged: true });
  takeNotification({ method: "notifications/cancelled", params: { requestId: "s" } }, peer);
  assertEquals(await answer, undefined);
  runtime.events.emit({ kind: "list_changed", list: "tools" });
  assertEquals([told.length, runtime.events.size, peer.open.size], [1, 0, 0]);
  await runtime.shutdown();
});

for (const adapter of ["stdio", "http"] as const) {
  Deno.test(`subscriptions/listen over ${adapter} says as the revision wants that it ends`, async () => {
    const wanted = { toolsListChanged: true };
    const { runtime, peer, told, answer } = listen(wanted, new Peer(adapter, {}));
    peer.endInput();
    runtime.events.emit({ kind: "list_changed", list: "tools" });
    const { result } = JSON.parse((await answer)!);
    assertEquals([result.resultType, result._meta[SUBSCRIPTION]], ["complete", "s"]);
    const last = told.slice(1).map((
      { method, params },
    ) => [method, params.requestId, params._meta]);
    const cancelled = ["notifications/cancelled", "s", { [SUBSCRIPTION]: "s" }];
    assertEquals(last, adapter === "stdio" ? [cancelled] : []);
    assertEquals([runtime.events.size, peer.open.size], [0, 0]);
    await runtime.shutdown();
  });
}

Deno.test("subscriptions/listen refuses the id of an open request, which goes on", async () => {
  const peer = new Peer("stdio", {});
  const open = { cancel: () => {} };
  peer.open.set("s", open);
  const { runtime, told, answer } = listen({ toolsListChanged: true }, peer);
  assertEquals([told.length, runtime.events.size, peer.open.get("s")], [0, 0, open]);
  await runtime.shutdown();
  const refusal = JSON.parse((await answer)!);
  assertEquals([refusal.error.code, "id" in refusal], [-32600, false]);
});

Deno.test("subscriptions/listen takes as many open requests as a client may have, and no more", async () => {
  for (const more of [-1, 0, 1]) {
    const peer = new Peer("stdio", {});
    for (let id = 0; id < LIMITS.openRequestsMax + more; id++) peer.open.set(id, { cancel() {} });
    const { runtime, answer } = listen({ toolsListChanged: true }, peer);
    assertEquals(runtime.events.size, more < 0 ? 1 : 0);
    await runtime.shutdown();
    assertEquals(JSON.parse((await answer)!).error?.code, more < 0 ? undefined : -31503);
  }
});

for (
  const wanted of [undefined, [], { resourceSubscriptions: "x" }, { resourceSubscriptions: [1] }]
) {
  Deno.test(`subscriptions/listen refuses ${JSON.stringify(wanted)}`, async () => {
    const { runtime, answer } = listen(wanted);
    assertEquals(JSON.parse((await answer)!).error.code, -32602);
    await runtime.shutdown();
  });
}
