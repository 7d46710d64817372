/** Findings for people in a terminal: where, what, the line with a caret under it, and the fix. */
import { visible } from "../locate.ts";
import type { Validation } from "../validate.ts";
import { type Entry, type ReportOptions, shownEntries, whereOf } from "./entries.ts";

export function renderText(validation: Validation, options: ReportOptions): string {
  return shownEntries(validation, options).map(render).join("\n\n");
}

function render(entry: Entry): string {
  const { finding, rule, tool, place } = entry;
  const { severity, message, pointer, fix } = finding;
  const about = [tool === "" ? "" : `tool "${oneLine(tool)}"`, pointer].filter((part) =>
    part !== ""
  );
  const lines = [
    `${whereOf(entry)}: ${severity} ${rule.id} ${rule.name}: ${oneLine(message)}`,
    ...about.length === 0 ? [] : [`  ${oneLine(about.join(", at "))}`],
  ];
  if (place.excerpt !== "") lines.push(`  | ${place.excerpt}`, `  | ${" ".repeat(place.caret)}^`);
  if (fix !== undefined) lines.push(`  fix: ${fix.what}`);
  return lines.join("\n");
}

/** What strangers wrote must not look like lines of ours. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what this takes out
  return visible(text.replace(/[\0-\x1f\x7f-\x9f]+/g, " "));
}
