/** Findings as SARIF 2.1.0 (OASIS), which GitHub's code scanning and many others read. */
import type { Severity } from "../finding.ts";
import type { Rule } from "../rule.ts";
import { rulePage } from "../rule_page.ts";
import type { Validation } from "../validate.ts";
import { entriesOf, type Entry } from "./entries.ts";

const LEVELS: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  info: "note",
};

/** `version` is the program's. */
export function renderSarif(validation: Validation, version: string): string {
  const entries = entriesOf(validation);
  const rules = [...new Map(entries.map(({ rule }) => [rule.id, rule])).values()]
    .sort((a, b) => a.id < b.id ? -1 : 1);
  const indices = new Map(rules.map(({ id }, at) => [id, at]));
  return JSON.stringify({
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: "gomcp validate", version, rules: rules.map(descriptor) } },
      columnKind: "utf16CodeUnits",
      results: entries.map((entry) => result(entry, indices.get(entry.rule.id)!)),
    }],
  });
}

function descriptor(rule: Rule): unknown {
  const { id, name, severity, summary, why, remedy } = rule;
  return {
    id,
    name: name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: summary },
    fullDescription: { text: why },
    help: { text: remedy, markdown: rulePage(rule) },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function result(entry: Entry, ruleIndex: number): unknown {
  const { finding, rule, tool, server, place } = entry;
  const name = [server, tool].filter((part) => part !== "").join("/");
  const location = {
    ...(place.file !== undefined && {
      physicalLocation: {
        artifactLocation: { uri: uriOf(place.file) },
        ...(place.line !== undefined && {
          region: { startLine: place.line, startColumn: place.column },
        }),
      },
    }),
    logicalLocations: [{ fullyQualifiedName: `${name}#${finding.pointer}`, kind: "function" }],
  };
  return {
    ruleId: rule.id,
    ruleIndex,
    level: LEVELS[finding.severity],
    message: { text: `${tool === "" ? "" : `${tool}: `}${finding.message}` },
    locations: [location],
    // The same finding in another run, although lines have moved.
    partialFingerprints: { "gomcp/v1": `${rule.id}:${name}#${finding.pointer}` },
  };
}

/** A path as a relative URI reference; backslashes are Windows'. */
function uriOf(file: string): string {
  return file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}
