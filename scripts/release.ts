/**
 * Writes what a release has beside its executables: `deno task release FOLDER` puts the bundle, the
 * SBOM and SHA256SUMS of all files there into FOLDER, where the executables are.
 */
import { fileURLToPath } from "node:url";
import { bundleProgram, commitOf } from "./compile/bundle_program.ts";
import { checksums } from "./release/checksums.ts";
import { importedPackages, licensesOf } from "./release/packages.ts";
import { type Lock, sbomText } from "./release/sbom.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const SUMS = "SHA256SUMS";

/** The SBOM of the program as it stands. */
export async function sbom(): Promise<string> {
  const read = async (name: string) => JSON.parse(await Deno.readTextFile(`${PROJECT}/${name}`));
  const { version } = await read("deno.json");
  const lock: Lock = await read("deno.lock");
  const roots = await importedPackages(PROJECT, "cli/main.ts");
  const licenses = await licensesOf(PROJECT, Object.keys(lock.npm));
  return sbomText({ version, roots, lock, deno: Deno.version.deno, licenses });
}

/** All files of a folder but the sums themselves, by their names. */
async function filesOf(folder: string): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const names = [...Deno.readDirSync(folder)].filter(({ isFile, name }) => isFile && name !== SUMS)
    .map(({ name }) => name).sort();
  const files = names.map(async (name) =>
    [name, await Deno.readFile(`${folder}/${name}`)] as const
  );
  return Object.fromEntries(await Promise.all(files));
}

if (import.meta.main) {
  const [folder = `${PROJECT}dist`] = Deno.args;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(`${folder}/gomcp.js`, await bundleProgram(PROJECT, await commitOf(PROJECT)));
  await Deno.writeTextFile(`${folder}/gomcp.cdx.json`, await sbom());
  const sums = await checksums(await filesOf(folder));
  await Deno.writeTextFile(`${folder}/${SUMS}`, sums);
  console.log(sums.trimEnd());
}
