/** Shows what `delete_file` takes away, and what it leaves. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createRuntime } from "../../../runtime/runtime.ts";
import { ignore, SECRET, textOf, withFileTools } from "../../../stores/root_fs/testing.ts";

Deno.test({
  name: "delete_file deletes a file, a link and an empty directory",
  ignore,
  fn: () =>
    withFileTools(createRuntime, async (call, { root, outside }) => {
      await Deno.mkdir(`${root}/dir`);
      await Deno.writeTextFile(`${root}/file`, "");
      await Deno.symlink(`${outside}/secret.txt`, `${root}/link`);
      const types: [string, string][] = [["file", "file"], ["link", "symlink"], [
        "dir/",
        "directory",
      ]];
      for (const [path, type] of types) {
        const { structuredContent } = await call("delete_file", { path });
        assertEquals((structuredContent as { type: string }).type, type);
      }
      assertEquals((await Array.fromAsync(Deno.readDir(root))).length, 0);
      assertEquals(await Deno.readTextFile(`${outside}/secret.txt`), SECRET);
    }),
});

Deno.test({
  name: "delete_file leaves full directories, the root, and whatever is outside",
  ignore,
  fn: () =>
    withFileTools(createRuntime, async (call, { root, outside }) => {
      await Deno.mkdir(`${root}/dir`);
      await Deno.writeTextFile(`${root}/dir/file`, "");
      await Deno.symlink(outside, `${root}/out`);
      const reasons: [string, string][] = [
        ["dir", "the directory is not empty"],
        [".", "it is the root itself"],
        ["out/secret.txt", "leads outside the root"],
        ["../outside/secret.txt", 'it contains ".."'],
        [`${outside}/secret.txt`, "it is absolute"],
        ["none", "it does not exist"],
      ];
      for (const [path, reason] of reasons) {
        const result = await call("delete_file", { path });
        assertEquals(result.isError, true);
        assertStringIncludes(textOf(result), reason);
      }
      assertEquals(await Deno.readTextFile(`${outside}/secret.txt`), SECRET);
      assertEquals((await Array.fromAsync(Deno.readDir(root))).length, 2);
    }),
});
