/** Findings as workflow commands of GitHub Actions, which shows them beside the lines. */
import type { Severity } from "../finding.ts";
import type { Validation } from "../validate.ts";
import { type ReportOptions, shownEntries } from "./entries.ts";
import { oneLine } from "./text.ts";

const COMMANDS: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  info: "notice",
};

export function renderGithub(validation: Validation, options: ReportOptions): string {
  return shownEntries(validation, options).map(({ finding, rule, tool, server, place }) => {
    const members = [
      place.file === undefined ? "" : `file=${property(place.file)}`,
      place.line === undefined ? "" : `line=${place.line},col=${place.column}`,
      `title=${property(`${rule.id} ${rule.name}`)}`,
    ].filter((part) => part !== "").join(",");
    const about = tool === "" ? server : tool;
    return `::${COMMANDS[finding.severity]} ${members}::${data(`${about}: ${finding.message}`)}`;
  }).join("\n");
}

/** Escapes as GitHub's toolkit does: what a server says must not be a command of its own. */
function data(text: string): string {
  return oneLine(text).replaceAll("%", "%25");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
