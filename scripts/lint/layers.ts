/** The rule `gomcp/layers`: a folder imports only what its row of the layer table allows. */
import { visitImports } from "./import_visitor.ts";
import { MAY_IMPORT } from "./layer_table.ts";
import { isTestFile, projectPath } from "./project_path.ts";

export const layers: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    const layer = layerOf(path);
    if (isTestFile(path) || !isLayered(layer)) return {};
    const allowed = Object.hasOwn(MAY_IMPORT, layer) ? MAY_IMPORT[layer] : undefined;
    if (!allowed) return { Program: (node) => context.report({ node, ...unknownLayer(layer) }) };

    return visitImports(({ node, specifier, data }) => {
      if (isOwnName(specifier)) {
        context.report({ node, ...ownName(path) });
        return;
      }
      // A bare name is a package of the import map; a text or JSON file brings no dependency along.
      if (data || !isLocal(specifier)) return;
      const target = layerOf(resolve(path, specifier));
      if (target === layer || allowed.includes(shortName(target))) return;
      context.report({ node, ...refused(layer, target, allowed) });
    });
  },
};

/** `src/base/clock.ts` → `src/base`, `cli/main.ts` → `cli`, `mod.ts` → `mod.ts`. */
function layerOf(path: string): string {
  const [first = "", second, third] = path.split("/");
  return first === "src" && third !== undefined ? `src/${second}` : first;
}

/** Files of src/ always are, so that a new folder cannot stand outside the table. */
function isLayered(layer: string): boolean {
  return layer === "src" || layer.startsWith("src/") || Object.hasOwn(MAY_IMPORT, layer);
}

/** The name that the table's lists use. */
function shortName(layer: string): string {
  return layer.replace(/^src\//, "");
}

function isLocal(specifier: string): boolean {
  return /^(\.\.?)?\//.test(specifier) || specifier.startsWith("file:");
}

function isOwnName(specifier: string): boolean {
  return specifier === "gomcp" || specifier.startsWith("gomcp/");
}

function resolve(importer: string, specifier: string): string {
  if (!specifier.startsWith(".")) return projectPath(specifier);
  return new URL(specifier, `file:///${importer}`).pathname.slice(1);
}

type Words = Pick<Deno.lint.ReportData, "message" | "hint">;

function refused(layer: string, target: string, allowed: readonly string[]): Words {
  const list = allowed.length > 0 ? allowed.join(", ") : "nothing";
  return {
    message: `${layer} must not import ${target}: it may import ${list}`,
    hint: "Declare a port (an interface) here and let src/runtime pass the implementation in.",
  };
}

function unknownLayer(layer: string): Words {
  return {
    message: layer === "src"
      ? "A file directly in src/ belongs to no layer"
      : `${layer} has no row in the layer table`,
    hint: "Move the file to a folder of the table, or add the row (scripts/lint/layer_table.ts).",
  };
}

function ownName(path: string): Words {
  return {
    message: `${path} must not import "gomcp": only examples, tests and docs use the public name`,
    hint: "Import the file that declares it by its relative path.",
  };
}
