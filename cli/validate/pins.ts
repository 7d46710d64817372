/** What tools are compared with: a lock, a file of definitions, or the same targets at a commit. */
import { describeThrown, GomcpError } from "../../src/base/errors.ts";
import { isRecord } from "../../src/base/json.ts";
import {
  type Lock,
  lockOf,
  type NamedDefinition,
  readLock,
  servedDefinition,
} from "../../src/pins/lock.ts";
import type { Pins } from "../../src/validate/rule.ts";
import { pinnedName, servedName, type ToolServer } from "../../src/validate/tool_server.ts";
import { readTextFile } from "./read_file.ts";

/** Reads the targets again, from the folder of a commit. */
export type ReadAt = (folder: string) => Promise<readonly ToolServer[]>;

/** @throws {GomcpError} `invalid_request` for what is no lock. */
export async function lockPins(file: string, whole: boolean): Promise<Pins> {
  return { kind: "lock", name: file, whole, lock: readLock(await readTextFile(file), file) };
}

/** @throws {GomcpError} `invalid_request` for a baseline that cannot be read. */
export async function baselinePins(
  baseline: string,
  readFile: (file: string) => Promise<readonly ToolServer[]>,
  readAt: ReadAt,
): Promise<Pins> {
  const commit = /^git:(.+)$/.exec(baseline)?.[1];
  const servers = commit === undefined ? await readFile(baseline) : await atCommit(commit, readAt);
  return { kind: "baseline", name: baseline, whole: true, lock: lockOfServers(servers) };
}

/** What cannot be pinned is told by other rules, now as it was then. */
function lockOfServers(servers: readonly ToolServer[]): Lock {
  const byName = new Map<string, NamedDefinition>();
  for (const server of servers) {
    for (const tool of server.tools) {
      const { definition } = tool;
      if (!isRecord(definition) || typeof definition.name !== "string") continue;
      const name = pinnedName(server, tool);
      const served = servedDefinition({ name: servedName(server, tool), definition });
      byName.set(name, { ...served, name });
    }
  }
  return lockOf([...byName.values()]);
}

/** The files of a commit in a folder of their own, which is gone again afterwards. */
async function atCommit(commit: string, read: ReadAt): Promise<readonly ToolServer[]> {
  const top = (await git(["rev-parse", "--show-toplevel"])).trim();
  const within = (await git(["rev-parse", "--show-prefix"])).trim();
  const hash = (await git(["rev-parse", "--verify", "--end-of-options", `${commit}^{commit}`]))
    .trim();
  const folder = await Deno.makeTempDir({ prefix: "gomcp-baseline-" });
  try {
    const env = { GIT_INDEX_FILE: `${folder}/index` };
    await git(["-C", top, "read-tree", hash], env);
    await git(["-C", top, "checkout-index", "--all", `--prefix=${folder}/tree/`], env);
    return await read(`${folder}/tree/${within}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function git(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("git", { args: [...args], env })
      .output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (success) return text(stdout);
    throw new Error(text(stderr).trim().split("\n")[0]);
  } catch (cause) {
    const what = `Cannot read the baseline with git: ${describeThrown(cause)}`;
    throw new GomcpError("invalid_request", what, { cause });
  }
}
