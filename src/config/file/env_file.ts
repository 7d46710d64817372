/** Files of lines NAME=VALUE, as shells and editors have them. */

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;

/** What such a file says; the last line of a name holds. A line that is none is told by its number. */
export function readEnvFile(
  text: string,
): { readonly values: Readonly<Record<string, string>> } | { readonly fault: string } {
  const values: Record<string, string> = {};
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined) return { fault: `line ${at + 1} is not NAME=VALUE` };
    values[name] = valueOf(value!);
  }
  return { values };
}

/** Quotes keep blanks and "#"; between double ones "\n" is a new line. */
function valueOf(text: string): string {
  const [, quote, inner] = /^(["'`])(.*)\1(?:\s+#.*)?$/s.exec(text) ?? [];
  if (quote === undefined) return text.replace(/\s+#.*$/, "");
  return quote === '"' ? inner!.replaceAll("\\n", "\n") : inner!;
}
