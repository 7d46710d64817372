/** The configurations that the documentation shows are ones that the program takes. */
import { assertEquals } from "@std/assert";
import { readConfig } from "../src/config/file/read_config.ts";
import { SERVE_FLAGS } from "../src/config/serve_flags.ts";

for (
  const [page, upstreams] of [["configuration", ["github"]], ["upstreams", [
    "files",
    "crm",
    "pets",
  ]]]
) {
  Deno.test(`docs/${page}.md shows a configuration that is read`, async () => {
    const text = await Deno.readTextFile(new URL(`../docs/${page}.md`, import.meta.url));
    const shown = /```jsonc\n([^]*?)```/.exec(text)![1]!;
    const read = readConfig({
      file: "gomcp.jsonc",
      text: shown,
      env: (name) => name === "GH_TOKEN" ? "a token" : undefined,
      readFile: () => "a secret",
    }, { flags: SERVE_FLAGS, isNamed: false });
    assertEquals(read.upstreams.map(({ config }) => config.name), upstreams);
  });
}
