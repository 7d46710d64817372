/** What a tool in a host can do: nothing but what is declared or granted, as Deno enforces it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCli } from "./support/cli_process.ts";
import { startServer } from "./support/server.ts";
import { TempFolder } from "./support/fixtures.ts";

const DENIED = /^failed: NotCapable: /;

/** Everything that a tool may try, and what shows that it was done. */
async function outside() {
  const listener = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("fetched"),
  );
  const { port } = listener.addr as Deno.NetAddr;
  const folder = await TempFolder.of({
    "secret.txt": "a secret",
    "mod.ts": "export const secret = 1;",
  });
  return {
    folder,
    port,
    tries: [
      ["fetch", `http://127.0.0.1:${port}/`, "fetched", "net", `127.0.0.1:${port}`],
      ["connect", `127.0.0.1:${port}`, "connected", "net", `127.0.0.1:${port}`],
      ["read", `${folder.path}/secret.txt`, "a secret", "read", folder.path],
      ["node_read", `${folder.path}/secret.txt`, "a secret", "read", folder.path],
      ["write", `${folder.path}/new.txt`, "written", "write", folder.path],
      ["env", "GOMCP_TEST_SECRET", "from the environment", "env", "GOMCP_TEST_SECRET"],
      ["run", "echo", "it ran\n", "run", "echo"],
      ["sys", "", Deno.hostname(), "sys", "hostname"],
    ] as const,
    async [Symbol.asyncDispose]() {
      await listener.shutdown();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const ENV = { GOMCP_TEST_SECRET: "from the environment" };

Deno.test("a tool in a host can do nothing that was not declared", async () => {
  await using out = await outside();
  await using server = await startServer({ fixtures: ["reaching_out"], env: ENV });
  for (const [what, at] of out.tries) {
    const { json } = await server.call("tries", { what, at });
    assertMatch(json.content[0].text, DENIED, what);
  }
  for (const [what, at] of [["ffi", "libc.so.6"], ["import", `${out.folder.path}/mod.ts`]]) {
    const { json } = await server.call("tries", { what, at });
    assertMatch(json.content[0].text, /^failed: /, what);
  }
  const { json } = await server.call("tries", { what: "worker", at: "" });
  assertMatch(json.content[0].text, /Requires read access/);
  // Its own source it may read; the file beside it, not.
  const own = `${server.folder}/reaching_out.ts`;
  const source = await server.call("tries", { what: "read", at: own });
  assertMatch(source.json.content[0].text, /^did: /);
  await Deno.writeTextFile(`${server.folder}/beside.txt`, "x");
  const beside = await server.call("tries", { what: "read", at: `${server.folder}/beside.txt` });
  assertMatch(beside.json.content[0].text, DENIED);
  assertEquals(await exists(`${out.folder.path}/new.txt`), false);
});

Deno.test("a tool can do what the operator permits its module, and that alone", async () => {
  await using out = await outside();
  await using folder = await TempFolder.of();
  const module = `${folder.path}/reaching_out.ts`;
  await Deno.copyFile(new URL("./support/fixtures/reaching_out.ts", import.meta.url), module);
  const permits = out.tries.map(([, , , kind, value]) => `--permit=${module}:${kind}=${value}`);
  const args = [`--tools=${module}`, ...new Set(permits)];
  await using server = await startServer({ args, env: ENV });
  for (const [what, at, shown] of out.tries) {
    const { json } = await server.call("tries", { what, at });
    assertEquals(json.content[0].text, `did: ${shown}`);
  }
  for (
    const [what, at] of [
      ["fetch", `http://localhost:${out.port}/`],
      ["read", "/etc/hosts"],
      ["write", `${folder.path}/x`],
      ["env", "PATH"],
      ["run", "ls"],
    ] as const
  ) {
    const { json } = await server.call("tries", { what, at });
    assertMatch(json.content[0].text, DENIED, `${what} ${at}`);
  }
});

Deno.test("a tool can do what its module declares; paths are those of the module's folder", async () => {
  await using folder = await TempFolder.of({
    "data/a.txt": "beside",
    "tool.ts": `import { defineTool } from "gomcp";
const description = "d";
export const reads = defineTool({ name: "reads", description, permissions: { read: ["data"] },
  handler: () => Deno.readTextFileSync(import.meta.dirname + "/data/a.txt") });
export const writes = defineTool({ name: "writes", description,
  handler: () => { Deno.writeTextFileSync(import.meta.dirname + "/data/b.txt", ""); return ""; } });
`,
  });
  await using server = await startServer({ args: [`--tools=${folder.path}/tool.ts`] });
  assertEquals((await server.call("reads")).json.content[0].text, "beside");
  assertMatch((await server.call("writes")).json.content[0].text, /Requires write access/);
});

Deno.test("a module is loaded before it is given anything, and says plainly what it lacked", async () => {
  await using folder = await TempFolder.of({
    "early.ts": `import { defineTool } from "gomcp";
const home = Deno.env.get("GOMCP_TEST_EARLY");
export default defineTool({ name: "early", description: "d", permissions: { env: ["GOMCP_TEST_EARLY"] },
  handler: () => home ?? "" });`,
  });
  const module = `${folder.path}/early.ts`;
  const { code, stderr } = await runCli(["serve", "--addr=127.0.0.1:0", `--tools=${module}`]);
  assertEquals(code, 1);
  assertMatch(stderr, /early\.ts: Requires env access to "GOMCP_TEST_EARLY".*--permit/s);
  const args = [`--tools=${module}`, `--permit=${module}:env=GOMCP_TEST_EARLY`];
  await using server = await startServer({ args, env: { GOMCP_TEST_EARLY: "/nowhere" } });
  assertEquals((await server.call("early")).json.content[0].text, "/nowhere");
});

Deno.test("modules in hosts may import their neighbours, and one may be inline and others not", async () => {
  await using folder = await TempFolder.of({
    "_lib/words.ts": 'export const word = "shared";',
    "mixed.ts": `import { defineTool } from "gomcp";
import { word } from "./_lib/words.ts";
const handler = () => word + " " + Deno.pid;
const description = "d";
export const here = defineTool({ name: "here", description, isolation: "inline", handler });
export const there = defineTool({ name: "there", description, handler });`,
  });
  await using server = await startServer({ args: [`--tools=${folder.path}/mixed.ts`] });
  const [here, there] = await Promise.all(["here", "there"].map((tool) => server.call(tool)));
  assertEquals(here!.json.content[0].text, `shared ${server.pid}`);
  const other = there!.json.content[0].text;
  assert(other.startsWith("shared ") && other !== here!.json.content[0].text);
});

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
