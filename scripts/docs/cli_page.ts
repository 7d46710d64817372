/** docs/cli.md: every command, as `--help` tells it. */
import { helpText } from "../../cli/help.ts";
import { exitCodes } from "../../cli/reference/man_page.ts";
import type { Page } from "../../cli/reference/pages.ts";

export function cliPage(pages: readonly Page[]): string {
  const [root, ...rest] = pages;
  const commands = rest.filter(({ help }) => help !== undefined);
  const rows = commands.map(({ path, summary }) => {
    const name = path.join(" ");
    return `| [\`gomcp ${name}\`](#gomcp-${path.join("-")}) | ${cell(summary)} |`;
  });
  const codes = exitCodes().map(([code, what]) => `| ${code} | ${cell(what)} |`);
  const parts = commands.map(({ path, help }) =>
    `## gomcp ${path.join(" ")}\n\n\`\`\`text\n${helpText(help!)}\n\`\`\``
  );
  return `# Commands

gomcp ${
    root!.summary
  }. Made of the table of commands by \`deno task docs\`: this page, \`--help\`, the
man page (\`gomcp man\`) and completions (\`gomcp completions bash|zsh|fish|powershell\`) say the same.

Flags are written \`--name=VALUE\`, \`--name VALUE\` or \`-name=VALUE\`, before or behind other words.
Results are on stdout, all else on stderr; \`--json\` gives one JSON object where it is named.

| command | |
| --- | --- |
${rows.join("\n")}

## Exit codes

| status | |
| --- | --- |
${codes.join("\n")}

${parts.join("\n\n")}
`;
}

export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
