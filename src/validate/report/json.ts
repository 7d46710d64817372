/** Findings for programs: one JSON object. */
import { countFindings, fails, type Validation } from "../validate.ts";
import { entriesOf, type ReportOptions } from "./entries.ts";

export function renderJson(validation: Validation, { failOn }: ReportOptions): string {
  const { servers, findings, suppressed, tools } = validation;
  return JSON.stringify({
    ok: !fails(findings, failOn),
    servers: servers.length,
    tools,
    counts: countFindings(findings),
    suppressed,
    findings: entriesOf(validation).map(({ finding, rule, server, tool, place }) => ({
      rule: rule.id,
      name: rule.name,
      severity: finding.severity,
      message: finding.message,
      server,
      tool: tool === "" ? undefined : tool,
      pointer: finding.pointer,
      file: place.file,
      line: place.line,
      column: place.column,
      fix: finding.fix?.what,
    })),
  });
}
