/**
 * Builds the SDK as a package for npm: `deno task build:npm [FOLDER]` (default dist/) makes
 * FOLDER/npm and FOLDER/gomcp-sdk-VERSION.tgz, and prints the files with their sizes.
 */
import { fileURLToPath } from "node:url";
import { bundle, minifiedBytes } from "./npm/bundle.ts";
import { declarations } from "./npm/declarations.ts";
import { manifest } from "./npm/manifest.ts";
import { checksums } from "./release/checksums.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const ENTRIES = ["client.ts", "client_grpc.ts"];
/** Kept by the build: whoever puts the SDK on a page pays for each byte. */
const MINIFIED_BYTES_MAX = 12 * 1024;

async function buildNpm(folder: string): Promise<void> {
  const out = `${folder}/npm`;
  await Deno.remove(out, { recursive: true }).catch(() => {}); // there may be none yet
  const read = (path: string) => Deno.readTextFile(`${PROJECT}/${path}`);
  const config = JSON.parse(await read("deno.json"));
  const scripts = await bundle(PROJECT, ENTRIES);
  const [, grpc] = config.imports["@grpc/grpc-js"].match(/@([\d.]+)$/);
  const files: Record<string, string> = {
    ...scripts,
    ...await declarations(PROJECT, ENTRIES),
    "README.md": await read("docs/sdk.md"),
    "LICENSE": await read("LICENSE"),
    "package.json": manifest(config.version, grpc, [
      ...Object.keys(scripts),
      "types",
      "SHA256SUMS",
    ]),
  };
  files["SHA256SUMS"] = await checksums(files);
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${out}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${out}/${name}`, text);
    console.log(`${String(text.length).padStart(7)}  ${name}`);
  }
  const minified = await minifiedBytes(PROJECT, "client.ts");
  console.log(`client.ts minified: ${minified} bytes (at most ${MINIFIED_BYTES_MAX})`);
  if (minified > MINIFIED_BYTES_MAX) throw new Error("client.ts has become too large");
  console.log(await pack(out, folder));
}

/** Where the tarball is. npm sets times and owners itself, so that equal files make equal bytes. */
async function pack(from: string, to: string): Promise<string> {
  const args = ["pack", "--silent", "--ignore-scripts", `--pack-destination=${to}`, from];
  const { success, stdout, stderr } = await new Deno.Command("npm", { args }).output();
  if (!success) throw new Error(`npm pack failed: ${new TextDecoder().decode(stderr)}`);
  return `${to}/${new TextDecoder().decode(stdout).trim().split("\n").at(-1)}`;
}

if (import.meta.main) await buildNpm(Deno.args[0] ?? `${PROJECT}dist`);
