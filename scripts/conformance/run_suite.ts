/** Runs MCP's own conformance suite against a server and reads what it left behind. */
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };
import { notScored, type ScenarioRun, type SuiteRun } from "./report.ts";

/** Pinned, down to all that it needs, by the lock file: it checks other things in each release. */
const SUITE = project.imports["@modelcontextprotocol/conformance"];
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** A run takes seconds; one that hangs must not hold its caller for ever. */
const TIMEOUT_MS = 5 * 60_000;

/** `select` is what the suite is asked to check, as its own arguments; `claims` what else is scored. */
export async function runSuite(
  url: string,
  title: string,
  select: readonly string[],
  claims: (scenario: string) => boolean = () => false,
): Promise<SuiteRun> {
  const folder = await Deno.makeTempDir({ prefix: "gomcp-conformance-" });
  try {
    const command = ["server", "--url", url, ...select, "-o", folder];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", CONFIG, SUITE, ...command],
      cwd: folder,
      env: { NO_COLOR: "1" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).output();
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    const extra = [...notScored(output)].filter((name) => !claims(name));
    return { title, code, output, scenarios: await readScenarios(folder, new Set(extra)) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A folder for each scenario, named `server-<scenario>-<time>`. */
async function readScenarios(folder: string, extra: ReadonlySet<string>): Promise<ScenarioRun[]> {
  const scenarios: ScenarioRun[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const name = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(entry.name)?.[1];
    if (name === undefined) continue;
    const checks = JSON.parse(await Deno.readTextFile(`${folder}/${entry.name}/checks.json`));
    scenarios.push({ name, checks, scored: !extra.has(name) });
  }
  return scenarios.sort((a, b) => a.name < b.name ? -1 : 1);
}
