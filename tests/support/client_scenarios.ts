/** What every official client must be able to do, whichever way it is connected. */
import { assertArrayIncludes, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { until } from "./wait.ts";
import { type ClientName, connect, type ConnectedClient, type ConnectOptions } from "./clients.ts";

/** What a client is seen to do, by a title that goes on after its name. */
type Scenario = (client: ConnectedClient, name: ClientName) => Promise<void>;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "learns who serves, lists all pages and calls": firstSteps,
  "gets every kind of content": content,
  "is told what it did wrong and goes on": mistakes,
  "sees progress and can cancel": progressAndCancellation,
  "gets for each of many calls at once its own answer": manyAtOnce,
};

/** Connects the client to a server of its own and goes through all scenarios. */
export async function runScenarios(
  name: ClientName,
  t: Deno.TestContext,
  options: Pick<ConnectOptions, "through"> = {},
): Promise<void> {
  await using client = await connect(name, ["hostile", "many", "plain", "slow"], options);
  for (const [title, run] of Object.entries(SCENARIOS)) {
    await t.step({
      name: title,
      fn: () => run(client, name),
      // The test as a whole is watched; connections live longer than a step.
      sanitizeOps: false,
      sanitizeResources: false,
    });
  }
}

async function firstSteps(client: ConnectedClient, name: ClientName): Promise<void> {
  assertEquals(client.serverName, "gomcp");
  if (name !== "v1 stdio") { // which does not tell
    assertEquals(client.protocolVersion, isModern(name) ? "2026-07-28" : "2025-11-25");
  }
  const names = await client.listTools();
  assertEquals(names.length, new Set(names).size, "a tool is listed twice");
  assertEquals(names.filter((each) => each.startsWith("many_")).length, 150);
  assertArrayIncludes(names, ["add", "echo", "many_000", "many_149", "person"]);
  assertEquals((await client.call("add", { a: 1, b: 2 })).content, [{ type: "text", text: "3" }]);
  assertEquals((await client.call("many_149")).content[0].text, "149");
}

async function content(client: ConnectedClient): Promise<void> {
  // The client checks structured content against the schema that it has listed.
  await client.listTools();
  const person = await client.call("person", { name: "Ada" });
  assertEquals(person.structuredContent, { name: "Ada", age: 3 });
  assertEquals(JSON.parse(person.content[0].text), { name: "Ada", age: 3 });
  const [image] = (await client.call("picture")).content;
  assertEquals([image.type, image.mimeType], ["image", "image/png"]);
  assertMatch(atob(image.data), /PNG/);
  const [embedded, link] = (await client.call("document")).content;
  assertEquals(embedded.resource.text, "inside");
  assertEquals([link.type, link.uri, link.name], ["resource_link", "test://b", "b"]);
  assertEquals((await client.call("big")).content[0].text.length, 3_000_000);
}

async function mistakes(client: ConnectedClient, name: ClientName): Promise<void> {
  const wrong = await client.call("add", { a: 1, b: "2" });
  assertEquals(wrong.isError, true);
  assertMatch(wrong.content[0].text, /Cannot call "add": "\/b": .*number/);
  const thrown = await client.call("thrower", { what: "error" });
  assertEquals(thrown.isError, true);
  assertMatch(thrown.content[0].text, /"thrower" failed: it broke/);
  const error = await assertRejects(() => client.call("nobody"));
  assertMatch(String(error), /Unknown tool: "nobody"/);
  assertEquals((error as { code?: unknown }).code, -32602);
  if (!isModern(name)) await client.ping();
  assertEquals((await client.call("echo", { msg: "on" })).content[0].text, "on");
}

async function progressAndCancellation(client: ConnectedClient): Promise<void> {
  const seen: number[] = [];
  const onprogress = ({ progress }: { progress: number }) => seen.push(progress);
  const end = client.gate("end");
  const answer = client.call("steps", { count: 3, ...end.arguments }, { onprogress });
  // The clients drop progress that comes in one piece with the answer.
  await until(() => seen.length === 3, "the client has seen the progress");
  await end.open();
  assertEquals([(await answer).content[0].text, seen], ["3 steps and a gate", [1, 2, 3]]);
  const gate = client.gate();
  const abort = new AbortController();
  const cancelled = assertRejects(() =>
    client.call("gate", gate.arguments, { signal: abort.signal })
  );
  await gate.reached();
  abort.abort(new Error("no more"));
  await cancelled;
  await gate.aborted();
  assertEquals((await client.call("echo", { msg: "on" })).content[0].text, "on");
}

async function manyAtOnce(client: ConnectedClient): Promise<void> {
  const texts = Array.from({ length: 300 }, (_, index) => `text ${index}`);
  const answers = await Promise.all(texts.map((msg) => client.call("echo", { msg })));
  assertEquals(answers.map(({ content }) => content[0].text), texts);
}

function isModern(name: ClientName): boolean {
  return name.endsWith("modern");
}
