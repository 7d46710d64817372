/** The build by `deno compile`, where its base binary can be had. */
import { hostsTools } from "./hosts_tools.ts";
import { RUN_FLAGS } from "./run_flags.ts";

/** Downloads may hang where the network swallows them. */
const COMPILE_MS = 300_000;
const NO_BASE = /base binary|denort/i;

/**
 * Writes the executable to `out`; otherwise says why there is none, in a few words. It is taken
 * only if it serves a user's module, as every build must.
 *
 * @throws when the program itself cannot be compiled.
 */
export async function compileByDeno(
  program: Uint8Array<ArrayBuffer>,
  out: string,
): Promise<string | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    const main = `${folder}/gomcp.js`;
    await Deno.writeFile(main, program);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["compile", "-A", ...RUN_FLAGS, "--no-check", "-o", out, main],
      // Nothing of the project is to be found by it.
      cwd: folder,
      env: { NO_COLOR: "1" },
      signal: AbortSignal.timeout(COMPILE_MS),
    }).output();
    if (!success) {
      const said = new TextDecoder().decode(stderr);
      if (NO_BASE.test(said)) return "Deno's base binary cannot be had";
      throw new Error(`Cannot compile: ${said}`);
    }
    return await hostsTools(out) ? undefined : "what it makes cannot host tools";
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
