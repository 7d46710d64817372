/** Finds every import of a file for a lint rule: static, re-exported, type-only and dynamic. */

/** One import, as it is written. */
export interface Import {
  /** Where to report. */
  readonly node: Deno.lint.Node;
  /** The text between the quotes. */
  readonly specifier: string;
  /** Imported by `with { type: … }`: a text or JSON file, not code. */
  readonly data: boolean;
}

/** The visitor that calls `onImport` for each import. Computed dynamic imports cannot be seen. */
export function visitImports(onImport: (found: Import) => void): Deno.lint.LintVisitor {
  const report = (
    node: Deno.lint.Node,
    specifier: string | undefined,
    attributes: readonly Deno.lint.ImportAttribute[] = [],
  ) => {
    if (specifier !== undefined) onImport({ node, specifier, data: attributes.some(isType) });
  };
  return {
    ImportDeclaration: (node) => report(node, node.source.value, node.attributes),
    ExportAllDeclaration: (node) => report(node, node.source.value, node.attributes),
    ExportNamedDeclaration: (node) => report(node, node.source?.value, node.attributes),
    ImportExpression: (node) => report(node, literalText(node.source)),
    TSImportType: (node) => {
      if (node.argument.type === "TSLiteralType") report(node, literalText(node.argument.literal));
    },
    TSImportEqualsDeclaration: (node) => {
      const from = node.moduleReference;
      if (from.type === "TSExternalModuleReference") report(node, from.expression.value);
    },
  };
}

function isType(attribute: Deno.lint.ImportAttribute): boolean {
  const { key } = attribute;
  return (key.type === "Identifier" ? key.name : key.value) === "type";
}

/** The text of a string literal, or of a template literal without substitutions. */
function literalText(node: Deno.lint.Node): string | undefined {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node.type !== "TemplateLiteral" || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.cooked;
}
