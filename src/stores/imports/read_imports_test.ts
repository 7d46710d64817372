/** Shows that the import reader sees every form of import, and nothing in comments or strings. */
import { assertEquals } from "@std/assert";
import { listFiles } from "../../../scripts/cycles/import_graph.ts";
import { visitImports } from "../../../scripts/lint/import_visitor.ts";
import { readImports } from "./read_imports.ts";

const CASES: [text: string, imports: string[]][] = [
  [`import "./a.ts";`, ["./a.ts"]],
  [`import a from './a.ts'`, ["./a.ts"]],
  [`import a, { b as c, type D } from "./a.ts";`, ["./a.ts"]],
  [`import * as a from "./a.ts";`, ["./a.ts"]],
  [`import type { A } from "./a.ts";`, ["./a.ts"]],
  [`import type A from "./a.ts";`, ["./a.ts"]],
  [`import{a}from"./a.ts";import{b}from"./b.ts";`, ["./a.ts", "./b.ts"]],
  [`import {\n  a, // from "./no.ts"\n  from,\n} from "./a.ts";`, ["./a.ts"]],
  [`import { "odd name" as a } from "./a.ts";`, ["./a.ts"]],
  [`import from from "./a.ts";`, ["./a.ts"]],
  [`import a = require("./a.ts");`, ["./a.ts"]],
  [`import text from "./a.txt" with { type: "text" };`, ["./a.txt"]],
  [`export { a } from "./a.ts";`, ["./a.ts"]],
  [`export type { A } from "./a.ts";`, ["./a.ts"]],
  [`export * from "./a.ts";\nexport * as b from "./b.ts"`, ["./a.ts", "./b.ts"]],
  [`export type * from "./a.ts";`, ["./a.ts"]],
  [`const a = await import("./a.ts");`, ["./a.ts"]],
  ["const a = await import(`./a.ts`, {});", ["./a.ts"]],
  [`const all = [...import("./a.ts")];`, ["./a.ts"]],
  [`let a: import("./a.ts").A; type B = typeof import("./b.ts");`, ["./a.ts", "./b.ts"]],
  ["const a = `${`${await import('./a.ts')}`} from '${{}}'`; import './b.ts';", [
    "./a.ts",
    "./b.ts",
  ]],
  [`import "./a.ts"; import "./a.ts";`, ["./a.ts"]],
  // Regular expressions and divisions.
  [`const a = /['"\`]/g; import "./a.ts";`, ["./a.ts"]],
  [`return /[/"]/.test(a); import "./a.ts";`, ["./a.ts"]],
  [`const a = b / c; const d = "e" / f; import "./a.ts";`, ["./a.ts"]],
  // What is none.
  [`// import "./a.ts";\n/* import "./a.ts"; */`, []],
  [`const a = 'import "./a.ts"';`, []],
  ['const a = `import "./a.ts"; ${b} export * from "./a.ts"`;', []],
  [`const a = "\\" import './a.ts'";`, []],
  [`await import(name); await import("./" + name); import(\`./\${a}.ts\`);`, []],
  [`import.meta.url; port.import("./a.ts"); const a = { import: "./a.ts" };`, []],
  [`export { a };\nconst from = "./a.ts";`, []],
  [`export const a = { from: "./a.ts" }; export default "./a.ts";`, []],
  [`export type From = "./a.ts"; export function from(a = "./a.ts") {}`, []],
  [`"unfinished\nimport "./a.ts";`, ["./a.ts"]],
];

for (const [text, imports] of CASES) {
  Deno.test(`readImports() reads ${text.replaceAll("\n", " ")}`, () => {
    assertEquals(readImports(text), imports);
  });
}

Deno.test("readImports() agrees with Deno's own parser on every file of the project", async () => {
  const root = `${import.meta.dirname}/../..`;
  for (const file of await listFiles(root)) {
    const text = await Deno.readTextFile(`${root}/${file}`);
    assertEquals(readImports(text).sort(), parsedImports(text), file);
  }
});

/** The same answer from the syntax tree that `deno lint` gives its plugins. */
function parsedImports(text: string): string[] {
  const found = new Set<string>();
  const visitor = visitImports(({ specifier }) => found.add(specifier));
  const plugin = { name: "test", rules: { imports: { create: () => visitor } } };
  Deno.lint.runPlugin(plugin, "a.ts", text);
  return [...found].sort();
}
