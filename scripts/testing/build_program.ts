/**
 * The command line for tests that start it hundreds of times: bundled in chunks, of which a start
 * reads those that it needs. That takes less than half of the CPU time of a start from source, for
 * which Deno reads all modules, also those that are loaded later, or never.
 */

/** The variable by which the tests' helpers find the program. */
export const PROGRAM_VARIABLE = "GOMCP_TEST_PROGRAM";

/** Builds the project in the current folder into `folder`; undefined where that is not possible. */
export async function buildProgram(folder: string): Promise<string | undefined> {
  const main = "cli/main.ts";
  if (!await Deno.stat(main).then(({ isFile }) => isFile, () => false)) return undefined;
  const how = ["--quiet", "--platform", "deno", "--code-splitting", "--outdir", folder];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", ...how, main],
  }).output();
  if (success) return `${folder}/main.js`;
  // Without esbuild, for one, which comes from a registry.
  console.error(`The tests run cli/main.ts from source: ${new TextDecoder().decode(stderr)}`);
  return undefined;
}
