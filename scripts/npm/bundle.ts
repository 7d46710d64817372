/** An entry of the project as one file for browsers, Node and Bun. */

/** The text of the bundle. */
export async function bundle(
  project: string,
  entry: string,
  more: readonly string[] = [],
): Promise<string> {
  const args = ["bundle", "--quiet", "--platform", "browser", ...more, entry];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: project,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`Cannot bundle ${entry}: ${new TextDecoder().decode(stderr)}`);
}

/** What a page loads of it, before compression. */
export async function minifiedBytes(project: string, entry: string): Promise<number> {
  return new TextEncoder().encode(await bundle(project, entry, ["--minify"])).length;
}
