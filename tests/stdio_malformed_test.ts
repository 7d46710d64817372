/** Input over stdio that is malformed, half or huge: each line gets its error, and the stream goes on. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TempFolder } from "./support/fixtures.ts";
import { legacy, legacyCall, modernCall } from "./support/mcp.ts";
import { peakBytes } from "./support/memory.ts";
import { startStdio } from "./support/stdio.ts";

const MAX = 4 * 1024 * 1024;

Deno.test("stdio answers malformed lines, each by itself, and goes on", async () => {
  await using server = await startStdio();
  const lines: [string, number][] = [
    ["nonsense", -32700],
    ["{", -32700],
    ["\u0000", -32700],
    ['{"jsonrpc":"2.0","id":1,"method":"ping"', -32700],
    ['{"jsonrpc":"2.0","id":1,"method":"ping"}}', -32700],
    ["5", -32600],
    ["null", -32600],
    ['"ping"', -32600],
    ["[]", -32600],
    ["{}", -32600],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
    ['{"jsonrpc":"2.0","id":1}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":7}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600],
    ['{"jsonrpc":"2.0","result":{}}', -32600],
    ["[".repeat(200_000), -32700],
  ];
  for (const [line, code] of lines) {
    await server.write(line + "\n");
    const answer = await server.messages.next();
    assertEquals(answer.error?.code, code, line.slice(0, 100));
    assert(JSON.stringify(answer).length < 2_000);
  }
  assertEquals((await server.request(legacy("on", "ping"))).result, {});
});

Deno.test("stdio takes messages however they are cut, and lines of every ending", async () => {
  await using server = await startStdio();
  const ping = (id: number) => JSON.stringify(legacy(id, "ping"));
  await server.write(`\n\r\n   \n${ping(1)}\r\n`);
  await server.write(`${ping(2)}\n${ping(3)}\n${ping(4).slice(0, 10)}`);
  await server.answer(3);
  await server.write(ping(4).slice(10));
  await server.write("\n");
  await server.answer(4);
  const bytes = new TextEncoder().encode(
    JSON.stringify(legacyCall(5, "echo", { msg: "grün 🌲" })) + "\n",
  );
  for (const byte of bytes) await server.write(Uint8Array.of(byte));
  assertEquals((await server.answer(5)).result.content[0].text, "grün 🌲");
});

Deno.test("stdio skips a line of 100 MB and takes the next one, in bounded memory", async () => {
  await using server = await startStdio();
  await server.request(legacy(1, "ping"));
  const before = peakBytes(server.pid);
  const block = new Uint8Array(1024 * 1024).fill("x".charCodeAt(0));
  for (let i = 0; i < 100; i++) await server.write(block);
  await server.write("\n");
  await server.send(legacy(2, "ping"));
  await server.answer(2);
  const refusals = server.messages.items.filter(({ error }) => error !== undefined);
  assertEquals(refusals.length, 1);
  assertEquals([refusals[0]?.error?.code, "id" in refusals[0]!], [-32600, false]);
  assertEquals(refusals[0]?.error?.data, { code: "too_large", limit: MAX });
  assertMatch(refusals[0]!.error!.message, /4MiB/);
  const grown = peakBytes(server.pid) - before;
  assert(grown < 60_000_000, `it has grown by ${grown} bytes`);
});

Deno.test("stdio takes a line of exactly the limit, and refuses one byte more", async () => {
  await using folder = await TempFolder.of({ "policy.json": `{"limits":{"stringBytes":${MAX}}}` });
  const args = [`--validation-policy=${folder.path}/policy.json`];
  await using server = await startStdio({ args });
  const lineOf = (id: number, bytes: number) => {
    const frame = JSON.stringify(legacyCall(id, "echo", { msg: "" }));
    return frame.replace('"msg":""', `"msg":"${"x".repeat(bytes - frame.length)}"`);
  };
  await server.write(lineOf(1, MAX) + "\n" + lineOf(2, MAX + 1) + "\n");
  await server.send(legacy(3, "ping"));
  await server.answer(3);
  assertEquals((await server.answer(1)).result.content[0].text.length > 4_000_000, true);
  assert(server.messages.items.some(({ error }) => error?.data?.code === "too_large"));
});

Deno.test("stdio counts bytes, not characters: a long line of wide ones is refused too", async () => {
  await using server = await startStdio();
  const wide = "木".repeat(Math.ceil(MAX * 0.6));
  await server.send(legacyCall(1, "echo", { msg: wide }), legacy(2, "ping"));
  await server.answer(2);
  const [first] = server.messages.items;
  assertEquals(first?.error?.data?.code, "too_large");
});

Deno.test("half a message and the end of input: it is answered, and the process ends well", async () => {
  await using server = await startStdio();
  await server.send(legacy(1, "ping"));
  await server.write('{"jsonrpc":"2.0","id":2,"met');
  await server.closeInput();
  assertEquals((await server.exit()).code, 0);
  assertEquals(server.messages.items.map(({ id, error }) => id ?? error?.code), [1, -32700]);
});

Deno.test("a last message without a newline counts", async () => {
  await using server = await startStdio();
  await server.write(JSON.stringify(modernCall(1, "echo", { msg: "last" })));
  await server.closeInput();
  assertEquals((await server.answer(1)).result.content[0].text, "last");
  assertEquals((await server.exit()).code, 0);
});

Deno.test("no input at all: the process ends well and says nothing", async () => {
  await using server = await startStdio();
  await server.closeInput();
  assertEquals((await server.exit()).code, 0);
  assertEquals(server.messages.items, []);
});
