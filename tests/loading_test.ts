/** `--tools`: every way in which a user's module, anywhere on disk, may export its tools. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { CLI, runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { hasPackage, PACKAGE } from "./support/packages.ts";
import { startServer } from "./support/server.ts";

/** The text of a module that defines tools of these names and exports them as `exported` says. */
function moduleOf(names: readonly string[], exported: string): string {
  const tools = names.map((name) =>
    `const ${name} = defineTool({ name: "${name}", description: "d", input: z.object({ a: z.string() }), ` +
    `handler: ({ a }) => "${name} " + a });\n`
  );
  return `import { defineTool } from "gomcp";\nimport { z } from "zod";\n${
    tools.join("")
  }${exported}\n`;
}

/** Serves the paths and gives the names of the tools, `echo` left out, after calling each. */
async function served(...paths: string[]): Promise<string[]> {
  await using server = await startServer({ args: paths.map((path) => `--tools=${path}`) });
  const { json } = await server.request("/v1/tools");
  const names = json.tools.map(({ name }: { name: string }) => name);
  const own = names.filter((name: string) => name !== "echo");
  for (const name of own) {
    const reply = await server.call(name, { a: "hi" });
    assertEquals(reply.json.content[0].text, `${name} hi`);
  }
  return own;
}

Deno.test("a module exports a tool, an array, several by name, or some of each", async (t) => {
  const forms: Record<string, [string[], string]> = {
    "one by default": [["a"], "export default a;"],
    "one by name": [["a"], "export { a as anything };"],
    "an array by default": [["a", "b"], "export default [a, b];"],
    "an array by name": [["a", "b"], "export const tools = [a, b];"],
    "several by name": [["a", "b", "c"], "export { a, b, c };"],
    "by name and by default": [["a", "b"], "export { a, b }; export default [a, b];"],
    "among other things": [["a"], "export { a }; export const x = 5, f = () => 1, n = null;"],
  };
  await using folder = await TempFolder.of();
  for (const [title, [names, exported]] of Object.entries(forms)) {
    await t.step(title, async () => {
      const path = await folder.write(`${title}/module.ts`, moduleOf(names, exported));
      assertEquals(await served(path), names);
    });
  }
});

Deno.test("a module may be .ts, .js or .mjs, and import others beside it", async () => {
  await using folder = await TempFolder.of({
    "typed.ts": moduleOf(["typed"], "export default typed; export const n: number = 5;"),
    "plain.js": moduleOf(["plain"], "export default plain;"),
    "module.mjs": moduleOf(["mjs"], "export default mjs;"),
    "lib/helper.ts": "export const greet = (who: string): string => words.imports + who;\n" +
      'import words from "./words.json" with { type: "json" };',
    "lib/words.json": '{ "imports": "imports " }',
    "imports.ts": 'import { greet } from "./lib/helper.ts";\n' +
      'import { readFileSync } from "node:fs";\n' +
      moduleOf([], "export default defineTool({ name: 'imports', description: 'd', ") +
      "input: z.object({ a: z.string() }), handler: ({ a }) => readFileSync && greet(a) });",
  });
  const paths = ["typed.ts", "plain.js", "module.mjs", "imports.ts"];
  const names = await served(...paths.map((name) => `${folder.path}/${name}`));
  assertEquals(names, ["imports", "mjs", "plain", "typed"]);
});

Deno.test("a folder gives the tools of its modules, and leaves out what is none", async () => {
  const broken = "throw new Error('not to be loaded');";
  await using folder = await TempFolder.of({
    "b.ts": moduleOf(["b"], "export { b };"),
    "a.mjs": moduleOf(["a"], "export { a };"),
    "shared.ts": "export const helper = 5;",
    "a_test.ts": broken,
    "a.test.js": broken,
    "_private.ts": broken,
    ".hidden.ts": broken,
    "types.d.ts": "export declare const x: number;",
    "sub/deep.ts": broken,
    "notes.md": "# Notes",
    "data.json": "{}",
  });
  assertEquals(await served(folder.path), ["a", "b"]);
  assertEquals(await served(`${folder.path}/`), ["a", "b"]);
});

Deno.test("--tools may be repeated, and paths may be of any form", async () => {
  await using folder = await TempFolder.of({
    "a b #1 ü %41/one.ts": moduleOf(["one"], "export { one };"),
    "two.ts": moduleOf(["two"], "export { two };"),
  });
  const [one, two] = [`${folder.path}/a b #1 ü %41/one.ts`, `${folder.path}/two.ts`];
  assertEquals(await served(one, two, two), ["one", "two"]);
  await using relative = await startServer({
    cwd: folder.path,
    args: ["--tools", "two.ts", "--tools=./a b #1 ü %41"],
  });
  assertEquals((await relative.call("two", { a: "x" })).json.content[0].text, "two x");
  await using fromEnv = await startServer({ env: { GOMCP_TOOLS: `${one},${two}` } });
  assertEquals((await fromEnv.call("one", { a: "x" })).json.content[0].text, "one x");
});

Deno.test("the module and the program share one gomcp and one zod", async () => {
  await using folder = await TempFolder.of({
    "first.ts": 'import { z } from "zod"; export const schema = z.object({ a: z.string() });',
    "second.ts": 'import { defineTool, GomcpError } from "gomcp";\n' +
      'import { schema } from "./first.ts";\n' +
      'import * as again from "gomcp";\n' +
      "export default defineTool({ name: 'shared', description: 'd', input: schema,\n" +
      "  handler: ({ a }) => `shared ${again.GomcpError === GomcpError ? a : 'twice'}` });",
  });
  assertEquals(await served(`${folder.path}/second.ts`), ["shared"]);
});

Deno.test("permissions that an inline tool declares are warned about", async () => {
  const text = "import { defineTool } from 'gomcp';\nexport default defineTool({ name: 'p', " +
    "description: 'd', isolation: 'inline', permissions: { net: ['example.com'] }, handler: () => 'x' });";
  await using folder = await TempFolder.of({ "p.ts": text });
  await using server = await startServer({ args: [`--tools=${folder.path}/p.ts`] });
  const warning = await server.log.find(({ level }) => level === "warn", "the warning");
  assertEquals([warning.tool, warning.file], ["p", `${folder.path}/p.ts`]);
});

Deno.test("a module may import from npm: hosted, or without the frozen lock; else it is plainly refused", async () => {
  const text = 'import isNumber from "' + PACKAGE + '";\nimport { defineTool } from "gomcp";\n' +
    "export default defineTool({ name: 'n', description: 'd', handler: () => `${isNumber(5)}` });";
  if (!await hasPackage()) return;
  await using folder = await TempFolder.of({ "n.ts": text });
  const path = `${folder.path}/n.ts`;
  const inline = [`--tools=${path}`, "--isolation=inline"];
  // Run from source, the program has a lock file.
  const program = CLI;
  const { code, stderr } = await runCli(["serve", "--addr=127.0.0.1:0", ...inline], { program });
  assertEquals(code, 1);
  assertStringIncludes(stderr, path);
  assertStringIncludes(stderr, PACKAGE);
  assertStringIncludes(stderr, "lock");
  for (
    const options of [{ args: inline, denoFlags: ["--no-lock"] }, { args: inline.slice(0, 1) }]
  ) {
    await using server = await startServer({ ...options, program });
    assertEquals((await server.call("n")).json.content[0].text, "true");
  }
});
