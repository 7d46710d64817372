/** Runs the CI entry with an `npx` that only tells what it was asked for. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { runInFolder, type ScriptRun } from "./testing/run_script.ts";

const README = { "README.md": "Run `npx -y deno@1.2.3 task test` to test.\n" };

/** An `npx` whose `failing` task fails, with a line that says so. */
function npx(failing: string): string {
  return `#!/bin/sh
echo "npx $* (CI=$CI)"
case "$*" in *"${failing}") echo "1 passed, 1 failed"; exit 1 ;; esac
`;
}

async function runCi(files: Record<string, string>, failing = "task ok"): Promise<ScriptRun> {
  const entry = await Deno.readTextFile(new URL("../.ci/run", import.meta.url));
  const all = { ".ci/run": entry, "bin/npx": npx(failing), ...files };
  return await runInFolder(all, ["bash", "-c", `PATH="$PWD/bin:$PATH" exec .ci/run`]);
}

Deno.test("CI installs by the lock file, runs the README's deno, and passes its status on", async () => {
  const run = await runCi(README);
  assertEquals(run.stdout.split("\n"), [
    "npx -y deno@1.2.3 ci (CI=true)",
    "npx -y deno@1.2.3 task conformance (CI=true)",
    "npx -y deno@1.2.3 task conformance --through=http --requirements (CI=true)",
    "npx -y deno@1.2.3 task ok (CI=true)",
    "1 passed, 1 failed",
    "",
  ]);
  assertEquals(run.code, 1);
});

for (const failing of ["ci", "task conformance"]) {
  Deno.test(`CI ends with the status and the last line of a failing "${failing}"`, async () => {
    const run = await runCi(README, failing);
    const [last, line] = run.stdout.split("\n").slice(-3);
    assertEquals(last, `npx -y deno@1.2.3 ${failing} (CI=true)`);
    assertEquals([run.code, line], [1, "1 passed, 1 failed"]);
  });
}

const FAULTS: [name: string, files: Record<string, string>, message: string][] = [
  ["there is no README", {}, "README.md is missing"],
  ["the README has no test command", { "README.md": "deno task test\n" }, "has no test command"],
  [
    "the README has two test commands",
    { "README.md": "npx -y deno@1.2.3 task test\nnpx -y deno@1.2.4 task test\n" },
    "several test commands",
  ],
];

for (const [name, files, message] of FAULTS) {
  Deno.test(`CI fails and runs nothing when ${name}`, async () => {
    const run = await runCi(files);
    assertStringIncludes(run.stderr, message);
    assertEquals([run.code, run.stdout], [1, ""]);
  });
}
