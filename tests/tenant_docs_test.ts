/** The commands of docs/tenants.md, run one after the other as an operator would. */
import { assert, assertEquals } from "@std/assert";
import { runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";

/** The commands of all blocks of a shell, each as its words. */
function commandsOf(markdown: string): string[][] {
  const blocks = [...markdown.matchAll(/```sh\n(.*?)```/gs)].map(([, text]) => text!);
  const lines = blocks.join("").replaceAll("\\\n", " ").trim().split("\n");
  return lines.map((line) =>
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
  );
}

Deno.test("the commands of docs/tenants.md do what it says", async (t) => {
  await using folder = await TempFolder.of();
  const env = { GOMCP_STATE: `sqlite:${folder.path}/state.db` };
  const commands = commandsOf(await Deno.readTextFile("docs/tenants.md"));
  assert(commands.length > 10);
  for (const [program, ...args] of commands) {
    await t.step(args.join(" "), async () => {
      assertEquals(program, "gomcp");
      const { code, stdout, stderr } = await runCli(args, { env });
      assertEquals([code, stderr], [0, ""]);
      assert(stdout !== "");
    });
  }
});
