/** What is told of repeated tests, and that a test that fails now and then is found. */
import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { failuresOf, folderOf, tableOf } from "./repeat_tests.ts";
import { readCases } from "./testing/junit.ts";

Deno.test("readCases() reads tests as they are named, with what failed, and leaves steps out", () => {
  const xml = `<testsuites><testsuite name="./a_test.ts" tests="3">
<testcase name="it &lt;works&gt;" classname="./src/a/a_test.ts" time="0.5" line="1" col="1">
</testcase>
<testcase name="it &lt;works&gt; &gt; a step" classname="./src/a/a_test.ts" time="0.4"></testcase>
<testcase name="it fails" classname="./tests/b_test.ts" time="2.0"><failure message="x">y</failure></testcase>
</testsuite></testsuites>`;
  assertEquals(readCases(xml), [
    { file: "./src/a/a_test.ts", name: "it <works>", seconds: 0.5, failed: false },
    { file: "./tests/b_test.ts", name: "it fails", seconds: 2, failed: true },
  ]);
});

Deno.test("the table counts tests, runs and failures by folder, and failures name their seeds", () => {
  assertEquals(["./src/a/b/c_test.ts", "tests/x_test.ts"].map(folderOf), ["src/a", "tests"]);
  const good = { file: "./src/a/a_test.ts", name: "works", seconds: 0.5, failed: false };
  const runs = [
    { seed: 1, code: 0, cases: [good] },
    { seed: 2, code: 1, cases: [{ ...good, failed: true, seconds: 3 }] },
  ];
  assertEquals(
    tableOf(runs),
    "folder  tests  runs  failures  slowest s\nsrc/a       1     2         1        3.0",
  );
  assertEquals(failuresOf(runs), ["./src/a/a_test.ts => works: 1 of 2, --shuffle=2"]);
});

Deno.test("deno task test:repeat refuses what it cannot read", async () => {
  const script = fileURLToPath(new URL("repeat_tests.ts", import.meta.url));
  for (const args of [["-n", "0"], ["-n", "x"], ["--times=3"]]) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", script, ...args],
    }).output();
    assertEquals(code, 1);
    assertMatch(new TextDecoder().decode(stderr), /^Cannot read -/);
  }
});
