/** `--tools` that cannot be loaded: one clear message with file and tool, exit 1, nothing half started. */
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { parallelSteps } from "./support/parallel_steps.ts";

const HEAD = 'import { defineTool } from "gomcp";\nimport { z } from "zod";\n';

/** A module of one tool named "odd" with these options. */
function tool(options: string, name = "odd"): string {
  const rest = options.includes("handler") ? options : `${options} handler: () => "x",`;
  return `${HEAD}export default defineTool({ name: ${JSON.stringify(name)}, ${rest} });`;
}

const GOOD = tool('description: "d",', "good");

/** Starts the server with the paths, and expects it to fail with one message that matches all patterns. */
async function fails(
  paths: readonly string[],
  patterns: readonly RegExp[],
  more: readonly string[] = [],
): Promise<void> {
  const tools = paths.map((path) => `--tools=${path}`);
  const args = ["serve", "--mode=all", "--addr=127.0.0.1:0", ...tools, ...more];
  const { code, stdout, stderr } = await runCli(args);
  assertEquals([code, stdout], [1, ""], stderr);
  for (const pattern of [/^gomcp: Cannot load /, ...patterns]) assertMatch(stderr, pattern);
  assertEquals(stderr.match(/^\S/gm)?.length, 1, stderr); // Deno's own words may go on, indented
  assertNotMatch(stderr, /serving|\/(?:src|cli)\//);
}

/** What is wrong with a module, its text, and what the message must say beside the file. */
const MODULES: Readonly<Record<string, readonly [string, RegExp]>> = {
  "throws": ['throw new Error("broken at load");', /broken at load/],
  "throws undefined": ["throw undefined;", /undefined was thrown/],
  "is not JavaScript": [`${HEAD}export const = 5;`, /Expression expected|Unexpected|expected/i],
  "imports a file that is not there": ['import "./nowhere.ts";', /nowhere\.ts/],
  "imports a package that is not there": ['import "not-a-package";', /not-a-package/],
  "imports what gomcp has not": [
    'import { nothing } from "gomcp"; export default nothing;',
    /nothing/,
  ],
  "exports no tool": ["export const x = 5;", /exports no tool/],
  "exports nothing": ["", /exports no tool/],
  "exports a plain object": [
    'export const mine = { name: "odd", description: "d", handler: () => "x" };',
    /"mine" .*"odd".* plain object.* defineTool/,
  ],
  "exports a plain object in an array": [
    'export default [{ name: "odd", description: "d", handler: () => "x" }];',
    /"default" .*"odd".* plain object/,
  ],
  "has a tool without a description": [tool(""), /"odd".*description/],
  "has a tool without a handler": [tool('description: "d", handler: 5'), /"odd".*handler/],
  "has a tool with an unknown option": [tool('description: "d", inputs: {},'), /"odd".*"inputs"/],
  "has a tool with a schema of the wrong type": [
    tool('description: "d", input: z.string(),'),
    /"odd".*"string".*"object"/,
  ],
  "has a tool with an invalid schema": [
    tool('description: "d", input: { type: "object", properties: { a: { type: "numbr" } } },'),
    /"odd".*schema/,
  ],
  "has a tool whose schema is elsewhere": [
    tool('description: "d", input: { type: "object", $ref: "https://example.com/schema" },'),
    /"odd".*https:\/\/example\.com\/schema/,
  ],
  "has a tool with a schema that cannot be shown": [
    tool('description: "d", input: z.object({ a: z.date() }),'),
    /"odd".*input schema/,
  ],
  "has a tool with a bad output schema": [
    tool('description: "d", output: { type: 5 },'),
    /"odd".*schema/,
  ],
  "has a tool with a bad timeout": [tool('description: "d", timeout: "soon",'), /"odd".*"soon"/],
  "has a tool named like a built-in": [tool('description: "d",', "echo"), /"echo".*built-in/],
  "has two tools of one name": [
    `${HEAD}export const a = defineTool({ name: "twin", description: "d", handler: () => "a" });\n` +
    'export const b = defineTool({ name: "twin", description: "d", handler: () => "b" });',
    /"twin"/,
  ],
};

Deno.test("a module that cannot be loaded is named with what is wrong, exit 1", async (t) => {
  const steps = Object.entries(MODULES).map(([title, [text, pattern]]) =>
    [`one that ${title}`, async () => {
      await using folder = await TempFolder.of({ "good.ts": GOOD, "bad.ts": text });
      // A good one before it must not be served either.
      await fails([`${folder.path}/good.ts`, `${folder.path}/bad.ts`], [/\/bad\.ts: /, pattern]);
    }] as const
  );
  await parallelSteps(t, Object.fromEntries(steps));
});

Deno.test("a module that fails while it runs is not run a second time to find out why", async () => {
  await using folder = await TempFolder.of();
  const runs = `${folder.path}/runs`;
  const path = await folder.write(
    "bad.ts",
    `Deno.writeTextFileSync(${JSON.stringify(runs)}, "x", { append: true });\n` +
      'const name = "./nowhere.ts";\nawait import(name);',
  );
  const permit = `--permit=${path}:write=${folder.path}`;
  await fails([path], [/bad\.ts: .*nowhere\.ts/], [permit]);
  assertEquals(await Deno.readTextFile(runs), "x");
});

Deno.test("illegal names are refused", async () => {
  await using folder = await TempFolder.of();
  for (const [index, name] of ["", "a b", "ü", "a/b", "x".repeat(129)].entries()) {
    const path = await folder.write(`bad${index}.ts`, tool('description: "d",', name));
    const { code, stderr } = await runCli(["serve", "--mode=stdio", `--tools=${path}`]);
    assertEquals(code, 1);
    assert(stderr.includes(path) && stderr.includes("name"), stderr);
  }
});

Deno.test("the same name in two modules is refused, and both files are named", async () => {
  await using folder = await TempFolder.of({
    "one.ts": tool('description: "d",', "twin"),
    "two.ts": tool('description: "d",', "twin"),
  });
  const patterns = [/"twin"/, /\/one\.ts/, /\/two\.ts/];
  await fails([folder.path], patterns);
  await fails([`${folder.path}/one.ts`, `${folder.path}/two.ts`], patterns);
});

Deno.test("paths that are no modules are refused", async () => {
  await using folder = await TempFolder.of({ "notes.md": "# Notes", "empty/x.txt": "x" });
  await fails([`${folder.path}/nowhere.ts`], [/nowhere\.ts: there is no such path/]);
  await fails([`${folder.path}/nowhere`], [/nowhere: there is no such path/]);
  await fails([`${folder.path}/notes.md`], [/notes\.md: expected \.ts, \.js or \.mjs/]);
  await fails([`${folder.path}/empty`], [/empty: it exports no tool/]);
});
