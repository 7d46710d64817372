/** Which npm packages a module names, itself or by what it imports. */
import { assertEquals } from "@std/assert";
import { moduleTree } from "./module_tree.ts";

async function specifiersOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return [...(await moduleTree(`${folder}/main.ts`)).npm].sort();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("moduleTree() finds packages in every kind of import", async () => {
  const text = `import a from "npm:a@1";
import 'npm:b';
export * from "npm:c@^2/sub";
const d = await import("npm:@scope/d");
import e from "jsr:@std/e";
import f from "node:fs";\n`;
  assertEquals(await specifiersOf({ "main.ts": text }), [
    "npm:@scope/d",
    "npm:a@1",
    "npm:b",
    "npm:c@^2/sub",
  ]);
});

Deno.test("moduleTree() takes no package from a comment or a text: it would be run", async () => {
  const text = `/** Do not use "npm:a@1" here. */ // nor "npm:b"
export const hint = 'npm:c'; export const more = "import x from \\"npm:d\\"";\n`;
  assertEquals(await specifiersOf({ "main.ts": text }), []);
});

Deno.test("moduleTree() follows local imports, also in circles", async () => {
  const files = {
    "main.ts": 'import "./a.ts";\nimport b from "./b.ts";\n',
    "a.ts": 'export * from "./main.ts";\nimport "npm:a";\n',
    "b.ts": 'const c = await import("./c.ts");\n',
    "c.ts": 'import "npm:c";\n',
    "unused.ts": 'import "npm:unused";\n',
  };
  assertEquals(await specifiersOf(files), ["npm:a", "npm:c"]);
});

Deno.test("moduleTree() leaves it to the import to complain of a missing file", async () => {
  assertEquals(await specifiersOf({}), []);
  assertEquals(await specifiersOf({ "main.ts": 'import "./gone.ts";\n' }), []);
});
