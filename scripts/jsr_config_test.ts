/** Keeps deno.jsr.json, for those who have JSR in reach, in step with deno.json. */
import { assertEquals } from "@std/assert";
import main from "../deno.json" with { type: "json" };
import jsr from "../deno.jsr.json" with { type: "json" };

type Imports = [name: string, target: string][];

/** `@std/cli/parse-args` → `@std/cli`: JSR's packages are mapped whole. */
function stdPackages(imports: Imports): string[] {
  const names = imports.filter(([name]) => name.startsWith("@std/"))
    .map(([name]) => name.split("/").slice(0, 2).join("/"));
  return [...new Set(names)].sort();
}

function others(imports: Imports): Imports {
  return imports.filter(([name]) => !name.startsWith("@std/"));
}

Deno.test("deno.jsr.json maps the same names as deno.json, @std to JSR", () => {
  const [from, to] = [Object.entries(main.imports), Object.entries(jsr.imports)];
  assertEquals(others(to), others(from));
  assertEquals(stdPackages(to), stdPackages(from));
  for (const [name, target] of to.filter(([name]) => name.startsWith("@std/"))) {
    assertEquals(target.startsWith(`jsr:${name}@`), true, target);
  }
});

Deno.test("deno.jsr.json compiles and runs as deno.json does", () => {
  assertEquals(jsr.compilerOptions, main.compilerOptions);
  assertEquals(jsr.unstable, main.unstable);
  assertEquals(jsr.nodeModulesDir, main.nodeModulesDir);
});
