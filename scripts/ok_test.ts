/** Runs the check before a commit on small projects: its order, its first failure, its last line. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { lastLine, runScript } from "./testing/run_script.ts";

const GOOD = {
  "a_test.ts": `Deno.test("passes", () => {});\n`,
  "mod.ts": `/** A constant. */\nexport const one: number = 1;\n`,
  "README.md": "# A project\n\n```ts\nif (1 + 1 !== 2) throw new Error();\n```\n",
};

/** The step lines of an output, without their durations. */
function stepLines(stdout: string): string[] {
  return stdout.split("\n").flatMap((line) => {
    const match = /^(fmt|lint|check|docs|cycles|tests) +(ok|FAILED|skipped)/.exec(line);
    return match ? [`${match[1]} ${match[2]}`] : [];
  });
}

Deno.test("ok runs every step, the examples too, and ends with the tests' line", async () => {
  const run = await runScript("ok.ts", [], GOOD);
  const steps = ["fmt ok", "docs ok", "cycles ok", "lint ok", "check ok", "tests ok"];
  assertEquals(stepLines(run.stdout), steps, run.stderr);
  assertEquals([run.code, lastLine(run.stdout)], [0, "2 passed, 0 failed"]);
});

const FAULTS: [step: string, files: Record<string, string>, shown: string][] = [
  ["fmt", { "a.ts": "export  const a = 1;\n" }, "a.ts"],
  ["lint", { "a.ts": "export function f() {\n  debugger;\n}\n" }, "no-debugger"],
  ["check", { "a_test.ts": `export const a: number = "";\n` }, "TS2322"],
  ["check", { "docs/a.md": '```ts\nconst a: number = "";\n```\n' }, "TS2322"],
  ["docs", { "mod.ts": "export const one: number = 1;\n" }, "missing-jsdoc"],
  ["cycles", { "a.ts": `import "./a.ts";\n` }, "a.ts -> a.ts"],
];

for (const [step, files, shown] of FAULTS) {
  Deno.test(`ok stops at ${step} and shows what it found in ${Object.keys(files)}`, async () => {
    const run = await runScript("ok.ts", [], { ...GOOD, ...files });
    assertEquals(stepLines(run.stdout).at(-1), `${step} FAILED`, run.stderr);
    assertStringIncludes(run.stderr, shown);
    assertEquals(run.code, 1);
  });
}

Deno.test("ok skips the docs without an entry, fails with the tests and ends with their line", async () => {
  const failing = `Deno.test("fails", () => {\n  throw new Error();\n});\n`;
  const run = await runScript("ok.ts", [], {
    "a_test.ts": GOOD["a_test.ts"],
    "b_test.ts": failing,
  });
  assertEquals(stepLines(run.stdout), [
    "fmt ok",
    "docs skipped",
    "cycles ok",
    "lint ok",
    "check ok",
    "tests FAILED",
  ]);
  assertEquals([run.code, lastLine(run.stdout)], [1, "1 passed, 1 failed"]);
});
