/** The SDK as it is published: built, installed by npm in a Node project, and loaded by a browser's page. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { cliEnv } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { startGrpc } from "./support/grpc_speaker.ts";
import { startServer } from "./support/server.ts";
import { within } from "./support/wait.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const CHROMIUM = "/usr/bin/chromium";

/** How a script reaches its server, or another. */
const connectTo = (url: string) =>
  "const connect = (address) => new GoMCPClient(address === undefined\n" +
  `  ? { baseUrl: "${url}" }\n` +
  '  : { baseUrl: "http://" + address, retries: 1, timeoutMs: 5_000 });\n';
const connectToGrpc = (own: string) =>
  'import { GrpcGoMCPClient } from "@gomcp/sdk/grpc";\n' +
  `const connect = (address = "${own}") => new GrpcGoMCPClient({ address, retries: 1 });\n`;

/** Calls everything that the SDK has; prints one line of JSON. */
const SCRIPT = `
const client = connect();
const names = (await client.listTools()).map(({ name }) => name);
const told = [];
const walked = await client.callTool("steps", { count: 2 }, {
  onProgress: ({ progress }) => told.push(progress),
});
const batch = await client.batchCall([
  { id: "r1", tool: "add", arguments: { a: 1, b: 2 } },
  { id: "r2", tool: "nobody" },
], { parallel: true });
const streamed = [];
const calls = [{ tool: "echo", arguments: { msg: "a" } }];
for await (const { index } of client.batchStream(calls)) streamed.push(index);
const error = await client.callTool("add", { a: "x", b: 1 }).catch((thrown) => thrown);
const nobody = await connect("127.0.0.1:9").callTool("echo", { msg: "x" })
  .catch((thrown) => thrown.code);
show(JSON.stringify({
  names: names.includes("add"),
  told,
  text: walked.content[0].text,
  batch: batch.map(({ id, ok }) => [id, ok]),
  streamed,
  error: [error instanceof GoMCPError, error.code, error.pointer],
  nobody,
  health: (await client.health()).ready,
}));
`;
const SHOWN = {
  names: true,
  told: [1, 2],
  text: "2 steps",
  batch: [["r1", true], ["r2", false]],
  streamed: [0],
  error: [true, "invalid_arguments", "/a"],
  nobody: "connection_failed",
  health: true,
};

const HEAD = 'import { GoMCPClient, GoMCPError } from "@gomcp/sdk";\nconst show = console.log;\n';

/** Puts grpc-js where the app above finds it, out of Deno's cache. */
async function installGrpc(folder: TempFolder): Promise<void> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${PROJECT}/deno.json`));
  const name = "@grpc/grpc-js";
  await folder.write(
    "deno.json",
    JSON.stringify({ nodeModulesDir: "auto", imports: { [name]: imports[name] } }),
  );
  await run(Deno.execPath(), ["install", "--quiet", "--cached-only", "--no-lock"], folder.path);
}

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const options = { args: [...args], cwd, env: cliEnv() };
  const { success, stdout, stderr } = await new Deno.Command(command, options).output();
  const text = new TextDecoder().decode(stdout);
  assert(success, `${command} ${args[0]} failed: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

Deno.test("the package for npm", async (t) => {
  await using folder = await TempFolder.of({
    "app/package.json": '{"private":true,"type":"module"}',
    "app/deno.json": '{"nodeModulesDir":"manual"}',
  });
  const script = `${PROJECT}/scripts/build_npm.ts`;
  const built = await run(Deno.execPath(), ["run", "-A", script, folder.path], PROJECT);
  const tarball = built.trim().split("\n").at(-1)!;
  await using server = await startServer({ fixtures: ["plain", "slow"] });
  const app = `${folder.path}/app`;

  await t.step("is small, and has nothing but its files, with their hashes", async () => {
    const [, bytes] = /minified: (\d+) bytes/.exec(built)!;
    assert(Number(bytes) <= 12 * 1024, `${bytes} bytes`);
    const listed = (await run("tar", ["-tzf", tarball], folder.path)).trim().split("\n");
    const sums = await Deno.readTextFile(`${folder.path}/npm/SHA256SUMS`);
    const named = [...sums.matchAll(/^[0-9a-f]{64} {2}(.*)$/gm)].map(([, name]) =>
      `package/${name}`
    );
    assertEquals(listed.toSorted(), [...named, "package/SHA256SUMS"].toSorted());
    const text = await Deno.readTextFile(`${folder.path}/npm/client.js`);
    assertEquals(/\bDeno\b|\brequire\(|\bprocess\b/.test(text), false);
    const grpc = await Deno.readTextFile(`${folder.path}/npm/client_grpc.js`);
    assertEquals(/\bDeno\b|\.cache\//.test(grpc), false);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    assertStringIncludes(sums, `${new Uint8Array(digest).toHex()}  client.js`);
  });
  await t.step("is built of the same bytes each time", async () => {
    const before = await Deno.readFile(tarball);
    await run(Deno.execPath(), ["run", "-A", script, folder.path], PROJECT);
    assertEquals(await Deno.readFile(tarball), before);
  });
  await t.step("is installed by npm and used by Node", async () => {
    const flags = ["--offline", "--no-audit", "--no-fund", "--no-update-notifier"];
    await run("npm", ["install", ...flags, tarball], app);
    await folder.write("app/main.mjs", HEAD + connectTo(server.url) + SCRIPT);
    assertEquals(JSON.parse(await run("node", ["main.mjs"], app)), SHOWN);
  });
  await t.step("calls by gRPC where grpc-js is beside it, on Node and on Deno", async () => {
    await using grpc = await startGrpc({ fixtures: ["plain", "slow"] });
    await folder.write("app/grpc.mjs", HEAD + connectToGrpc(grpc.address) + SCRIPT);
    await assertRejects(() => run("node", ["grpc.mjs"], app), Error, "@grpc/grpc-js");
    await installGrpc(folder);
    assertEquals(JSON.parse(await run("node", ["grpc.mjs"], app)), SHOWN);
    const deno = await run(Deno.execPath(), ["run", "-A", "--cached-only", "grpc.mjs"], app);
    assertEquals(JSON.parse(deno), SHOWN);
  });
  await t.step("has types", async () => {
    const program = 'import { GoMCPClient, type ToolInfo } from "@gomcp/sdk";\n' +
      'const client = new GoMCPClient<{ echo: { args: { msg: string }; structured: unknown } }>({ baseUrl: "" });\n' +
      "export const list: PromiseLike<ToolInfo[]> = client.listTools();\n" +
      'await client.callTool("echo", { msg: "a" });\n' +
      "// @ts-expect-error a number is no text\n" +
      'await client.callTool("echo", { msg: 5 });\n';
    await folder.write("app/typed.ts", program);
    await run(Deno.execPath(), ["check", "typed.ts"], app);
  });
  await t.step("works on a page in Chromium", async () => {
    if (!await Deno.stat(CHROMIUM).then(() => true, () => false)) {
      console.log("skipped: no chromium");
      return;
    }
    await using page = startPage(`${folder.path}/npm`, server.url);
    const args = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"];
    const browser = new Deno.Command(CHROMIUM, {
      args: [...args, `--user-data-dir=${folder.path}/profile`, page.url],
      env: cliEnv(),
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      assertEquals(JSON.parse(await within(page.shown, "the results of the page", 60_000)), SHOWN);
    } finally {
      browser.kill("SIGKILL");
      await browser.status;
    }
  });
});

/** A page of this machine, of another origin than the server. */
function startPage(folder: string, baseUrl: string) {
  const shown = Promise.withResolvers<string>();
  const html = '<!doctype html><script type="module">\n' +
    'import { GoMCPClient, GoMCPError } from "/client.js";\n' +
    connectTo(baseUrl) +
    'const show = (text) => fetch("/shown", { method: "POST", body: text });\n' +
    `try {\n${SCRIPT}\n} catch (error) { show(JSON.stringify(String(error.stack))); }</script>`;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      if (request.method === "POST") shown.resolve(await request.text());
      const { pathname } = new URL(request.url);
      const isScript = pathname.endsWith(".js");
      const type = isScript ? "text/javascript" : "text/html";
      const text = isScript ? await Deno.readTextFile(`${folder}${pathname}`) : html;
      return new Response(text, { headers: { "content-type": type } });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    /** What the page has shown. */
    shown: shown.promise,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
