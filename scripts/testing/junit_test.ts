/** Shows what a report of `deno test` counts as. */
import { assertEquals } from "@std/assert";
import { readJunit } from "./junit.ts";

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
