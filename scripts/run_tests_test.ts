/** Runs the test runner on small projects: its status, its closing line, its order. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { judge } from "./run_tests.ts";
import { PROGRAM_VARIABLE } from "./testing/build_program.ts";
import { lastLine, runScript } from "./testing/run_script.ts";

const PASSING = `Deno.test("passes", () => {});\n`;
const FAILING = `Deno.test("fails", () => { throw new Error("planted"); });\n`;
const SKIPPED = `Deno.test.ignore("skipped", () => {});\n`;

const RUNS: {
  name: string;
  files: Record<string, string>;
  args?: string[];
  code: number;
  line: string;
  problem?: string;
}[] = [
  {
    name: "one passing test",
    files: { "a_test.ts": PASSING },
    code: 0,
    line: "1 passed, 0 failed",
  },
  {
    name: "a failing and a skipped test beside it",
    files: { "a_test.ts": PASSING + FAILING + SKIPPED },
    code: 1,
    line: "1 passed, 1 failed, 1 skipped",
  },
  {
    name: "a module that throws beside a passing test",
    files: { "a_test.ts": PASSING, "b_test.ts": `throw new Error("planted");\n` },
    code: 1,
    line: "1 passed, 1 failed",
    problem: "outside of any test",
  },
  {
    name: "a test that does not compile",
    files: { "a_test.ts": `const n: number = "planted";\n` + PASSING },
    args: ["--check"],
    code: 1,
    line: "0 passed, 1 failed",
    problem: "No test ran",
  },
  {
    name: "a test that leaves a process behind",
    files: {
      "a_test.ts": `Deno.test({ name: "passes", sanitizeResources: false, fn() {
        new Deno.Command(Deno.execPath(), { args: ["run", Deno.cwd() + "/cli/stays.ts"],
          detached: true, stdin: "null", stdout: "null", stderr: "null" }).spawn().unref();
      } });\n`,
      "cli/stays.ts": "setTimeout(() => {}, 20_000);\n",
    },
    code: 1,
    line: "1 passed, 1 failed",
    problem: "left processes behind",
  },
  {
    name: "no test file",
    files: {},
    code: 1,
    line: "0 passed, 1 failed",
    problem: "No test ran",
  },
  {
    name: "tests that were all filtered out",
    files: { "a_test.ts": PASSING },
    args: ["--filter", "another name"],
    code: 1,
    line: "0 passed, 1 failed, 1 skipped",
    problem: "No test ran",
  },
  {
    name: "an example in the README, by an argument that is passed through",
    files: { "README.md": "```ts\nif (1 + 1 !== 2) throw new Error();\n```\n" },
    args: ["--doc"],
    code: 0,
    line: "1 passed, 0 failed",
  },
];

/** Type-checking takes most of a run's time, and only one of them is about it. */
const FAST = ["--no-check"];

for (const { name, files, args = [], code, line, problem } of RUNS) {
  Deno.test(`run_tests ends with "${line}" after ${name}`, async () => {
    const all = args.includes("--check") ? args : [...FAST, ...args];
    const run = await runScript("run_tests.ts", all, files);
    assertEquals(lastLine(run.stdout), line, run.stdout + run.stderr);
    assertEquals(run.code, code);
    assertStringIncludes(run.stderr, problem ?? "");
  });
}

Deno.test("run_tests shuffles where CI is set, and says how to repeat the order", async () => {
  const files = { "a_test.ts": PASSING };
  const shuffled = await runScript("run_tests.ts", FAST, files, { CI: "true" });
  assertMatch(shuffled.stdout, /repeat this order with --shuffle=\d+\n1 passed, 0 failed\n$/);
  const chosen = await runScript("run_tests.ts", [...FAST, "--shuffle=7"], files, { CI: "true" });
  assertEquals([chosen.code, lastLine(chosen.stdout)], [0, "1 passed, 0 failed"]);
  assertEquals(chosen.stdout.includes("repeat this order"), false);
});

Deno.test("run_tests tells the files that took the longest before its last line", async () => {
  const files = { "a_test.ts": PASSING, "b_test.ts": PASSING };
  const run = await runScript("run_tests.ts", FAST, files);
  assertMatch(run.stdout, /slowest files.*\n( +\d+\.\d s {2}\.\/[ab]_test\.ts\n){2}2 passed/);
});

Deno.test("run_tests builds the command line for all tests, and not for a file alone", async () => {
  const main = `console.log("built:", import.meta.url.includes("gomcp-tests-"));\n`;
  const test = `Deno.test("starts it", async () => {
  const program = Deno.env.get("${PROGRAM_VARIABLE}");
  if (program === undefined) return console.log("from source");
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", program] }).output();
  console.log(new TextDecoder().decode(stdout));
});\n`;
  const files = { "cli/main.ts": main, "a_test.ts": test };
  const all = await runScript("run_tests.ts", FAST, files);
  // Without a registry to have esbuild from it is said, and the tests run all the same.
  assertMatch(all.stdout + all.stderr, /built: true|The tests run cli\/main\.ts from source: /);
  const one = await runScript("run_tests.ts", [...FAST, "a_test.ts"], files);
  assertStringIncludes(one.stdout, "from source");
  assertEquals(
    [all, one].map(({ stdout }) => lastLine(stdout)),
    Array(2).fill("1 passed, 0 failed"),
  );
});

Deno.test("judge() never lets a failed run say that nothing failed", () => {
  const counts = { passed: 3, failed: 0, skipped: 1 };
  assertEquals(judge(0, counts), { code: 0, counts });
  assertEquals(judge(137, counts).counts.failed, 1);
  assertEquals(judge(1, { ...counts, failed: 2 }).counts.failed, 2);
  assertEquals(judge(0, { passed: 0, failed: 0, skipped: 1 }).code, 1);
});
