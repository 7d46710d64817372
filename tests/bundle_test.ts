/** The single-file build serves a user's modules as the source does, with nothing installed beside them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { BUILD_FLAGS, CLI, cliEnv, runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { modernCall } from "./support/mcp.ts";
import { postModern } from "./support/mcp_http.ts";
import { hasPackage, PACKAGE } from "./support/packages.ts";
import { startServer } from "./support/server.ts";
import { GrpcClient } from "./support/grpc.ts";
import { startGrpc } from "./support/grpc_speaker.ts";
import { startStdio } from "./support/stdio.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));

/** Builds the single file into the folder; undefined where esbuild cannot be had. */
async function build(folder: string): Promise<string | undefined> {
  const out = `${folder}/gomcp.js`;
  const args = ["bundle", "--quiet", "--platform", "deno", "--minify", CLI, "-o", out];
  const options = { args, cwd: PROJECT, env: cliEnv() };
  const { success, stderr } = await new Deno.Command(Deno.execPath(), options).output();
  if (success) return out;
  const text = new TextDecoder().decode(stderr);
  // Only a registry that cannot be reached is no fault of the program's.
  assertMatch(text, /esbuild.*(registry|download|network|resolve)|(registry|network).*esbuild/is);
  console.log("skipped: no esbuild");
  return undefined;
}

Deno.test("the single-file build", async (t) => {
  await using folder = await TempFolder.of({
    "user/tool.ts": 'import { defineTool, type HandlerContext } from "gomcp";\n' +
      'import { z } from "zod";\n' +
      "export const shout = defineTool({ name: 'shout', description: 'd',\n" +
      "  input: z.object({ text: z.string() }),\n" +
      "  handler: ({ text }, ctx: HandlerContext) => ctx.tenant && text.toUpperCase() });",
    "user/plain.mjs": 'import { defineTool } from "gomcp";\n' +
      "export default [defineTool({ name: 'plain', description: 'd', handler: () => 'p' })];",
    "broken/bad.ts": "export const x = 5;",
    "npm/n.ts": `import isNumber from "${PACKAGE}";\n` +
      'import { defineTool } from "gomcp";\n' +
      "export default defineTool({ name: 'n', description: 'd', handler: () => `${isNumber(5)}` });",
    "cwd/.keep": "",
  });
  const program = await build(folder.path);
  if (program === undefined) return;
  const options = { program, denoFlags: BUILD_FLAGS, cwd: `${folder.path}/cwd` };

  await t.step("tells its version", async () => {
    const { code, stdout } = await runCli(["version", "--json"], options);
    assertEquals([code, JSON.parse(stdout).mcp[0]], [0, "2026-07-28"]);
  });
  await t.step("serves a user's module over gRPC", async () => {
    await using server = await startGrpc({ ...options, args: [`--tools=../user`] });
    using client = new GrpcClient(server.address);
    assertEquals((await client.callTool("shout", { text: "hi" })).content[0].text, "HI");
    const reflection = client.reflect();
    reflection.send({ fileByFilename: "gomcp/v1/gomcp.proto" });
    const { fileDescriptorResponse } = await reflection.messages.next();
    assertEquals(fileDescriptorResponse!.fileDescriptorProto.length, 2);
    reflection.end();
    await reflection.ending();
  });
  await t.step("serves a user's module over HTTP", async () => {
    await using server = await startServer({ ...options, args: [`--tools=../user`] });
    const shouted = await server.call("shout", { text: "hi" });
    assertEquals(shouted.json.content[0].text, "HI");
    assertEquals((await server.call("shout", { text: 5 })).status, 422);
    const { json } = await postModern(server, modernCall(1, "plain"));
    assertEquals(json.result.content[0].text, "p");
    assert((await server.request("/openapi.json")).json.components.schemas.Call.oneOf.length >= 3);
    server.signal("SIGTERM");
    assertEquals((await server.exit()).code, 0);
  });
  await t.step("serves it over stdio", async () => {
    const args = [`--tools=${folder.path}/user/tool.ts`];
    await using server = await startStdio({ ...options, args });
    const { result } = await server.request(modernCall(1, "shout", { text: "hi" }));
    assertEquals(result.content[0].text, "HI");
    await server.closeInput();
    assertEquals((await server.exit()).code, 0);
  });
  await t.step("serves one that imports from npm:", async () => {
    if (!await hasPackage()) return;
    await using server = await startServer({ ...options, args: ["--tools=../npm"] });
    assertEquals((await server.call("n")).json.content[0].text, "true");
  });
  await t.step("refuses a module without tools in one line", async () => {
    const args = ["serve", "--mode=stdio", "--tools=../broken/bad.ts"];
    const { code, stdout, stderr } = await runCli(args, options);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^gomcp: Cannot load \.\.\/broken\/bad\.ts: it exports no tool[^\n]*\n$/);
  });
});
