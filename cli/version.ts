/** `gomcp version`: what this program is, for people and (--json) for programs. */
import { readFlags } from "../src/config/flags.ts";
import type { CommandHelp } from "./help.ts";
import { COMMIT, SERVED_REVISIONS, VERSION } from "../src/runtime/version.ts";

export const help: CommandHelp = {
  usage: ["gomcp version [--json]"],
  what:
    `Tells what this program is: its version, the commit that it was built from (null when it runs
from source), Deno's and V8's versions, and the revisions of MCP that it serves.`,
  flags: [{ name: "json", kind: "switch", flagOnly: true, help: "one JSON object" }],
  examples: ["gomcp version", "gomcp version --json"],
};

// deno-lint-ignore require-await -- a command is asynchronous, this one happens not to wait
export async function run(args: readonly string[]): Promise<number> {
  const values = readFlags(help.flags, args, () => undefined);
  const { deno, v8, typescript } = Deno.version;
  const facts = {
    version: VERSION,
    commit: COMMIT ?? null,
    mcp: SERVED_REVISIONS,
    deno,
    v8,
    typescript,
    platform: Deno.build.target,
  };
  if (values.json === true) console.log(JSON.stringify(facts));
  else {
    console.log(
      `gomcp ${VERSION} (${
        COMMIT?.slice(0, 12) ?? "from source"
      }, Deno ${deno}, V8 ${v8}, ${facts.platform})`,
    );
    console.log(`MCP ${facts.mcp.join(", ")}`);
  }
  return 0;
}
