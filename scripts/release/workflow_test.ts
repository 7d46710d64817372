/** The workflow of a release builds for all systems, by the tasks and the Deno of this project. */
import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";

const ROOT = new URL("../../", import.meta.url);
const read = (name: string) => Deno.readTextFile(new URL(name, ROOT));

Deno.test("the release workflow builds each system, and runs tasks that there are", async () => {
  const text = await read(".github/workflows/release.yml");
  const { jobs, env, permissions } = parse(text);
  const files = jobs.build.strategy.matrix.include.map(({ file }: { file: string }) => file);
  assertEquals(files, [
    "gomcp-linux-x64",
    "gomcp-linux-arm64",
    "gomcp-macos-x64",
    "gomcp-macos-arm64",
    "gomcp-windows-x64.exe",
  ]);
  const { tasks } = JSON.parse(await read("deno.json"));
  for (const [, task] of text.matchAll(/\$DENO task (\S+)/g)) assert(task! in tasks, task);
  const readme = /npx -y deno@[\d.]+/.exec(await read("README.md"));
  assertEquals(env.DENO, readme?.[0]);
  // Only the job that publishes may write.
  assertEquals([permissions, jobs.build.permissions], [{ contents: "read" }, undefined]);
});
