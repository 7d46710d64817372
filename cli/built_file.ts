/** What this program was started from: its source, a bundle, or a build of one executable file. */

/** In a bundle this module's address is that of the file, or of the chunk, that it came into. */
export const IS_SOURCE = import.meta.url.endsWith("/built_file.ts");

/** What Deno must be told to run the program's main module as it was started. */
export const RUN_FLAGS: readonly string[] = IS_SOURCE
  ? ["--unstable-net", "--unstable-worker-options"]
  : ["--no-config", "--no-lock", "--unstable-net", "--unstable-worker-options"];

/** The executable file that was built; undefined for source and for a bundle that Deno was given. */
export function builtFile(): string | undefined {
  if (Deno.build.standalone) return Deno.execPath();
  // Set by the header of a portable build, and inherited by what it starts, which may be others.
  return IS_SOURCE ? undefined : Deno.env.get("GOMCP_SELF");
}
