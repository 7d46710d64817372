/** Findings for people in a terminal: where, what, the line with a caret under it, and the fix. */
import { type Excerpt, visible } from "../excerpt.ts";
import type { Validation } from "../validate.ts";
import { type Entry, type ReportOptions, shownEntries, whereOf } from "./entries.ts";

export function renderText(validation: Validation, options: ReportOptions): string {
  return shownEntries(validation, options)
    .map((entry) => render(entry, validation.locator.excerpt(entry.finding)))
    .join("\n\n");
}

function render(entry: Entry, excerpt: Excerpt | undefined): string {
  const { finding, rule, tool } = entry;
  const { severity, message, pointer, fix } = finding;
  const about = [tool === "" ? "" : `tool "${oneLine(tool)}"`, pointer].filter((part) =>
    part !== ""
  );
  const lines = [
    `${whereOf(entry)}: ${severity} ${rule.id} ${rule.name}: ${oneLine(message)}`,
    ...about.length === 0 ? [] : [`  ${oneLine(about.join(", at "))}`],
  ];
  if (excerpt !== undefined && excerpt.text !== "") {
    lines.push(`  | ${excerpt.text}`, `  | ${" ".repeat(excerpt.caret)}^`);
  }
  if (fix !== undefined) lines.push(`  fix: ${fix.what}`);
  return lines.join("\n");
}

/** What strangers wrote must not look like lines of ours. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what this takes out
  return visible(text.replace(/[\0-\x1f\x7f-\x9f]+/g, " "));
}
