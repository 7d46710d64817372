/** Findings as Markdown, for a pull request's comment or a job's summary. */
import { countFindings, type Validation } from "../validate.ts";
import { type ReportOptions, shownEntries, whereOf } from "./entries.ts";
import { oneLine } from "./text.ts";

export function renderMarkdown(validation: Validation, options: ReportOptions): string {
  const { error, warning, info } = countFindings(validation.findings);
  const rows = shownEntries(validation, options).map((entry) => {
    const { finding, rule, tool } = entry;
    const cells = [
      finding.severity,
      `${rule.id} ${rule.name}`,
      code(tool),
      code(`${whereOf(entry)} ${finding.pointer}`.trim()),
      plain(finding.message),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const head =
    `**gomcp validate**: ${validation.tools} tools, ${error} errors, ${warning} warnings, ` +
    `${info} hints, ${validation.suppressed} suppressed.`;
  if (rows.length === 0) return head;
  return `${head}\n\n| | rule | tool | where | what |\n| --- | --- | --- | --- | --- |\n` +
    rows.join("\n");
}

function code(text: string): string {
  return text === "" ? "" : `\`${oneLine(text).replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}

/** No link, picture or tag of a server's gets into the page. */
function plain(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]<>()#+!|@]/g, "\\$&");
}
