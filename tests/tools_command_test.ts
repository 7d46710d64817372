/** `gomcp tools`: which tools there are, where they run, what they may do. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";

const MODULE = `import { defineTool } from "gomcp";
const description = "d";
const handler = () => "";
export const far = defineTool({ name: "far", description, handler,
  permissions: { net: ["b.example", "a.example:443"], read: ["data"] } });
export const near = defineTool({ name: "near", description, handler, isolation: "inline" });
`;

Deno.test("gomcp tools lists tools, and with --permissions what they may do", async () => {
  await using folder = await TempFolder.of({ "m.ts": MODULE });
  const module = `${folder.path}/m.ts`;
  const plain = await runCli(["tools", `--tools=${module}`]);
  assertEquals([plain.code, plain.stdout], [0, "echo\nfar\nnear\n"]);
  const args = ["tools", `--tools=${module}`, "--permissions", `--permit=${module}:env=A+B`];
  const { code, stdout } = await runCli(args);
  assertEquals(
    [code, stdout],
    [
      0,
      `echo  inline   all that the server may\n` +
      `far   process  net=a.example:443,b.example read=${folder.path}/data env=A,B  (${module})\n` +
      `near  inline   all that the server may  (${module})\n`,
    ],
  );
  const json = await runCli(["tools", `--tools=${module}`, "--json"]);
  const [, far] = JSON.parse(json.stdout).tools;
  assertEquals([far.name, far.isolation, far.permissions.read], [
    "far",
    "process",
    [`${folder.path}/data`],
  ]);
});

Deno.test("gomcp tools --isolation=inline says that nothing is confined", async () => {
  await using folder = await TempFolder.of({ "m.ts": MODULE });
  const args = ["tools", `--tools=${folder.path}/m.ts`, "--permissions", "--isolation=inline"];
  const { code, stdout } = await runCli(args);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "far   inline   all that the server may");
});

Deno.test("gomcp tools fails for a module that does not load", async () => {
  await using folder = await TempFolder.of({ "m.ts": "throw new Error('no');" });
  const { code, stderr } = await runCli(["tools", `--tools=${folder.path}/m.ts`]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "m.ts: no");
});
