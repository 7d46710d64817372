/** The blocks of code in the project's texts, which tests run as a reader would. */

export interface Snippet {
  /** Such as "sh", "ts", "python". */
  readonly language: string;
  /** What stands behind the language, such as "title=tools/greet.ts". */
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

/** All blocks of a file of Markdown, in order. */
export async function snippetsOf(path: string): Promise<readonly Snippet[]> {
  const markdown = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
  return [...markdown.matchAll(/^```(\w*)([^\n]*)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1]!,
    info: match[2]!.trim(),
    text: match[3]!,
    line: markdown.slice(0, match.index).split("\n").length,
  }));
}

/** The commands in blocks of a shell: a line each, continued by a backslash or an open quote. */
export function commandLines(text: string): readonly string[] {
  const lines: string[] = [];
  let open = "";
  for (const line of text.replaceAll("\\\n", " ").split("\n")) {
    open = open === "" ? line : `${open}\n${line}`;
    // Within quotes a command goes on.
    if ((open.match(/'/g)?.length ?? 0) % 2 === 1) continue;
    const command = open.replace(/(^|\s)#.*$/, "").trim();
    if (command !== "") lines.push(command);
    open = "";
  }
  return lines;
}
