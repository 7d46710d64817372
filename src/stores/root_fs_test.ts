/** Shows what the root gives, and each way out of it refused, however the tree is held. */
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import type { RootFs } from "../tools/builtin/files/root_fs.ts";
import { openRootFs, type RootFsSeams } from "./root_fs.ts";
import { HeldTree } from "./root_fs/held_directory.ts";
import { holdTree } from "./root_fs/hold_tree.ts";
import { NamedTree } from "./root_fs/named_directory.ts";
import { ignore, run, type Sandbox, SECRET, withSandbox } from "./root_fs/testing.ts";

const ALL = { offset: 0, length: 1_000 };
const PAGE = { offset: 0, limit: 1_000 };
const WRITE = { overwrite: true, createDirs: false };

/** The way this system has, and the one that works on all. */
const WAYS: [string, RootFsSeams][] = [
  ["as the system allows", {}],
  ["by names", { holdTree: (root) => new NamedTree(root) }],
];

function testBoth(name: string, check: (sandbox: Sandbox) => Promise<void>): void {
  for (const [way, seams] of WAYS) {
    Deno.test({ name: `${name} (held ${way})`, ignore, fn: () => withSandbox(check, seams) });
  }
}

async function readText(fs: RootFs, path: string): Promise<string> {
  return new TextDecoder().decode((await fs.read(path, ALL)).bytes);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Every operation on `path` is refused with `reason`, and no message tells where anything is. */
async function assertRefused(sandbox: Sandbox, path: string, reason: string): Promise<void> {
  const { fs, root } = sandbox;
  const operations: [string, () => Promise<unknown>][] = [
    ["read", () => fs.read(path, ALL)],
    ["list", () => fs.list(path, PAGE)],
    ["write", () => fs.write(path, bytesOf("x"), { ...WRITE, createDirs: true })],
  ];
  for (const [action, operation] of operations) {
    const error = await assertRejects(operation, GomcpError);
    assertStringIncludes(error.message, `Cannot ${action} ${JSON.stringify(path)}: `);
    assertStringIncludes(error.message, reason);
    assertFalse(error.message.includes(root.slice(0, -"/root".length)), error.message);
  }
}

/** What lies outside is as it was. */
async function assertOutsideUntouched({ outside }: Sandbox): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(outside))).map((entry) => entry.name);
  assertEquals(names, ["secret.txt"]);
  assertEquals(await Deno.readTextFile(`${outside}/secret.txt`), SECRET);
}

testBoth("a file is read whole and in parts", async ({ fs, root }) => {
  await Deno.mkdir(`${root}/a/b`, { recursive: true });
  await Deno.writeTextFile(`${root}/a/b/c.txt`, "0123456789");
  const read = async (offset: number, length: number) => {
    const { bytes, sizeBytes } = await fs.read("a/b/c.txt", { offset, length });
    assertEquals(sizeBytes, 10);
    return new TextDecoder().decode(bytes);
  };
  assertEquals(await read(0, 100), "0123456789");
  assertEquals(await read(2, 3), "234");
  assertEquals(await read(8, 3), "89");
  assertEquals(await read(10, 1), "");
  assertEquals(await read(11, 1), "");
});

testBoth("paths that go up, are absolute or hold a NUL are refused", async (sandbox) => {
  const { outside } = sandbox;
  await assertRefused(sandbox, "../outside/secret.txt", 'it contains ".."');
  await assertRefused(sandbox, "a/../../outside", 'it contains ".."');
  await assertRefused(sandbox, "secret.txt\0", "it contains a NUL");
  await assertRefused(sandbox, "..\\outside", "it contains a backslash");
  const error = await assertRejects(
    () => sandbox.fs.read(`${outside}/secret.txt`, ALL),
    GomcpError,
  );
  assertStringIncludes(error.message, "it is absolute");
  await assertOutsideUntouched(sandbox);
});

testBoth("symbolic links that lead outside are refused", async (sandbox) => {
  const { root, outside } = sandbox;
  await Deno.symlink(`${outside}/secret.txt`, `${root}/file`);
  await Deno.symlink("../outside/secret.txt", `${root}/relative`);
  await Deno.symlink(outside, `${root}/dir`);
  await Deno.symlink("..", `${root}/up`);
  await Deno.symlink(`${root}/../outside`, `${root}/tricky`);
  await Deno.symlink(`${outside}/nothing`, `${root}/dangling`);
  await Deno.symlink(`${root}side`, `${root}/prefix`);
  await Deno.symlink("relative", `${root}/chain`);
  const paths = ["file", "relative", "dir", "dir/secret.txt", "dir/new", "up", "up/outside"];
  const more = ["up/root", "tricky/secret.txt", "dangling", "prefix", "chain"];
  for (const path of [...paths, ...more]) {
    await assertRefused(sandbox, path, "a symbolic link on the way leads outside the root");
  }
  await assertOutsideUntouched(sandbox);
});

testBoth("symbolic links that stay inside are followed", async (sandbox) => {
  const { fs, root } = sandbox;
  await Deno.mkdir(`${root}/a/b`, { recursive: true });
  await Deno.writeTextFile(`${root}/a/file`, "inside");
  await Deno.symlink("a/file", `${root}/relative`);
  await Deno.symlink(`${root}/a/file`, `${root}/absolute`);
  await Deno.symlink("../../a/b/../file", `${root}/a/b/up`);
  await Deno.symlink("a/b", `${root}/dir`);
  await Deno.symlink(root, `${root}/self`);
  for (const path of ["relative", "absolute", "a/b/up", "dir/up", "self/self/dir/up"]) {
    assertEquals(await readText(fs, path), "inside", path);
  }
  assertEquals((await fs.list("self/a", PAGE)).total, 2);
  await fs.write("dir/up", bytesOf("written"), WRITE);
  assertEquals(await Deno.readTextFile(`${root}/a/file`), "written");
  assert((await Deno.lstat(`${root}/a/b/up`)).isSymlink);
});

testBoth("`..` in a link means the parent of where the link's way leads", async ({ fs, root }) => {
  await Deno.mkdir(`${root}/a/b`, { recursive: true });
  await Deno.writeTextFile(`${root}/a/right`, "right");
  await Deno.writeTextFile(`${root}/right`, "wrong");
  await Deno.symlink("a/b", `${root}/ab`);
  await Deno.symlink("ab/../right", `${root}/link`);
  assertEquals(await Deno.readTextFile(`${root}/link`), "right");
  assertEquals(await readText(fs, "link"), "right");
});

testBoth("links that lead to themselves end, and so do ways that are too long", async (sandbox) => {
  const { root } = sandbox;
  await Deno.symlink("loop", `${root}/loop`);
  await Deno.mkdir(`${root}/a`);
  await Deno.symlink("a/../".repeat(800) + "long1", `${root}/long0`);
  for (let i = 1; i < 20; i++) {
    await Deno.symlink("a/../".repeat(800) + `long${i + 1}`, `${root}/long${i}`);
  }
  for (const path of ["loop", "loop/a", "long0"]) {
    const error = await assertRejects(() => sandbox.fs.read(path, ALL), GomcpError);
    assertStringIncludes(error.message, "it goes through too many symbolic links");
  }
});

testBoth("a FIFO is refused at once, by whatever way it is reached", async (sandbox) => {
  assert(await run("mkfifo", `${sandbox.root}/fifo`));
  await Deno.symlink("fifo", `${sandbox.root}/link`);
  for (const path of ["fifo", "link"]) await assertRefused(sandbox, path, "it is a FIFO");
  const error = await assertRejects(() => sandbox.fs.delete("fifo"), GomcpError);
  assertStringIncludes(error.message, "it is a FIFO");
  assertEquals((await sandbox.fs.info("fifo")).type, "other");
});

testBoth("sockets and devices are refused", async (sandbox) => {
  const { root } = sandbox;
  using _server = Deno.listen({ transport: "unix", path: `${root}/socket` });
  await assertRefused(sandbox, "socket", "it is a socket");
  await Deno.symlink("/dev/zero", `${root}/zero`);
  await assertRefused(sandbox, "zero", "leads outside the root");
  // Only a privileged process can make one.
  if (!await run("mknod", `${root}/device`, "c", "1", "5")) return;
  await assertRefused(sandbox, "device", "it is a device");
  assertEquals((await sandbox.fs.list(".", PAGE)).entries[0], { name: "device", type: "other" });
});

testBoth("what is missing or of another type is said", async ({ fs, root }) => {
  await Deno.mkdir(`${root}/dir`);
  await Deno.writeTextFile(`${root}/file`, "");
  await Deno.symlink("nothing", `${root}/dangling`);
  const fails = async (operation: Promise<unknown>, message: string) => {
    const error = await assertRejects(() => operation, GomcpError);
    assertEquals([error.message, error.code], [message, "tool_error"]);
  };
  await fails(fs.read("none", ALL), 'Cannot read "none": it does not exist');
  await fails(fs.read("none/a", ALL), 'Cannot read "none/a": it does not exist');
  await fails(fs.read("dangling", ALL), 'Cannot read "dangling": it does not exist');
  await fails(fs.info("none"), 'Cannot look at "none": it does not exist');
  await fails(fs.delete("none"), 'Cannot delete "none": it does not exist');
  await fails(fs.read("dir", ALL), 'Cannot read "dir": it is a directory, expected a regular file');
  await fails(fs.read(".", ALL), 'Cannot read ".": it is a directory, expected a regular file');
  await fails(fs.list("file", PAGE), 'Cannot list "file": it is a file, expected a directory');
  const onTheWay = 'Cannot read "file/a": a name on the way is not a directory';
  await fails(fs.read("file/a", ALL), onTheWay);
});

testBoth("a directory is listed by name, with types and sizes, page by page", async (sandbox) => {
  const { fs, root } = sandbox;
  for (const name of ["b", "a", "B", "é", "c"]) await Deno.writeTextFile(`${root}/${name}`, name);
  await Deno.mkdir(`${root}/dir`);
  await Deno.symlink("a", `${root}/link`);
  const { entries, total } = await fs.list(".", PAGE);
  assertEquals(entries.map(({ name }) => name), ["B", "a", "b", "c", "dir", "link", "é"]);
  assertEquals(entries[0], { name: "B", type: "file", sizeBytes: 1 });
  assertEquals(entries[4], { name: "dir", type: "directory" });
  assertEquals(entries[5], { name: "link", type: "symlink" });
  assertEquals(total, 7);
  assertEquals(await fs.list(".", { offset: 5, limit: 1 }), { entries: [entries[5]!], total });
  assertEquals(await fs.list(".", { offset: 7, limit: 1 }), { entries: [], total });
  assertEquals((await fs.list("dir", PAGE)).total, 0);
});

testBoth("info tells of a link what it leads to, unless that lies outside", async (sandbox) => {
  const { fs, root, outside } = sandbox;
  await Deno.writeTextFile(`${root}/file`, "12345");
  await Deno.chmod(`${root}/file`, 0o640);
  await Deno.utime(`${root}/file`, 1_700_000_000, 1_700_000_000);
  await Deno.symlink("file", `${root}/link`);
  await Deno.symlink(`${outside}/secret.txt`, `${root}/out`);
  const file = { type: "file", sizeBytes: 5, modifiedMs: 1_700_000_000_000, mode: 0o640 } as const;
  assertEquals(await fs.info("file"), { ...file, symlink: false });
  assertEquals(await fs.info("link"), { ...file, symlink: true });
  assertEquals((await fs.info(".")).type, "directory");
  const out = await fs.info("out");
  assertEquals([out.type, out.symlink, out.sizeBytes], ["symlink", true, undefined]);
});

testBoth("a file is made, replaced, and keeps its permission bits", async ({ fs, root }) => {
  assertEquals(await fs.write("file", bytesOf("one"), WRITE), { created: true });
  await Deno.chmod(`${root}/file`, 0o666);
  assertEquals(await fs.write("file", bytesOf("2"), WRITE), { created: false });
  assertEquals(await Deno.readTextFile(`${root}/file`), "2");
  assertEquals((await Deno.stat(`${root}/file`)).mode! & 0o7777, 0o666);
  assertEquals(await fs.write("empty", new Uint8Array(), WRITE), { created: true });
  assertEquals((await fs.list(".", PAGE)).entries.map(({ name }) => name), ["empty", "file"]);
});

testBoth("a write that is not meant to overwrite leaves what is there", async ({ fs, root }) => {
  await Deno.writeTextFile(`${root}/file`, "old");
  const options = { ...WRITE, overwrite: false };
  const error = await assertRejects(() => fs.write("file", bytesOf("new"), options), GomcpError);
  assertStringIncludes(error.message, "it exists already");
  assertEquals(await Deno.readTextFile(`${root}/file`), "old");
  assertEquals(await fs.write("other", bytesOf("new"), options), { created: true });
  assertEquals((await fs.list(".", PAGE)).total, 2);
});

testBoth("missing directories are made only on request", async ({ fs, root }) => {
  const error = await assertRejects(() => fs.write("a/b/c", bytesOf("x"), WRITE), GomcpError);
  assertStringIncludes(error.message, "it does not exist");
  assertEquals((await fs.list(".", PAGE)).total, 0);
  await fs.write("a/b/c", bytesOf("x"), { ...WRITE, createDirs: true });
  assertEquals(await Deno.readTextFile(`${root}/a/b/c`), "x");
});

testBoth("a write to a directory, or to the root, is refused", async ({ fs, root }) => {
  await Deno.mkdir(`${root}/dir`);
  for (const path of ["dir", "."]) {
    const error = await assertRejects(() => fs.write(path, bytesOf("x"), WRITE), GomcpError);
    assertStringIncludes(error.message, "it is a directory, expected a regular file");
  }
});

testBoth(
  "a dangling link inside is written through, one that leads outside is not",
  async (sandbox) => {
    const { fs, root } = sandbox;
    await Deno.symlink("target", `${root}/inside`);
    await Deno.symlink("../outside/new", `${root}/out`);
    await fs.write("inside", bytesOf("x"), WRITE);
    assertEquals(await Deno.readTextFile(`${root}/target`), "x");
    await assertRejects(() => fs.write("out", bytesOf("x"), WRITE), GomcpError, "leads outside");
    await assertOutsideUntouched(sandbox);
  },
);

testBoth("a file that is also linked outside is replaced, not written to", async (sandbox) => {
  const { fs, root, outside } = sandbox;
  await Deno.link(`${outside}/secret.txt`, `${root}/hard`);
  await fs.write("hard", bytesOf("x"), WRITE);
  assertEquals(await Deno.readTextFile(`${root}/hard`), "x");
  await assertOutsideUntouched(sandbox);
});

testBoth("files, links themselves and empty directories are deleted", async (sandbox) => {
  const { fs, root, outside } = sandbox;
  await Deno.mkdir(`${root}/dir/full`, { recursive: true });
  await Deno.writeTextFile(`${root}/dir/full/file`, "");
  await Deno.symlink(outside, `${root}/out`);
  await Deno.symlink(".", `${root}/self`);
  assertEquals(await fs.delete("out"), { type: "symlink" });
  await assertOutsideUntouched(sandbox);
  await assertRejects(() => fs.delete("dir"), GomcpError, "the directory is not empty");
  assertEquals(await fs.delete("self/dir/full/file"), { type: "file" });
  assertEquals(await fs.delete("dir/full"), { type: "directory" });
  assertEquals(await fs.delete("self"), { type: "symlink" });
  assertEquals((await fs.list(".", PAGE)).entries.map(({ name }) => name), ["dir"]);
});

testBoth("nothing outside, and not the root itself, is deleted", async (sandbox) => {
  const { fs, root, outside } = sandbox;
  await Deno.symlink(outside, `${root}/out`);
  const error = await assertRejects(() => fs.delete("out/secret.txt"), GomcpError, "leads outside");
  assertEquals(error.code, "forbidden");
  for (const path of [".", "./."]) {
    await assertRejects(() => fs.delete(path), GomcpError, "it is the root itself");
  }
  await assertRejects(() => fs.delete(".."), GomcpError, 'it contains ".."');
  assert((await Deno.stat(root)).isDirectory);
  await assertOutsideUntouched(sandbox);
});

testBoth("a root that is exchanged for a link elsewhere is no longer used", async (sandbox) => {
  const { fs, root, outside } = sandbox;
  await Deno.rename(root, `${root}2`);
  await Deno.symlink(outside, root);
  await assertRejects(() => fs.read("secret.txt", ALL), GomcpError);
  await assertRejects(() => fs.list(".", PAGE), GomcpError);
  await assertRejects(() => fs.delete("secret.txt"), GomcpError);
});

Deno.test({
  name: "a read-only file is not replaced",
  // Permission bits do not bind a privileged process.
  ignore: ignore || Deno.uid() === 0,
  fn: () =>
    withSandbox(async ({ fs, root }) => {
      await Deno.writeTextFile(`${root}/file`, "old", { mode: 0o444 });
      await assertRejects(() => fs.write("file", bytesOf("new"), WRITE), GomcpError, "permission");
      assertEquals(await Deno.readTextFile(`${root}/file`), "old");
    }),
});

Deno.test({
  name: "openRootFs() takes a directory, also through a link, and nothing else",
  ignore,
  fn: () =>
    withSandbox(async ({ root }) => {
      await Deno.writeTextFile(`${root}/file`, "text");
      await Deno.symlink(".", `${root}/link`);
      await Deno.symlink(`${root}/link/file`, `${root}/through`);
      const fs = await openRootFs(`${root}/link`);
      assertEquals(await readText(fs, "file"), "text");
      // The root as it was given counts as inside, too.
      assertEquals(await readText(fs, "through"), "text");
      const missing = await assertRejects(() => openRootFs(`${root}/none`), GomcpError);
      assertStringIncludes(missing.message, "as the root of the file tools: it does not exist");
      const file = await assertRejects(() => openRootFs(`${root}/file`), GomcpError);
      assertStringIncludes(file.message, "it is not a directory");
      assertEquals([missing.code, file.code], ["invalid_request", "invalid_request"]);
    }),
});

Deno.test({
  name: "Linux holds the tree by open directories",
  ignore: Deno.build.os !== "linux",
  fn: () => withSandbox(async ({ root }) => assert(await holdTree(root) instanceof HeldTree)),
});
