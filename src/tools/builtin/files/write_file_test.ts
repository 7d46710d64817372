/** Shows what `write_file` takes, and what it leaves on the disk. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { LIMITS } from "../../../base/limits.ts";
import { createRuntime } from "../../../runtime/runtime.ts";
import {
  type Call,
  ignore,
  type Sandbox,
  SECRET,
  textOf,
  withFileTools,
} from "../../../stores/root_fs/testing.ts";

const MAX = LIMITS.fileWriteBytesMax;

function test(name: string, check: (call: Call, sandbox: Sandbox) => Promise<void>): void {
  Deno.test({ name, ignore, fn: () => withFileTools(createRuntime, check) });
}

test("write_file makes a file and replaces it", async (call, { root }) => {
  const write = async (content: string) => {
    return (await call("write_file", { path: "a.txt", content })).structuredContent;
  };
  assertEquals(await write("äöü"), { path: "a.txt", sizeBytes: 6, created: true });
  assertEquals(await write("x"), { path: "a.txt", sizeBytes: 1, created: false });
  assertEquals(await Deno.readTextFile(`${root}/a.txt`), "x");
});

test(
  "write_file keeps the mode of a file, but not the bits that lend its owner's rights",
  async (call, { root }) => {
    const path = `${root}/a.txt`;
    await Deno.writeTextFile(path, "old");
    await Deno.chmod(path, 0o4751);
    assertEquals((await call("write_file", { path: "a.txt", content: "new" })).isError, undefined);
    assertEquals((await Deno.stat(path)).mode! & 0o7777, 0o751);
  },
);

test("write_file leaves an existing file alone when told so", async (call, { root }) => {
  await Deno.writeTextFile(`${root}/a.txt`, "old");
  const result = await call("write_file", { path: "a.txt", content: "new", overwrite: false });
  assertEquals(result.isError, true);
  assertStringIncludes(textOf(result), "it exists already, and overwrite is false");
  assertEquals(await Deno.readTextFile(`${root}/a.txt`), "old");
});

test("write_file makes missing directories when told so", async (call, { root }) => {
  const args = { path: "a/b/c.txt", content: "x" };
  assertEquals((await call("write_file", args)).isError, true);
  assertEquals((await call("write_file", { ...args, createDirs: true })).isError, undefined);
  assertEquals(await Deno.readTextFile(`${root}/a/b/c.txt`), "x");
});

test("write_file writes base64 as the bytes it stands for", async (call, { root }) => {
  const args = { path: "a.bin", content: "AP+A", encoding: "base64" };
  assertEquals((await call("write_file", args)).isError, undefined);
  assertEquals([...await Deno.readFile(`${root}/a.bin`)], [0x00, 0xff, 0x80]);
  const read = await call("read_file", { path: "a.bin" });
  assertEquals(JSON.stringify(read).includes('"AP+A"'), true);
  const wrong = await call("write_file", { ...args, content: "no base64!" });
  assertStringIncludes(textOf(wrong), "Cannot write content: it is not base64");
});

test("write_file refuses text that UTF-8 cannot hold", async (call, { root }) => {
  const result = await call("write_file", { path: "a.txt", content: "a\ud800b" });
  assertEquals(result.isError, true);
  assertEquals((await Array.fromAsync(Deno.readDir(root))).length, 0);
});

test("write_file takes as many bytes as its bound", async (call, { root }) => {
  const write = (content: string) => call("write_file", { path: "a.txt", content });
  for (const size of [MAX - 1, MAX]) {
    assertEquals((await write("x".repeat(size))).isError, undefined);
    assertEquals((await Deno.stat(`${root}/a.txt`)).size, size);
  }
  const result = await write("x".repeat(MAX - 1) + "ä");
  assertStringIncludes(textOf(result), `it has ${MAX + 1} bytes, expected at most ${MAX}`);
  assertEquals((await Deno.stat(`${root}/a.txt`)).size, MAX);
});

test("write_file refuses an option that it does not have", async (call, { root }) => {
  const args = { path: "a.txt", content: "x", overWrite: false };
  assertEquals((await call("write_file", args)).isError, true);
  assertEquals((await Array.fromAsync(Deno.readDir(root))).length, 0);
});

test("write_file writes nothing outside", async (call, { root, outside }) => {
  await Deno.symlink(outside, `${root}/out`);
  await Deno.symlink(`${outside}/secret.txt`, `${root}/secret`);
  const paths = ["out/new.txt", "out/secret.txt", "secret", "../outside/new.txt"];
  for (const path of [...paths, `${outside}/new.txt`, "a\0.txt"]) {
    const result = await call("write_file", { path, content: "x", createDirs: true });
    assertEquals(result.isError, true, path);
  }
  assertEquals((await Array.fromAsync(Deno.readDir(outside))).length, 1);
  assertEquals(await Deno.readTextFile(`${outside}/secret.txt`), SECRET);
});
