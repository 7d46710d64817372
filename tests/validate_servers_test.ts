/** `gomcp validate` on what real servers offer, and on what no server should. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { isRecord } from "../src/base/json.ts";
import { findingsOf } from "../src/validate/testing.ts";
import { POISONED } from "./servers/poisoned.ts";
import { SERVERS } from "./servers/servers.ts";
import { VERDICTS } from "./servers/verdicts.ts";
import { runCli } from "./support/cli_process.ts";

const PROJECT = new URL("..", import.meta.url);

interface Recorded {
  readonly package: string;
  readonly version: string;
  readonly tools: readonly unknown[];
}

async function recorded(name: string): Promise<Recorded> {
  const url = new URL(`./servers/recorded/${name}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url));
}

for (const { name, package: source, version } of SERVERS) {
  Deno.test(`every error in the tools of ${source}@${version} has been looked at`, async () => {
    const known = await recorded(name);
    assertEquals([known.package, known.version], [source, version]);
    assert(known.tools.length > 0);
    const errors = findingsOf({ tools: known.tools }).filter(({ severity }) => severity === "error")
      .map(({ rule, tool, pointer }) => `${rule} ${nameOf(known.tools[tool ?? -1])}${pointer}`);
    const verdicts = VERDICTS.filter(({ server }) => server === name);
    assertEquals(errors.sort(), verdicts.map(({ error }) => error).sort());
  });
}

Deno.test("every verdict on an error says why it is a true one", () => {
  for (const { why } of VERDICTS) assert(why.length > 20, why);
});

for (const { what, rule, definition, others } of POISONED) {
  Deno.test(`${rule} finds: ${what}`, () => {
    const found = findingsOf({ tools: [definition], ...(others !== undefined && { others }) });
    const rules = found.filter(({ severity }) => severity !== "info").map((each) => each.rule);
    assert(rules.includes(rule), `found only ${rules.join(", ") || "nothing"}`);
  });
}

/** How many tools are offered beside those on record to a client that can be asked something. */
const MORE = { everything: 3, memory: 0 };

for (const [name, more] of Object.entries(MORE)) {
  Deno.test(`gomcp validate --command starts ${name} and looks at its tools`, async () => {
    const { tools, package: source, version } = await recorded(name);
    const line = `"${Deno.execPath()}" run -A npm:${source}@${version}`;
    const args = ["validate", `--command=${line}`, "--format=json", "--timeout=5m"];
    const { code, stdout, stderr } = await runCli(args, { cwd: fileURLToPath(PROJECT) });
    assertEquals(code, 0, stderr);
    // Schemas differ a little from what was recorded: here they are made by another release of zod.
    const { tools: count, counts, findings } = JSON.parse(stdout);
    assertEquals([count, counts.error], [tools.length + more, 0]);
    assert(findings.every((each: { server: string }) => each.server === line));
  });
}

function nameOf(tool: unknown): string {
  return isRecord(tool) ? String(tool.name) : "";
}
