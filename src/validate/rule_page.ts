/** What people are told of a rule: a page in `docs/rules/`, and `gomcp validate --explain`. */
import { maskSecrets } from "../security/secrets.ts";
import { PROFILE_NAMES } from "./profiles.ts";
import type { Example, Rule } from "./rule.ts";

/** The page as Markdown. */
export function rulePage(rule: Rule): string {
  const { id, name, severity, summary, why, remedy, sources, profiles, fixable } = rule;
  const facts = [
    `severity: ${severity}`,
    profiles === undefined ? "" : `for ${profiles.map((each) => PROFILE_NAMES[each]).join(", ")}`,
    fixable === true ? "`--fix` mends it" : "",
  ].filter((part) => part !== "").join(" · ");
  return [
    `# ${id} ${name}`,
    summary,
    facts,
    "## Why",
    why,
    "## What to do",
    remedy,
    ...rule.bad === undefined ? [] : ["## Found", example(rule.bad)],
    ...rule.good === undefined ? [] : ["## Let be", example(rule.good)],
    "## Sources",
    sources.map((source) => `- ${source}`).join("\n"),
  ].join("\n\n") + "\n";
}

/** The list of all pages. */
export function rulesIndex(rules: readonly Rule[]): string {
  const rows = rules.map(({ id, name, severity, summary, fixable }) =>
    `| [${id}](${id}.md) | ${name} | ${severity} | ${fixable === true ? "yes" : ""} | ` +
    `${summary.replaceAll("|", "\\|")} |`
  );
  return "# Rules of `gomcp validate`\n\n" +
    "Made of the rules themselves by `deno task rules`. GM1xx is what MCP and JSON Schema ask, GM2xx " +
    "what model APIs and clients take, GM3xx security, GM4xx quality, GM5xx what changed.\n\n" +
    "| rule | name | severity | `--fix` | what it asks |\n| --- | --- | --- | --- | --- |\n" +
    rows.join("\n") + "\n";
}

const EXAMPLE_CHARS = 1_500;

function example(given: Example): string {
  const parts = [block(given.tools)];
  if (given.others !== undefined) parts.push("with another server's", block(given.others));
  if (given.before !== undefined) parts.push("which was before", block(given.before));
  if (given.samples !== undefined) parts.push("with the sample", block([given.samples]));
  if (given.prefix !== undefined) parts.push(`behind the prefix \`${given.prefix}\``);
  if (given.profiles !== undefined) parts.push(`with \`--profile ${given.profiles.join(",")}\``);
  return parts.join("\n\n");
}

/** Characters that nobody sees are shown as JSON has them; even a made-up secret is not shown. */
function block(tools: readonly unknown[]): string {
  const text = maskSecrets(tools.map((tool) => JSON.stringify(tool, null, 2)).join("\n")).text
    .replace(
      /[^\n -~–—…☀️🌧❄]/gu,
      (char) =>
        `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}` +
        (char.length > 1 ? `\\u${char.charCodeAt(1).toString(16)}` : ""),
    );
  const cut = text.length <= EXAMPLE_CHARS ? text : `${text.slice(0, EXAMPLE_CHARS)}\n…`;
  return "```json\n" + cut + "\n```";
}
