/** Findings as JUnit's XML: a suite for each server, a case for each tool. */
import { isAtLeast } from "../finding.ts";
import type { Validation } from "../validate.ts";
import { entriesOf, type Entry, type ReportOptions, whereOf } from "./entries.ts";
import { oneLine } from "./text.ts";

export function renderJunit(validation: Validation, { failOn }: ReportOptions): string {
  const entries = entriesOf(validation);
  const suites = validation.servers.map((server, at) => {
    const own = entries.filter(({ finding }) => finding.server === at);
    const cases = [undefined, ...server.tools.keys()].map((tool) => {
      const found = own.filter(({ finding }) => finding.tool === tool);
      const { definition } = server.tools[tool ?? -1] ?? {};
      const name = tool === undefined ? "(server)" : nameOf(definition, tool);
      return testCase(server.name, name, found, failOn);
    });
    const failures = cases.filter((each) => each.failed).length;
    const text = cases.map(({ xml }) => xml).join("\n");
    const count = `tests="${cases.length}" failures="${failures}"`;
    return { failures, tests: cases.length, xml: suite(server.name, count, text) };
  });
  const tests = suites.reduce((sum, each) => sum + each.tests, 0);
  const failures = suites.reduce((sum, each) => sum + each.failures, 0);
  return `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<testsuites name="gomcp validate" tests="${tests}" failures="${failures}">\n` +
    `${suites.map(({ xml }) => xml).join("\n")}\n</testsuites>`;
}

function suite(name: string, count: string, text: string): string {
  return `  <testsuite name="${escape(name)}" ${count}>\n${text}\n  </testsuite>`;
}

function testCase(
  server: string,
  name: string,
  entries: readonly Entry[],
  failOn: ReportOptions["failOn"],
): { readonly failed: boolean; readonly xml: string } {
  const failing = entries.filter(({ finding }) => isAtLeast(finding.severity, failOn));
  const others = entries.filter((entry) => !failing.includes(entry));
  const head = `    <testcase classname="${escape(server)}" name="${escape(name)}"`;
  const inner = [
    // One failure a case is what all readers understand.
    ...failing.length === 0 ? [] : [
      `      <failure message="${escape(lineOf(failing[0]!))}" type="${failing[0]!.rule.id}">` +
      `${failing.map(lineOf).map(escape).join("\n")}</failure>`,
    ],
    ...others.length === 0 ? [] : [
      `      <system-out>${others.map(lineOf).map(escape).join("\n")}</system-out>`,
    ],
  ];
  const xml = inner.length === 0 ? `${head}/>` : `${head}>\n${inner.join("\n")}\n    </testcase>`;
  return { failed: failing.length > 0, xml };
}

function lineOf(entry: Entry): string {
  const { finding, rule } = entry;
  return `${whereOf(entry)}: ${finding.severity} ${rule.id} ${rule.name}: ` +
    `${oneLine(finding.message)} (at "${oneLine(finding.pointer)}")`;
}

function nameOf(definition: unknown, at: number): string {
  const name = (definition as { readonly name?: unknown } | null | undefined)?.name;
  return typeof name === "string" && name !== "" ? name : `tool ${at}`;
}

/** XML 1.0 has no way to say most control characters, nor U+FFFE and U+FFFF (section 2.2). */
function escape(text: string): string {
  return oneLine(text.toWellFormed()).replace(/[\ufffe\uffff]/g, "\ufffd").replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
