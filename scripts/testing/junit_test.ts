/** Shows what a report of `deno test` counts as. */
import { assertEquals } from "@std/assert";
import { readJunit, slowestFiles } from "./junit.ts";

Deno.test("readJunit() adds up the suites and leaves the total tag alone", () => {
  const xml = `<testsuites name="deno test" tests="12" failures="2" errors="0" time="0.4">
    <testsuite name="./a_test.ts" tests="9" disabled="2" errors="1" failures="2">
      <testcase name="&lt;testsuite tests=&quot;7&quot;>" classname="./a_test.ts"></testcase>
    </testsuite>
    <testsuite name="./README.md$3-6.ts" tests="3" disabled="0" errors="0" failures="0">
    </testsuite></testsuites>`;
  assertEquals(readJunit(xml), { passed: 7, failed: 3, skipped: 2 });
});

Deno.test("readJunit() counts nothing in the empty file of a run that never began", () => {
  assertEquals(readJunit(""), { passed: 0, failed: 0, skipped: 0 });
});

Deno.test("slowestFiles() adds up the tests of each file, without their steps", () => {
  const xml = `<testsuites name="deno test" tests="5" failures="0" errors="0" time="9">
    <testsuite name="./a_test.ts" tests="1" disabled="0" errors="0" failures="0">
      <testcase name="1 &gt; 0" classname="./a_test.ts" time="0.250" line="1" col="6">
      </testcase>
    </testsuite>
    <testsuite name="./b_test.ts" tests="4" disabled="0" errors="0" failures="0">
      <testcase name="b" classname="./b_test.ts" time="1.500" line="1" col="6"></testcase>
      <testcase name="b &gt; step" classname="./b_test.ts" time="1.400" line="2" col="6"></testcase>
      <testcase name="b &gt; step &gt; inner" classname="./b_test.ts" time="1.300"></testcase>
      <testcase name="c" classname="./b_test.ts" time="0.750" line="9" col="6"></testcase>
    </testsuite></testsuites>`;
  assertEquals(slowestFiles(xml), [
    { name: "./b_test.ts", seconds: 2.25 },
    { name: "./a_test.ts", seconds: 0.25 },
  ]);
});
