/** Builds say the same whoever makes them: no path, time or machine is in them. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "./bundle_program.ts";
import { portableBuild } from "./portable.ts";
import { HEADER_BYTES } from "./portable_header.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** All that is bundled. */
const SOURCES = ["cli", "src", "std", "deno.json", "deno.lock", "mod.ts"];
const ENTRIES = ["client.ts", "client_grpc.ts", "docs"];
const COMMIT = "0123456789012345678901234567890123456789";

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

Deno.test("bundleProgram() gives the same bytes from another folder, with the commit in them", async () => {
  const elsewhere = `${await Deno.makeTempDir()}/a longer way to it`;
  try {
    await Deno.mkdir(elsewhere);
    for (const name of [...SOURCES, ...ENTRIES]) {
      await copy(`${PROJECT}/${name}`, `${elsewhere}/${name}`);
    }
    const here = await bundleProgram(PROJECT, COMMIT);
    const there = await bundleProgram(elsewhere, COMMIT);
    assertEquals(await digest(there), await digest(here));
    assertEquals(new TextDecoder().decode(here).includes(COMMIT), true);
  } finally {
    await Deno.remove(elsewhere.slice(0, elsewhere.lastIndexOf("/")), { recursive: true });
  }
});

Deno.test("portableBuild() makes equal files of equal parts, and names another folder for others", () => {
  const [program, deno] = [new Uint8Array([1, 2, 3]), new Uint8Array([4, 5, 6])];
  const build = (parts: { readonly deno: Uint8Array<ArrayBuffer> }) =>
    portableBuild({ program, system: "Linux x86_64", level: 1, ...parts });
  const headerOf = (file: Uint8Array) => new TextDecoder().decode(file.subarray(0, HEADER_BYTES));
  assertEquals(build({ deno }), build({ deno }));
  const key = (file: Uint8Array) => /dir=\$base\/([0-9a-f]{16})\n/.exec(headerOf(file))![1];
  assertEquals(key(build({ deno })) === key(build({ deno: program })), false);
});
