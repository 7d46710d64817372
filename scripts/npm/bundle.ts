/** Entries of the project as files for browsers, Node and Bun. */

/** What whoever installs the package brings along, or Node has. */
const EXTERNAL = ["@grpc/grpc-js", "node:buffer"];
/** Where the packages of npm lie on this machine: the way there, name and version, the file. */
const PACKAGE =
  /((?:\.\.\/)+[^"\n]*?\/)((?:@[^/"\n]+\/)?[^/"\n]+\/\d+\.\d+\.\d+[^/"\n]*)(\/[^"\n]*)/g;

/** The entries and what they share, by the names of the files; with the licenses of what is in them. */
export async function bundle(
  project: string,
  entries: readonly string[],
): Promise<Record<string, string>> {
  const folder = await Deno.makeTempDir();
  const files: Record<string, string> = {};
  const packages = new Map<string, string>();
  try {
    await run(project, ["--code-splitting", `--outdir=${folder}`, ...entries]);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    for (const name of names) {
      const text = await Deno.readTextFile(`${folder}/${name}`);
      files[name] = text.replaceAll(PACKAGE, (_, way, id, file) => {
        packages.set(id, `${project}/${way}${id}`);
        return `${id}${file}`;
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const ids = [...packages.keys()].sort();
  const licenses = ids.map(async (id) =>
    `${id}\n\n${(await Deno.readTextFile(`${packages.get(id)}/LICENSE`)).trim()}\n`
  );
  if (ids.length > 0) files["LICENSES-OF-OTHERS"] = (await Promise.all(licenses)).join("\n---\n\n");
  return files;
}

/** What a page loads of one entry, before compression. */
export async function minifiedBytes(project: string, entry: string): Promise<number> {
  return (await run(project, ["--minify", entry])).length;
}

async function run(project: string, args: readonly string[]): Promise<Uint8Array> {
  const external = EXTERNAL.map((name) => `--external=${name}`);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=browser", ...external, ...args],
    cwd: project,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return stdout;
  throw new Error(`Cannot bundle ${args.at(-1)}: ${new TextDecoder().decode(stderr)}`);
}
