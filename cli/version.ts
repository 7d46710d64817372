/** `gomcp version`: what this program is, for people and (--json) for programs. */
import { type Flag, readFlags } from "../src/config/flags.ts";
import { COMMIT, SERVED_REVISIONS, VERSION } from "../src/runtime/version.ts";

const FLAGS: readonly Flag[] = [
  { name: "json", kind: "switch", flagOnly: true, help: "one JSON object" },
  { name: "help", kind: "switch", flagOnly: true, help: "shows this" },
];

// deno-lint-ignore require-await -- a command is asynchronous, this one happens not to wait
export async function run(args: readonly string[]): Promise<number> {
  const values = readFlags(FLAGS, args, () => undefined);
  if (values.help === true) {
    console.log("Usage: gomcp version [--json]");
    return 0;
  }
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
