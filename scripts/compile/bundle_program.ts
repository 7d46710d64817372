/** The command line as one minified module: the same bytes wherever and whenever it is built. */
import { COMMIT_MARK } from "../../src/runtime/version.ts";

const MAIN = "cli/main.ts";

/** Bundles the project and stamps the commit into it, by which `gomcp version` names its source. */
export async function bundleProgram(
  project: string,
  commit: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/gomcp.js`;
    await runDeno(["bundle", "--quiet", "--platform=deno", "--minify", MAIN, "-o", file], project);
    const text = await Deno.readTextFile(file);
    if (!text.includes(COMMIT_MARK)) {
      throw new Error("Cannot stamp the bundle: it has no place for it");
    }
    return new TextEncoder().encode(text.replaceAll(COMMIT_MARK, commit));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The commit that is checked out, with "-dirty" where tracked files differ. Where there is no git,
 * as in the build of an image, GOMCP_COMMIT may say it; else it is "unknown".
 */
export async function commitOf(project: string): Promise<string> {
  const said = Deno.env.get("GOMCP_COMMIT") ?? "";
  if (/^[0-9a-f]{40}$/.test(said)) return said;
  const [head, changes] = await Promise.all([
    git(["rev-parse", "HEAD"], project),
    git(["status", "--porcelain", "--untracked-files=no"], project),
  ]);
  if (head === undefined) return "unknown";
  return changes === "" ? head : `${head}-dirty`;
}

async function git(args: readonly string[], cwd: string): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args: [...args], cwd }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined; // there is no git here
  }
}

async function runDeno(args: readonly string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`Cannot bundle ${MAIN}: ${new TextDecoder().decode(stderr)}`);
}
