/** The types of entries and of all that they refer to, file by file. */
import ts from "typescript";

const OPTIONS = { target: ts.ScriptTarget.ESNext, isolatedDeclarations: true };
const RELATIVE = /((?:from|import\()\s*")(\.[^"]+)\.ts"/g;

/** Declarations by their paths in the package: below types/, as the sources are below the project. */
export async function declarations(
  project: string,
  entries: readonly string[],
): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  const open = [...entries];
  for (const path of open) {
    const text = declarationOf(path, await Deno.readTextFile(`${project}/${path}`));
    texts[`types/${path.replace(/\.ts$/, ".d.ts")}`] = text.replaceAll(RELATIVE, '$1$2.js"');
    for (const [, , specifier] of text.matchAll(RELATIVE)) {
      const next = new URL(`${specifier}.ts`, `file:///${path}`).pathname.slice(1);
      if (!open.includes(next)) open.push(next);
    }
  }
  return texts;
}

/** Each file by itself: what would need another one's inference is an error. */
function declarationOf(fileName: string, text: string): string {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(text, {
    fileName,
    compilerOptions: OPTIONS,
    reportDiagnostics: true,
  });
  const [first] = diagnostics;
  if (first === undefined) return outputText;
  const what = ts.flattenDiagnosticMessageText(first.messageText, "\n");
  throw new Error(`Cannot make the types of ${fileName}: ${what}`);
}
