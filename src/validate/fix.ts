/** Mends what can be mended in JSON files, and leaves all else of their texts as it is. */
import type { Finding } from "./finding.ts";
import { editJson } from "./json_edit.ts";
import type { ToolServer } from "./tool_server.ts";

/** What became of the files. */
export interface FixedFiles {
  /** The new texts, by file. */
  readonly texts: ReadonlyMap<string, string>;
  /** The findings that are mended by them. */
  readonly fixed: readonly Finding[];
}

/** Applies the fixes of findings in JSON files; those of modules and servers are for their authors. */
export function fixFiles(findings: readonly Finding[], servers: readonly ToolServer[]): FixedFiles {
  const texts = new Map<string, string>();
  const fixed: Finding[] = [];
  for (const finding of findings) {
    const source = servers[finding.server]?.tools[finding.tool ?? -1]?.source;
    if (finding.fix === undefined || source?.kind !== "json") continue;
    let text: string | undefined = texts.get(source.file) ?? source.text;
    for (const edit of finding.fix.edits) {
      text = text === undefined ? undefined : editJson(text, source.pointer, edit);
    }
    // A fix whose place is gone, or of another kind, is left to people.
    if (text === undefined) continue;
    texts.set(source.file, text);
    fixed.push(finding);
  }
  return { texts, fixed };
}
