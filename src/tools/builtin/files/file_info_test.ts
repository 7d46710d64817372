/** Shows what `file_info` tells. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createRuntime } from "../../../runtime/runtime.ts";
import { ignore, textOf, withFileTools } from "../../../stores/root_fs/testing.ts";

Deno.test({
  name: "file_info tells type, size, time, mode, and whether it is a link",
  ignore,
  fn: () =>
    withFileTools(createRuntime, async (call, { root, outside }) => {
      await Deno.writeTextFile(`${root}/file`, "12345");
      await Deno.chmod(`${root}/file`, 0o604);
      await Deno.utime(`${root}/file`, 1_700_000_000, 1_700_000_000);
      await Deno.symlink("file", `${root}/link`);
      await Deno.symlink(outside, `${root}/out`);
      await Deno.mkdir(`${root}/dir`);
      const info = async (path: string) => {
        return (await call("file_info", { path })).structuredContent as Record<string, unknown>;
      };
      const file = { sizeBytes: 5, modified: "2023-11-14T22:13:20.000Z", mode: "0604" };
      assertEquals(await info("file"), { path: "file", type: "file", symlink: false, ...file });
      assertEquals(await info("link"), { path: "link", type: "file", symlink: true, ...file });
      const out = await info("out");
      assertEquals([out.type, out.symlink, out.sizeBytes], ["symlink", true, undefined]);
      const dir = await info("dir/");
      assertEquals([dir.path, dir.type, dir.sizeBytes], ["dir", "directory", undefined]);
    }),
});

Deno.test({
  name: "file_info tells nothing of what is outside or missing",
  ignore,
  fn: () =>
    withFileTools(createRuntime, async (call, { root, outside }) => {
      await Deno.symlink(outside, `${root}/out`);
      const reasons: [string, string][] = [
        ["out/secret.txt", "leads outside the root"],
        ["out/missing.txt", "leads outside the root"],
        ["../outside", 'it contains ".."'],
        ["missing", "it does not exist"],
      ];
      for (const [path, reason] of reasons) {
        const result = await call("file_info", { path });
        assertEquals(result.isError, true);
        assertStringIncludes(textOf(result), reason);
      }
    }),
});
