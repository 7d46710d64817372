/**
 * The program as one file, copied alone to an empty folder: no Deno, Node or network, an empty
 * environment and an empty home. Where the network cannot be taken away, the rest is shown all the same.
 */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { TempFolder } from "./support/fixtures.ts";
import { SCENARIOS } from "./support/lone_file/scenarios.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const RUN = fileURLToPath(new URL("./support/lone_file/run.ts", import.meta.url));

const TOOLS = `import { defineTool } from "gomcp";
import { z } from "zod";
import { upper } from "./upper.ts";

export const shout = defineTool({
  name: "shout",
  description: "Says it louder.",
  input: z.object({ text: z.string() }),
  annotations: { readOnlyHint: true },
  handler: ({ text }: { text: string }): string => upper(text),
});

export const whereabouts = defineTool({
  name: "whereabouts",
  description: "Says where it runs.",
  handler: () => {
    const { state } = Deno.permissions.querySync({ name: "read", path: "/etc" });
    return JSON.stringify({ pid: Deno.pid, mayRead: state === "granted" });
  },
});
`;
const UPPER = "export const upper = (text: string): string => text.toUpperCase();\n";

/** The command that takes the network away from what follows it; undefined where that is not permitted. */
async function withoutNetwork(): Promise<readonly string[] | undefined> {
  // As root, or as one's own root.
  for (const command of [["unshare", "-n"], ["unshare", "-r", "-n"]] as const) {
    try {
      const [program, ...args] = [...command, "true"] as const;
      const { success } = await new Deno.Command(program, { args }).output();
      if (success) return command;
    } catch {
      // There is no unshare here.
    }
  }
  return undefined;
}

async function run(command: readonly string[]): Promise<string> {
  const [program, ...args] = command;
  const { code, stdout, stderr } = await new Deno.Command(program!, { args, cwd: PROJECT })
    .output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: "the program as one file, alone on a machine",
  ignore: Deno.build.os === "windows",
  async fn(t) {
    await using folder = await TempFolder.of({
      "tools/tools.ts": TOOLS,
      "tools/upper.ts": UPPER,
      "home/.keep": "",
      "alone/.keep": "",
    });
    const { path } = folder;
    await Deno.remove(`${path}/alone/.keep`);
    const file = `${path}/alone/gomcp`;
    console.log(await run(["deno", "task", "-q", "compile", `--out=${file}`, "--level=1"]));
    const bare = await withoutNetwork();
    if (bare === undefined) console.log("the network is there: unshare is not permitted");
    const place = [file, `${path}/alone`, `${path}/tools/tools.ts`, `${path}/home`];
    const script = [Deno.execPath(), "run", "-A", "--cached-only", RUN, ...place];
    const said = await run(bare === undefined ? script : [...bare, ...script, "offline"]);
    const results = said.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(results.map(({ name }) => name), Object.keys(SCENARIOS));
    for (const { name, error } of results) {
      await t.step(name, () => {
        if (error !== null) throw new Error(error);
      });
    }
  },
});
