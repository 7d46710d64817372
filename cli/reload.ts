/** `gomcp reload`: loads the modules of a running server anew. */
import { askAdmin } from "../src/adapters/admin/admin_client.ts";
import type { ReloadReport } from "../src/runtime/control.ts";
import { adminHelp, JSON_FLAG, runAdminCommand } from "./admin/command.ts";
import { findServer } from "./admin/find_server.ts";

export const help = adminHelp({
  usage: ["gomcp reload [FLAGS]"],
  what: `Loads the modules of a running server anew, reads its policy files, and serves what they
have now. Calls that have begun end on what was before. Exit 1 and nothing changed when something is
wrong.`,
  flags: [
    { name: "dry-run", kind: "switch", flagOnly: true, help: "only says what would change" },
    JSON_FLAG,
  ],
  examples: ["gomcp reload --dry-run", "gomcp reload"],
});

export function run(args: readonly string[]): Promise<number> {
  return runAdminCommand(help, args, work);
}

async function work(values: Readonly<Record<string, unknown>>, said: string | undefined) {
  const socket = await findServer(said);
  const dryRun = values["dry-run"] === true;
  const path = `/v1/reload?dryRun=${dryRun}`;
  const report = await askAdmin<ReloadReport>(socket, { method: "POST", path });
  if (values.json === true) console.log(JSON.stringify(report));
  else if (report.ok) console.log(renderReload(report, dryRun));
  if (report.ok) return 0;
  console.error(`gomcp: reload failed, what was served before goes on: ${report.error}`);
  return 1;
}

/** One line for each thing that changes, as a diff has it. */
export function renderReload(report: ReloadReport & { ok: true }, dryRun: boolean): string {
  const lines: string[] = [];
  for (
    const [kind, label] of [["tools", "tool"], ["resources", "resource"], [
      "prompts",
      "prompt",
    ]] as const
  ) {
    const { added, removed, changed } = report.changes[kind];
    lines.push(...added.map((name) => `+ ${label} ${name}`));
    lines.push(...removed.map((name) => `- ${label} ${name}`));
    lines.push(...changed.map((name) => `~ ${label} ${name}`));
  }
  lines.push(...report.policies.map((name) => `~ ${name} policy`));
  const { replaced } = report;
  lines.push(...(replaced?.modules ?? []).map((file) => `~ module ${file}`));
  const changes = lines.length;
  lines.push(...report.waiting.map((file) => `! ${file} has changed and waits for a restart`));
  const many = changes === 1 ? "1 change" : `${changes} changes`;
  const what = replaced !== undefined
    ? `${many}, generation ${report.generation}, ${replaced.processes} processes replaced`
    : changes === 0
    ? "nothing to change"
    : dryRun
    ? `${many}, none made (--dry-run)`
    : `${many}, generation ${report.generation}`;
  return [...lines, what].join("\n");
}
