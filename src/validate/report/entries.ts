/** Findings as all reports have them. */
import { isRecord } from "../../base/json.ts";
import { type Finding, isAtLeast, type Place, type Severity } from "../finding.ts";
import type { Rule } from "../rule.ts";
import { RULES } from "../rules/all_rules.ts";
import { servedName } from "../tool_server.ts";
import type { Validation } from "../validate.ts";

/** What a report may leave out. */
export interface ReportOptions {
  /** Findings below it are counted and not shown, where the format is for people. */
  readonly least: Severity;
  /** What makes the command fail. */
  readonly failOn: Severity;
}

/** A finding with all that is known of it. */
export interface Entry {
  readonly finding: Finding;
  readonly rule: Rule;
  /** The server's name. */
  readonly server: string;
  /** The tool's name as it is used; empty for what is about the server, or has none. */
  readonly tool: string;
  readonly place: Place;
}

export function entriesOf({ findings, servers, locator }: Validation): readonly Entry[] {
  return findings.map((finding) => {
    const server = servers[finding.server];
    const tool = server?.tools[finding.tool ?? -1];
    const { name } = isRecord(tool?.definition) ? tool.definition : {};
    return {
      finding,
      rule: RULES.get(finding.rule)!,
      server: server?.name ?? "",
      tool: typeof name === "string" && name !== "" ? servedName(server!, tool!) : "",
      place: locator.place(finding),
    };
  });
}

/** Those that people are shown. */
export function shownEntries(validation: Validation, { least }: ReportOptions): readonly Entry[] {
  const findings = validation.findings.filter(({ severity }) => isAtLeast(severity, least));
  return entriesOf({ ...validation, findings });
}

/** "a.json:12:5", or the server where there is no file. */
export function whereOf({ place, server }: Entry): string {
  const { file, line, column } = place;
  if (file === undefined) return server;
  return line === undefined ? file : `${file}:${line}:${column}`;
}
