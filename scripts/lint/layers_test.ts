/** Shows the rule `gomcp/layers` catching planted violations and passing legal code. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { plugin } from "./gomcp.ts";
import { MAY_IMPORT } from "./layer_table.ts";

/** This checkout. */
const ROOT = import.meta.dirname!.replace("/scripts/lint", "");

/** What the rule says about planted text; the plugin's other rule is left out. */
function lint(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, file, source)
    .filter((found) => found.id === "gomcp/layers")
    .map((found) => found.message);
}

const REFUSED: [file: string, source: string][] = [
  // Every way of writing an import.
  ["src/base/a.ts", `import { x } from "../protocol/x.ts";`],
  ["src/base/a.ts", `import "../protocol/x.ts";`],
  ["src/base/a.ts", `import type { X } from "../protocol/x.ts";`],
  ["src/base/a.ts", `import { type X } from "../protocol/x.ts";`],
  ["src/base/a.ts", `export { x } from "../protocol/x.ts";`],
  ["src/base/a.ts", `export type { X } from "../protocol/x.ts";`],
  ["src/base/a.ts", `export * from "../protocol/x.ts";`],
  ["src/base/a.ts", `export type * from "../protocol/x.ts";`],
  ["src/base/a.ts", `await import("../protocol/x.ts");`],
  ["src/base/a.ts", "await import(`../protocol/x.ts`);"],
  ["src/base/a.ts", `let x: import("../protocol/x.ts").X;`],
  // A sibling, and the layers above.
  ["src/audit/a.ts", `import "../tenants/x.ts";`],
  ["src/audit/deep/er/a.ts", `import "../../../tenants/x.ts";`],
  ["src/tools/a.ts", `import "../supervisor/x.ts";`],
  ["src/pipeline/a.ts", `import "../tools/x.ts";`],
  ["src/stores/a.ts", `import "../supervisor/x.ts";`],
  ["src/stores/a.ts", `import "../config/x.ts";`],
  ["src/supervisor/a.ts", `import "../audit/x.ts";`],
  ["src/config/a.ts", `import "../protocol/x.ts";`],
  ["src/runtime/a.ts", `import "../adapters/x.ts";`],
  ["src/runtime/a.ts", `import "../client/x.ts";`],
  ["src/adapters/http/a.ts", `import "../../tools/x.ts";`],
  ["src/client/a.ts", `import "../pipeline/x.ts";`],
  // Out of src/, and around it.
  ["src/base/a.ts", `import "../../mod.ts";`],
  ["src/base/a.ts", `import "../../scripts/x.ts";`],
  ["src/base/a.ts", `import "../../tests/x.ts";`],
  ["src/base/a.ts", `import "gomcp";`],
  ["src/base/a.ts", `import "gomcp/cli";`],
  ["cli/main.ts", `import "gomcp";`],
  ["cli/main.ts", `import "../src/tools/x.ts";`],
  ["cli/main.ts", `import "../src/supervisor/x.ts";`],
  ["mod.ts", `export { x } from "./src/client/x.ts";`],
  ["mod.ts", `export { x } from "./cli/main.ts";`],
  ["client.ts", `export { x } from "./src/runtime/x.ts";`],
  // A folder or file that the table does not know.
  ["src/newcomer/a.ts", `export const a = 1;`],
  ["src/a.ts", `export const a = 1;`],
  ["src/runtime/a.ts", `import "../newcomer/x.ts";`],
  // Wherever the checkout lies.
  ["/usr/src/app/src/base/a.ts", `import "../protocol/x.ts";`],
  ["/home/someone/gomcp/cli/main.ts", `import "../src/tools/x.ts";`],
  [new URL("../../src/base/a.ts", import.meta.url).href, `import "../protocol/x.ts";`],
  [`${ROOT}/mod.ts`, `export * from "./cli/main.ts";`],
];

const ALLOWED: [file: string, source: string][] = [
  ["src/base/a.ts", `import "./b.ts"; import "./deep/c.ts"; import "../base/d.ts";`],
  ["src/protocol/a.ts", `import type { Clock } from "../base/clock.ts";`],
  ["src/audit/a.ts", `import "../pipeline/x.ts"; export * from "../protocol/x.ts";`],
  ["src/stores/a.ts", `import "../audit/x.ts"; import type { T } from "../tenants/x.ts";`],
  ["src/supervisor/a.ts", `import "../tools/x.ts"; await import("../pipeline/x.ts");`],
  ["src/runtime/a.ts", `import "../stores/x.ts"; import "../supervisor/x.ts";`],
  ["src/adapters/http/a.ts", `import "../../runtime/x.ts"; import "../stdio/x.ts";`],
  ["cli/serve.ts", `import "../src/runtime/x.ts"; import "../mod.ts"; import "./flags.ts";`],
  ["mod.ts", `export { x } from "./src/tools/x.ts"; export { y } from "./src/adapters/y.ts";`],
  ["client.ts", `export { x } from "./src/client/x.ts";`],
  // Wherever the checkout lies, and whatever a folder of a layer is called.
  ["/usr/src/app/src/base/a.ts", `import "./b.ts";`],
  ["file:///tmp/a%20b/src/tools/a.ts", `import "../base/b.ts";`],
  ["src/adapters/cli/a.ts", `import "../../pipeline/b.ts";`],
  // Packages, data, and what only looks like an import.
  ["src/base/a.ts", `import { z } from "zod"; import a from "npm:ajv"; import "@std/assert";`],
  ["src/runtime/a.ts", `import page from "../client/p.html" with { type: "text" };`],
  ["src/base/a.ts", `// import "../protocol/x.ts";\nconst s = 'import "../protocol/x.ts"';`],
  ["src/base/a.ts", "await import(`../${name}/x.ts`);"],
  ["src/base/a.ts", `export const own = 1; export { own as other };`],
  // Files that may import anything.
  ["src/base/a_test.ts", `import "../runtime/x.ts"; import "gomcp";`],
  ["tests/a.ts", `import "../src/base/x.ts"; import "gomcp";`],
  ["scripts/a.ts", `import "../src/base/x.ts";`],
  ["bench/a.ts", `import "../src/tools/x.ts";`],
  ["examples/a.ts", `import "gomcp";`],
];

for (const [file, source] of REFUSED) {
  Deno.test(`gomcp/layers refuses in ${shown(file)}: ${shown(source)}`, () => {
    assertEquals(lint(file, source).length, 1);
  });
}

for (const [file, source] of ALLOWED) {
  Deno.test(`gomcp/layers allows in ${shown(file)}: ${shown(source)}`, () => {
    assertEquals(lint(file, source), []);
  });
}

Deno.test("gomcp/layers says which folder must not import which, and what it may", () => {
  const [message = ""] = lint("src/supervisor/a.ts", `import "../audit/x.ts";`);
  assertStringIncludes(message, "src/supervisor must not import src/audit");
  assertStringIncludes(message, "base, protocol, pipeline, tools");
});

Deno.test("the layer table names only folders that have a row", () => {
  for (const name of Object.values(MAY_IMPORT).flat()) {
    assertEquals(name in MAY_IMPORT || `src/${name}` in MAY_IMPORT, true, name);
  }
});

/** A test's name must be the same on every machine, and on one line. */
function shown(text: string): string {
  return text.replace(`${ROOT}/`, "(checkout)/").replaceAll("\n", " ");
}
