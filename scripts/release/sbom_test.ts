/** The SBOM names all that is in the program, and is the same each time. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { sbom } from "../release.ts";
import { type Lock, nameOf, sbomText } from "./sbom.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** A file of a package, as comments of a bundle that is not minified name it. */
const PACKAGE_FILE = /^ *\/\/ .*\/npm\/[^/]+\/((?:@[^/]+\/)?[^/]+)\/(\d+\.\d+\.\d+[^/]*)\//gm;

interface Document {
  readonly components: readonly { readonly purl: string; readonly licenses?: unknown }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** The packages of which something is in the bundle. */
async function bundled(): Promise<ReadonlySet<string>> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=deno", "cli/main.ts"],
    cwd: PROJECT,
  }).output();
  assert(success);
  const files = new TextDecoder().decode(stdout).matchAll(PACKAGE_FILE);
  return new Set(
    [...files].map(([, name, version]) => `pkg:npm/${name!.replace("@", "%40")}@${version}`),
  );
}

Deno.test("the SBOM has every package of the bundle, with its license", async () => {
  const text = await sbom();
  assertEquals(await sbom(), text);
  const { components, dependencies } = JSON.parse(text) as Document;
  const purls = components.map(({ purl }) => purl);
  assertEquals(new Set(purls).size, purls.length);
  const inside = await bundled();
  assert(inside.size > 10, "the bundle names no packages: its comments look different now");
  assertEquals([...inside].filter((purl) => !purls.includes(purl)), []);
  const silent = components.filter(({ purl, licenses }) => inside.has(purl) && !licenses);
  assertEquals(silent, []);
  // What is only for tests is in no build.
  assert(!purls.some((purl) => /fast-check|modelcontextprotocol|recheck/.test(purl)));
  for (const { ref, dependsOn } of dependencies.slice(1)) {
    for (const other of [ref, ...dependsOn]) assert(purls.includes(other), other);
  }
});

const LOCK: Lock = {
  npm: {
    "@a/b@1.0.0": { integrity: `sha512-${btoa("x")}`, dependencies: ["c"] },
    "c@2.0.0_d@3.0.0": { integrity: `sha512-${btoa("y")}`, dependencies: ["gone"] },
  },
};

Deno.test("sbomText() refuses a lock in which something is missing", () => {
  const make = (lock: Lock, licenses = new Map<string, string>()) =>
    sbomText({ version: "1.0.0", roots: ["@a/b@1.0.0"], lock, deno: "2.8.2", licenses });
  assertThrows(() => make(LOCK), Error, "deno.lock has no gone");
  const whole = { npm: { ...LOCK.npm, "gone@1.0.0": { integrity: `sha512-${btoa("z")}` } } };
  const { components } = JSON.parse(make(whole, new Map([["gone@1.0.0", "MIT OR ISC"]])));
  assertEquals(components.map(({ purl }: { purl: string }) => purl), [
    "pkg:generic/deno@2.8.2",
    "pkg:npm/%40a/b@1.0.0",
    "pkg:npm/c@2.0.0",
    "pkg:npm/gone@1.0.0",
  ]);
  assertEquals(components[1].hashes[0].content, "78");
  assertEquals(components[3].licenses, [{ expression: "MIT OR ISC" }]);
  assertEquals(nameOf("c@2.0.0_d@3.0.0"), { name: "c", version: "2.0.0" });
});
