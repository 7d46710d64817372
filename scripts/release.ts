/**
 * Writes what a release has beside its executables: `deno task release FOLDER` puts the bundle, the
 * SBOM and SHA256SUMS of all files there into FOLDER, where the executables are.
 */
import { fileURLToPath } from "node:url";
import { bundleProgram, commitOf } from "./compile/bundle_program.ts";
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

/** For `sha256sum --check`, of all files of a folder. */
async function checksums(folder: string): Promise<string> {
  const names = [...Deno.readDirSync(folder)].filter(({ isFile, name }) => isFile && name !== SUMS)
    .map(({ name }) => name).sort();
  const lines = names.map(async (name) => {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${folder}/${name}`));
    return `${new Uint8Array(digest).toHex()}  ${name}\n`;
  });
  return (await Promise.all(lines)).join("");
}

if (import.meta.main) {
  const [folder = `${PROJECT}dist`] = Deno.args;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(`${folder}/gomcp.js`, await bundleProgram(PROJECT, await commitOf(PROJECT)));
  await Deno.writeTextFile(`${folder}/gomcp.cdx.json`, await sbom());
  const sums = await checksums(folder);
  await Deno.writeTextFile(`${folder}/${SUMS}`, sums);
  console.log(sums.trimEnd());
}
