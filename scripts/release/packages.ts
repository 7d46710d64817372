/** Which packages the program has in it, and what their authors say of their licenses. */
import { nameOf } from "./sbom.ts";

/** Ids, as deno.lock has them, of the packages that the modules of an entry import. */
export async function importedPackages(project: string, entry: string): Promise<readonly string[]> {
  const graph = await info(project, [entry]);
  const modules = graph.modules as readonly { readonly npmPackage?: string }[];
  return [...new Set(modules.flatMap(({ npmPackage }) => npmPackage ?? []))].sort();
}

/** By id; those whose files are not in the cache say nothing. */
export async function licensesOf(
  project: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { npmCache } = await info(project, []) as { readonly npmCache: string };
  const registries = await Array.fromAsync(Deno.readDir(npmCache));
  const found = new Map<string, string>();
  for (const id of ids) {
    const { name, version } = nameOf(id);
    for (const { name: registry } of registries) {
      const file = `${npmCache}/${registry}/${name}/${version}/package.json`;
      const text = await Deno.readTextFile(file).catch(() => undefined);
      const license: unknown = text && JSON.parse(text).license;
      if (typeof license === "string") found.set(id, license);
    }
  }
  return found;
}

async function info(project: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...args],
    cwd: project,
  }).output();
  if (!success) throw new Error(`Cannot read the modules: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
