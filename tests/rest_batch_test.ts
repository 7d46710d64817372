/** POST /v1/tools/batch: order, ids, width, and what is refused as a whole. */
import { assert, assertEquals } from "@std/assert";
import { startServer } from "./support/server.ts";

interface Item {
  readonly id: string | number;
  readonly status: number;
  readonly result?: { readonly content: readonly { readonly text: string }[] };
  readonly problem?: { readonly code: string; readonly status: number };
}

const echo = (msg: string, id?: string | number) => ({
  tool: "echo",
  arguments: { msg },
  ...(id !== undefined && { id }),
});

Deno.test("a batch gives its results in the order of its requests, each with its own outcome", async () => {
  await using server = await startServer({ fixtures: ["plain", "hostile", "slow"] });
  for (const parallel of [undefined, true, 2]) {
    const { status, json } = await server.post("/v1/tools/batch", {
      requests: [
        echo("first", "a"),
        { tool: "never", id: 7 },
        { tool: "add", arguments: { a: 1, b: 2 } },
        { tool: "nobody" },
        { tool: "add", arguments: { a: "1" } },
        { tool: "thrower", arguments: { what: "undefined" } },
      ],
      parallel,
    });
    assertEquals(status, 200);
    const items = json.results as Item[];
    assertEquals(items.map(({ id }) => id), ["a", 7, "2", "3", "4", "5"]);
    assertEquals(items.map((item) => item.status), [200, 504, 200, 404, 422, 200]);
    assertEquals(items[0]?.result?.content[0]?.text, "first");
    assertEquals(items.map((item) => item.problem?.code), [
      undefined,
      "deadline_exceeded",
      undefined,
      "unknown_tool",
      "invalid_arguments",
      undefined,
    ]);
    assert(items.every((item) => (item.result === undefined) !== (item.problem === undefined)));
  }
});

Deno.test("a batch runs one after another, or as many at once as it says", async () => {
  await using server = await startServer({ fixtures: ["slow"] });
  const [one, two, three] = [server.gate("one"), server.gate("two"), server.gate("three")];
  const requests = [one, two, three].map((gate) => ({ tool: "gate", arguments: gate.arguments }));
  const started = async () => {
    const names = [one, two, three].map((gate) => `${gate.file}.reached`);
    return (await Promise.all(names.map((name) => Deno.stat(name).catch(() => undefined))))
      .filter((each) => each !== undefined).length;
  };
  const answer = server.post("/v1/tools/batch", { requests, parallel: 2 });
  await Promise.all([one.reached(), two.reached()]);
  // Whatever was to start has started by the time that another call has come and gone.
  await server.call("echo", { msg: "between" });
  assertEquals(await started(), 2);
  await two.open();
  await three.reached();
  await one.open();
  await three.open();
  const items = (await answer).json.results as Item[];
  assertEquals(items.map((item) => item.result?.content[0]?.text), ["open", "open", "open"]);
});

Deno.test("a batch that is wrong anywhere is refused whole, with a pointer, before anything runs", async (t) => {
  await using server = await startServer({ fixtures: ["slow"] });
  const gate = server.gate();
  const runs = { tool: "gate", arguments: gate.arguments };
  const many = (count: number) => ({ requests: Array.from({ length: count }, () => echo("x")) });
  const rows: [string, unknown, number, string][] = [
    ["no requests", {}, 400, "/requests"],
    ["requests of an object", { requests: {} }, 400, "/requests"],
    ["no request", { requests: [] }, 400, "/requests"],
    ["101 requests", many(101), 413, "/requests"],
    ["an item of null", { requests: [runs, null] }, 400, "/requests/1"],
    ["an item without a tool", { requests: [runs, {}] }, 400, "/requests/1/tool"],
    ["a tool of 5", { requests: [runs, { tool: 5 }] }, 400, "/requests/1/tool"],
    ["an id of null", { requests: [runs, { tool: "echo", id: null }] }, 400, "/requests/1/id"],
    ["an id of 1.5", { requests: [runs, echo("x", 1.5)] }, 400, "/requests/1/id"],
    ["a long id", { requests: [runs, echo("x", "i".repeat(300))] }, 400, "/requests/1/id"],
    ["the same id twice", { requests: [echo("x", 1), echo("x", 1)] }, 400, "/requests/1/id"],
    ["the id of a place", { requests: [echo("x", "1"), echo("x")] }, 400, "/requests/1/id"],
    ["parallel of 0", { ...many(1), parallel: 0 }, 400, "/parallel"],
    ["parallel of -1", { ...many(1), parallel: -1 }, 400, "/parallel"],
    ["parallel of 1.5", { ...many(1), parallel: 1.5 }, 400, "/parallel"],
    ["parallel of a text", { ...many(1), parallel: "2" }, 400, "/parallel"],
    ["parallel of null", { ...many(1), parallel: null }, 400, "/parallel"],
  ];
  for (const [title, body, expected, pointer] of rows) {
    await t.step(title, async () => {
      const { status, json } = await server.post("/v1/tools/batch", body);
      assertEquals([status, json.status, json.pointer], [expected, expected, pointer]);
    });
  }
  await t.step("nothing has run", async () => {
    const reached = await Deno.stat(`${gate.file}.reached`).then(() => true, () => false);
    assertEquals(reached, false);
  });
  await t.step("100 requests are taken", async () => {
    const { status, json } = await server.post("/v1/tools/batch", many(100));
    assertEquals([status, json.results.length], [200, 100]);
  });
  await t.step("ids of both types are told apart", async () => {
    const body = { requests: [echo("text", "1x"), echo("number", 1), echo("other text", "1")] };
    const { json } = await server.post("/v1/tools/batch", body);
    assertEquals((json.results as Item[]).map(({ id }) => id), ["1x", 1, "1"]);
  });
});
