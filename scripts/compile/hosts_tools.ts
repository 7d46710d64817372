/** Whether a build can do what it is for: run a user's module in a tool host. */

const TOOL = `import { defineTool } from "gomcp";
import { z } from "zod";

export const probe = defineTool({
  name: "probe",
  description: "Says what it was told.",
  input: z.object({ text: z.string() }),
  handler: ({ text }) => text,
});
`;

/** Long enough for a first start on a busy machine. */
const PROBE_MS = 120_000;

export async function hostsTools(executable: string): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/probe.ts`, TOOL);
    const { success, stdout } = await new Deno.Command(executable, {
      args: ["call", "probe", '--args={"text":"it works"}', `--tools=${folder}/probe.ts`],
      cwd: folder,
      signal: AbortSignal.timeout(PROBE_MS),
    }).output();
    return success && new TextDecoder().decode(stdout).trim() === "it works";
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
