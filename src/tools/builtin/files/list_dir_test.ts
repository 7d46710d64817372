/** Shows what `list_dir` gives, page by page. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { LIMITS } from "../../../base/limits.ts";
import { createRuntime } from "../../../runtime/runtime.ts";
import {
  type Call,
  ignore,
  type Sandbox,
  textOf,
  withFileTools,
} from "../../../stores/root_fs/testing.ts";

const MAX = LIMITS.listEntriesMax;

function test(name: string, check: (call: Call, sandbox: Sandbox) => Promise<void>): void {
  Deno.test({ name, ignore, fn: () => withFileTools(createRuntime, check) });
}

interface Listing {
  entries: { name: string }[];
  total: number;
  nextOffset?: number;
}

test(
  "list_dir gives the root, or a directory with or without a slash at its end",
  async (call, { root }) => {
    await Deno.mkdir(`${root}/src`);
    await Deno.writeTextFile(`${root}/src/a.ts`, "abc");
    await Deno.symlink("a.ts", `${root}/src/b.ts`);
    const { structuredContent } = await call("list_dir", {});
    const entries = [{ name: "src", type: "directory" }];
    assertEquals(structuredContent, { path: ".", entries, total: 1 });
    for (const path of ["src", "src/", "./src"]) {
      const { structuredContent } = await call("list_dir", { path });
      assertEquals((structuredContent as Listing).entries as unknown, [
        { name: "a.ts", type: "file", sizeBytes: 3 },
        { name: "b.ts", type: "symlink" },
      ]);
    }
  },
);

test("list_dir gives at most its bound, and says where to go on", async (call, { root }) => {
  const name = (i: number) => `f${String(i).padStart(5, "0")}`;
  const list = async (args: object = {}) => {
    return (await call("list_dir", args)).structuredContent as Listing;
  };
  for (let i = 0; i < MAX - 1; i++) Deno.writeTextFileSync(`${root}/${name(i)}`, "");
  assertEquals((await list()).entries.length, MAX - 1);
  await Deno.writeTextFile(`${root}/${name(MAX - 1)}`, "");
  const full = await list();
  assertEquals([full.entries.length, full.nextOffset], [MAX, undefined]);
  await Deno.writeTextFile(`${root}/${name(MAX)}`, "");
  const first = await list();
  assertEquals([first.entries.length, first.total, first.nextOffset], [MAX, MAX + 1, MAX]);
  const last = await list({ offset: first.nextOffset });
  assertEquals(last.entries.map((entry) => entry.name), [name(MAX)]);
  assertEquals(last.nextOffset, undefined);
  assertEquals((await list({ offset: 10, limit: 2 })).nextOffset, 12);
  assertEquals((await list({ offset: MAX + 5 })).entries, []);
});

test(
  "list_dir refuses what is outside, absolute or no directory",
  async (call, { root, outside }) => {
    await Deno.symlink(outside, `${root}/out`);
    await Deno.writeTextFile(`${root}/file`, "");
    const reasons: [string, string][] = [
      ["out", "leads outside the root"],
      ["..", 'it contains ".."'],
      ["/", "it is absolute"],
      ["a\0", "NUL"],
      ["file", "expected a directory"],
    ];
    for (const [path, reason] of reasons) {
      const result = await call("list_dir", { path });
      assertEquals(result.isError, true);
      assertStringIncludes(textOf(result), reason);
    }
    assertEquals((await call("list_dir", { limit: MAX + 1 })).isError, true);
  },
);
