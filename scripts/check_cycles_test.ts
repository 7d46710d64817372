/** Runs the cycle check on small projects. */
import { assertEquals } from "@std/assert";
import { runScript } from "./testing/run_script.ts";

Deno.test("check_cycles tells a cycle of types only, and exits 1", async () => {
  const run = await runScript("check_cycles.ts", [], {
    "src/a.ts": `import type { B } from "./deep/b.ts";\nexport type A = B;\n`,
    "src/deep/b.ts": `export type { A as B } from "../a.ts";\n`,
    "src/c.ts": `import type { A } from "./a.ts";\nexport type C = A;\n`,
  });
  assertEquals(run.stdout, "src/a.ts -> src/deep/b.ts -> src/a.ts\n");
  assertEquals(run.code, 1);
});

Deno.test("check_cycles follows the names that deno.json maps to the project's own files", async () => {
  const run = await runScript("check_cycles.ts", [], {
    "deno.json": `{ "imports": { "me": "./mod.ts", "zod": "npm:zod" } }`,
    "mod.ts": `export * from "./src/a.ts";\n`,
    "src/a.ts": `import { a } from "me";\nexport const b = a;\n`,
  });
  assertEquals([run.code, run.stdout], [1, "mod.ts -> src/a.ts -> mod.ts\n"]);
});

Deno.test("check_cycles counts the files of a project without cycles", async () => {
  const run = await runScript("check_cycles.ts", [], {
    "a.ts": `import "./b.ts"; // import "./a.ts"\n`,
    "b.ts": `export const text = 'import "./a.ts"';\n`,
    "dist/c.ts": `import "./c.ts";\n`,
    ".hidden/c.ts": `import "./c.ts";\n`,
  });
  assertEquals([run.code, run.stdout], [0, "no import cycles in 2 files\n"]);
});
