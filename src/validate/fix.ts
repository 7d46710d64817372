/** Mends what can be mended in JSON files, and leaves all else of their texts as it is. */
import type { Edit, Finding } from "./finding.ts";
import { editJson } from "./json_edit.ts";
import type { JsonText } from "./json_text.ts";
import type { ToolServer } from "./tool_server.ts";

/** What became of the files. */
export interface FixedFiles {
  /** The new texts, by file. */
  readonly texts: ReadonlyMap<string, string>;
  /** How many findings are mended by them. */
  readonly fixed: number;
}

/** A file with the fixes of each of its tools, by where these are. */
interface Mended {
  readonly json: JsonText;
  readonly byTool: Map<string, (readonly Edit[])[]>;
}

/** Applies the fixes of findings in JSON files; those of modules and servers are for their authors. */
export function fixFiles(findings: readonly Finding[], servers: readonly ToolServer[]): FixedFiles {
  const files = new Map<string, Mended>();
  for (const { server, tool = -1, fix } of findings) {
    const source = servers[server]?.tools[tool]?.source;
    if (fix === undefined || source?.kind !== "json") continue;
    const { file, json, pointer } = source;
    if (!files.has(file)) files.set(file, { json, byTool: new Map() });
    const { byTool } = files.get(file)!;
    byTool.set(pointer, [...byTool.get(pointer) ?? [], fix.edits]);
  }
  const texts = new Map<string, string>();
  let fixed = 0;
  for (const [file, mended] of files) {
    const { text, count } = fixedText(mended);
    if (count > 0) texts.set(file, text);
    fixed += count;
  }
  return { texts, fixed };
}

/** Each tool's text is mended by itself: to read the whole file for every fix takes minutes of large ones. */
function fixedText({ json, byTool }: Mended): { text: string; count: number } {
  const tools = [...byTool].map(([pointer, fixes]) => ({ ...json.spanOf(pointer), fixes }));
  const parts: string[] = [];
  let [from, count] = [0, 0];
  for (const { offset, length, fixes } of tools.sort((a, b) => a.offset - b.offset)) {
    let tool = json.text.slice(offset, offset + length);
    for (const edits of fixes) {
      const edited = edits.reduce<string | undefined>(
        (text, edit) => text === undefined ? undefined : editJson(text, edit),
        tool,
      );
      // A fix whose place is gone, or of another kind, is left to people.
      if (edited === undefined) continue;
      tool = edited;
      count++;
    }
    parts.push(json.text.slice(from, offset), tool);
    from = offset + length;
  }
  return { text: parts.join("") + json.text.slice(from), count };
}
