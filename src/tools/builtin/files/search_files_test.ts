/** Shows what `search_files` finds, what it skips, and where it stops. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { GomcpError } from "../../../base/errors.ts";
import { LIMITS } from "../../../base/limits.ts";
import { createRuntime } from "../../../runtime/runtime.ts";
import {
  type Call,
  ignore,
  run,
  type Sandbox,
  SECRET,
  textOf,
  withFileTools,
} from "../../../stores/root_fs/testing.ts";
import type { RootFs } from "./root_fs.ts";
import { search, type SearchQuery, type SearchResult } from "./search.ts";

function test(name: string, check: (call: Call, sandbox: Sandbox) => Promise<void>): void {
  Deno.test({ name, ignore, fn: () => withFileTools(createRuntime, check) });
}

async function found(call: Call, args: object): Promise<SearchResult> {
  const result = await call("search_files", args);
  assertEquals(result.isError, undefined, textOf(result));
  return result.structuredContent as SearchResult;
}

async function fill(root: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text);
  }
}

test(
  "search_files finds files by a glob below the directory it is given",
  async (call, { root }) => {
    await fill(root, {
      "a.ts": "",
      "b.md": "",
      "src/c.ts": "",
      "src/lib/d.ts": "",
      "src/e.txt": "",
    });
    const paths = async (args: object) => (await found(call, args)).matches.map(({ path }) => path);
    assertEquals(await paths({ glob: "*.ts" }), ["a.ts", "src/c.ts", "src/lib/d.ts"]);
    assertEquals(await paths({ glob: "src/*.ts" }), ["src/c.ts"]);
    assertEquals(await paths({ glob: "**/*.{md,txt}" }), ["b.md", "src/e.txt"]);
    assertEquals(await paths({ path: "src/", glob: "lib/**" }), ["src/lib/d.ts"]);
    assertEquals(await paths({ glob: "none" }), []);
  },
);

test("search_files finds lines by a literal text", async (call, { root }) => {
  await fill(root, { "a.ts": "one\nlet x = a.*b;\r\nLET X", "b.md": "let x", "c.ts": "a1b" });
  const text = await found(call, { text: "a.*b" });
  assertEquals(text.matches, [{ path: "a.ts", line: 2, text: "let x = a.*b;" }]);
  const both = await found(call, { text: "let x", glob: "*.ts", ignoreCase: true });
  assertEquals(both.matches.map(({ line }) => line), [2, 3]);
  assertEquals([both.cut, both.entriesSeen], [undefined, 3]);
});

test("search_files skips and counts what it does not search", async (call, { root, outside }) => {
  const large = "secret" + " ".repeat(LIMITS.fileReadBytesMax);
  await fill(root, {
    "binary": "secret\0",
    "large": large,
    "at": large.slice(6),
    "text": "secret",
  });
  await fill(root, { "node_modules/x.js": "secret", ".git/config": "secret" });
  await Deno.symlink(`${outside}/secret.txt`, `${root}/link`);
  await Deno.symlink(outside, `${root}/dir`);
  await Deno.symlink(".", `${root}/self`);
  assert(await run("mkfifo", `${root}/fifo`));
  const { matches, skipped } = await found(call, { text: "secret" });
  assertEquals(matches.map(({ path }) => path), ["text"]);
  assertEquals(skipped, { binary: 1, tooLarge: 1, unreadable: 0, notFiles: 4 });
  const all = await found(call, { text: "secret", exclude: [] });
  assertEquals(all.matches.map(({ path }) => path), ["text", ".git/config", "node_modules/x.js"]);
  assertEquals(JSON.stringify(all).includes(SECRET), false);
});

test(
  "search_files gives at most its bound of matches, and says when there are more",
  async (call, { root }) => {
    const max = LIMITS.searchMatchesMax;
    for (const count of [max - 1, max, max + 1]) {
      await Deno.writeTextFile(`${root}/a.txt`, "x\n".repeat(count));
      const { matches, cut } = await found(call, { text: "x" });
      assertEquals([matches.length, cut !== undefined], [Math.min(count, max), count > max]);
    }
    await fill(root, { "b.txt": "", "c.txt": "" });
    assertEquals((await found(call, { glob: "*.txt", limit: 3 })).cut, undefined);
    assertStringIncludes(
      (await found(call, { glob: "*.txt", limit: 2 })).cut!,
      "the first 2 matches",
    );
  },
);

test(
  "search_files refuses a search for nothing, for lines, and outside",
  async (call, { root, outside }) => {
    await Deno.symlink(outside, `${root}/out`);
    const reasons: [object, string][] = [
      [{}, "expected glob or text"],
      [{ text: "a\nb" }, "expected text of one line"],
      [{ text: "" }, ""],
      [{ text: "a", limit: LIMITS.searchMatchesMax + 1 }, ""],
      [{ glob: "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}" }, "at most 64 alternatives"],
      [{ path: "out", text: "secret" }, "leads outside the root"],
      [{ path: "..", text: "secret" }, 'it contains ".."'],
      [{ path: "none", text: "secret" }, "it does not exist"],
    ];
    for (const [args, reason] of reasons) {
      const result = await call("search_files", args);
      assertEquals(result.isError, true, JSON.stringify(args));
      assertStringIncludes(textOf(result), reason);
    }
  },
);

/** A tree of as many files as the test wants, in directories of 1,000, without a disk. */
function fakeFs(files: number, sizeBytes = 1): RootFs {
  const refuse = () => Promise.reject(new GomcpError("tool_error", "not in this test"));
  const directories = Math.ceil(files / 1_000);
  return {
    list: (path, { offset, limit }) => {
      const index = Number(path.slice(1));
      const [total, type] = path === "."
        ? [directories, "directory"] as const
        : [Math.min(1_000, files - index * 1_000), "file"] as const;
      const all = Array.from({ length: total }, (_, i) => ({ name: `n${i}`, type, sizeBytes }));
      return Promise.resolve({ entries: all.slice(offset, offset + limit), total });
    },
    read: () => Promise.resolve({ bytes: new TextEncoder().encode("x"), sizeBytes }),
    info: refuse,
    write: refuse,
    delete: refuse,
  };
}

const QUERY: SearchQuery = {
  start: ".",
  isWanted: () => true,
  text: "absent",
  ignoreCase: false,
  isExcluded: () => false,
  limit: 10,
  signal: new AbortController().signal,
};

Deno.test("search() looks at as many entries as its bound, directories included", async () => {
  const max = LIMITS.searchFilesMax;
  const directories = Math.ceil(max / 1_000);
  for (const more of [-1, 0, 1]) {
    const { entriesSeen, cut } = await search(fakeFs(max - directories + more), QUERY);
    assertEquals([entriesSeen, cut !== undefined], [Math.min(max, max + more), more > 0]);
  }
});

Deno.test("search() reads as many bytes as its bound", async () => {
  const size = LIMITS.fileReadBytesMax;
  const files = LIMITS.searchBytesMax / size;
  assertEquals((await search(fakeFs(files, size), QUERY)).cut, undefined);
  const { cut } = await search(fakeFs(files + 1, size), QUERY);
  assertStringIncludes(cut!, `the first ${LIMITS.searchBytesMax} bytes`);
});

Deno.test("search() goes on where a file or directory cannot be read, and counts it", async () => {
  const fs = fakeFs(2_001);
  const broken: RootFs = {
    ...fs,
    list: (path, page) => path === "n1" ? fs.info(path) as never : fs.list(path, page),
    read: (path, part) => path === "n0/n5" ? fs.info(path) as never : fs.read(path, part),
  };
  const { skipped, entriesSeen } = await search(broken, QUERY);
  assertEquals([skipped.unreadable, entriesSeen], [2, 3 + 1_000 + 1]);
});

test("search_files stops when the call is cancelled", async (_call, { fs, root }) => {
  await fill(root, Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`d${i}/f`, "x"])));
  const controller = new AbortController();
  let reads = 0;
  const counting: RootFs = {
    list: (path, page) => fs.list(path, page),
    info: (path) => fs.info(path),
    write: (path, bytes, options) => fs.write(path, bytes, options),
    delete: (path) => fs.delete(path),
    read: (path, part) => {
      if (++reads === 3) controller.abort(new Error("enough"));
      return fs.read(path, part);
    },
  };
  const searched = search(counting, { ...QUERY, signal: controller.signal });
  assertEquals(await searched.catch((error) => error.message), "enough");
  assertEquals(reads, 3);
});

test("search_files lets other work run meanwhile", async (call, { root }) => {
  await fill(root, Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`d${i}/f`, "x"])));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  try {
    await found(call, { text: "x" });
  } finally {
    clearInterval(timer);
  }
  assert(ticks > 1, `${ticks} ticks`);
});
