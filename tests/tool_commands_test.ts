/** `gomcp call`, `tools` and `types`, of a server and of modules here: output and exit status. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { cliEnv, runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { Authority } from "./support/certificates.ts";
import { startGrpc } from "./support/grpc_speaker.ts";
import { startServer } from "./support/server.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));

Deno.test("gomcp call prints a tool's text, of a server and of modules here alike", async (t) => {
  await using server = await startServer({ fixtures: ["plain", "slow", "hostile"] });
  const targets = { server: `--url=${server.url}`, here: `--tools=${server.folder}` };
  for (const [name, target] of Object.entries(targets)) {
    const call = (...args: string[]) => runCli(["call", ...args, target]);
    await t.step(`${name}: text, structured content, other blocks`, async () => {
      const sum = await call("add", "--args", '{"a":1,"b":2}');
      assertEquals([sum.code, sum.stdout, sum.stderr], [0, "3\n", ""]);
      const whole = await call("person", '--args={"name":"Ada"}', "--json");
      assertEquals(JSON.parse(whole.stdout).structuredContent, { name: "Ada", age: 3 });
      assertMatch((await call("picture")).stdout, /^\{"type":"image",.*\}\n$/);
    });
    await t.step(`${name}: progress goes to stderr`, async () => {
      const { code, stdout, stderr } = await call("steps", '--args={"count":2}', "--progress");
      assertEquals([code, stdout, stderr], [0, "2 steps\n", "1/2 step 1\n2/2 step 2\n"]);
    });
    await t.step(`${name}: each end has its exit status`, async () => {
      const rows: [string[], number, string][] = [
        [["thrower", '--args={"what":"undefined"}'], 5, ""],
        [["add", '--args={"a":"x","b":1}'], 5, '(at "/a")'],
        [["nobody"], 5, "nobody"],
        [["never"], 7, ""],
        [["add", "--args={"], 1, "Cannot read arguments: they are no JSON"],
        [["add", "--args=@/nowhere.json"], 1, "/nowhere.json"],
        [[], 1, "expected gomcp call TOOL"],
      ];
      for (const [args, code, text] of rows) {
        const ended = await call(...args);
        assertEquals(ended.code, code, `${args}: ${ended.stderr}`);
        assertStringIncludes(ended.stderr, text);
      }
      const refused = await call("add", "--args={}", "--json");
      assertEquals(JSON.parse(refused.stdout).problem.code, "invalid_arguments");
    });
    await t.step(`${name}: gomcp tools lists them, and shows one`, async () => {
      const list = await runCli(["tools", target]);
      assertMatch(list.stdout, name === "server" ? /^add +Adds two numbers\.$/m : /^add$/m);
      const one = await runCli(["tools", "add", target, "--json"]);
      assertEquals(JSON.parse(one.stdout).inputSchema.required, ["a", "b"]);
      assertEquals((await runCli(["tools", "nobody", target])).code, 5);
    });
  }
  await t.step("arguments come from a file", async () => {
    await using folder = await TempFolder.of({ "args.json": '{"a":20,"b":22}' });
    const args = ["call", "add", `--args=@${folder.path}/args.json`, targets.server];
    assertEquals((await runCli(args)).stdout, "42\n");
  });
  await t.step("a server and modules at once are refused", async () => {
    const { code, stderr } = await runCli(["call", "add", targets.server, targets.here]);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "--url and --tools name several places, expected one");
  });
});

Deno.test("gomcp call says that there is no server, and that it may not call", async () => {
  const unreachable = await runCli(["call", "echo", "--url=http://127.0.0.1:9"]);
  assertEquals(unreachable.code, 4);
  assertStringIncludes(unreachable.stderr, "Cannot reach server");
  await using server = await startServer({ args: ["--require-key"] });
  const args = ["call", "echo", `--url=${server.url}`];
  assertEquals((await runCli(args)).code, 3);
  assertEquals((await runCli(args, { env: { GOMCP_API_KEY: "gmcp_wrong" } })).code, 3);
});

Deno.test("gomcp call, tools and types reach a server by gRPC, with TLS and its client's certificate", async () => {
  const authority = await Authority.create();
  const [own, agent] = [await authority.server(), await authority.sign({ names: ["agent"] })];
  await using files = await TempFolder.of({
    "tls.crt": own.cert,
    "tls.key": own.key,
    "ca.crt": authority.cert,
    "agent.crt": agent.cert,
    "agent.key": agent.key,
  });
  const file = (name: string) => `${files.path}/${name}`;
  const tls = [`--tls-cert=${file("tls.crt")}`, `--tls-key=${file("tls.key")}`];
  await using server = await startGrpc({
    fixtures: ["plain", "slow"],
    args: [...tls, `--tls-client-ca=${file("ca.crt")}`, "--tls-tenant=CN:agent=default"],
  });
  const trust = [`--grpc=${server.address}`, `--tls-ca=${file("ca.crt")}`];
  const shown = [`--tls-cert=${file("agent.crt")}`, `--tls-key=${file("agent.key")}`];
  const target = [...trust, "--tls-server-name=localhost", ...shown];
  const sum = await runCli(["call", "add", "--args", '{"a":1,"b":2}', ...target]);
  assertEquals([sum.code, sum.stdout, sum.stderr], [0, "3\n", ""]);
  const steps = await runCli(["call", "steps", '--args={"count":2}', "--progress", ...target]);
  assertEquals([steps.stdout, steps.stderr], ["2 steps\n", "1/2 step 1\n2/2 step 2\n"]);
  const refused = await runCli(["call", "add", '--args={"a":"x","b":1}', ...target]);
  assertEquals(refused.code, 5);
  assertStringIncludes(refused.stderr, '(at "/a")');
  const list = await runCli(["tools", ...target]);
  assertMatch(list.stdout, /^add +Adds two numbers\.$/m);
  assertStringIncludes((await runCli(["types", ...target])).stdout, 'readonly "add": {');
  const nameless = await runCli(["call", "add", ...trust, "--tls-server-name=localhost"]);
  assertEquals(nameless.code, 4);
  const half = await runCli(["call", "add", ...trust, shown[0]!]);
  assertEquals(half.code, 1);
  assertStringIncludes(half.stderr, "--tls-cert and --tls-key go together");
});

/** A program that is right but for the lines that say so. */
const PROGRAM = `
import { GoMCPClient } from "@gomcp/sdk";
import type { Tools } from "./tools.d.ts";

const client = new GoMCPClient<Tools>({ baseUrl: "http://localhost" });
export async function right(): Promise<number | undefined> {
  await client.callTool("echo", { msg: "hi" });
  await client.callTool("picture");
  await client.callTool("steps", { count: 2 }, { timeoutMs: 5 });
  await client.batchCall([{ tool: "add", arguments: { a: 1, b: 2 } }], { parallel: true });
  await client.callTool("tree", { name: "a", children: [{ name: "b", children: [] }] });
  const { structuredContent } = await client.callTool("person", { name: "Ada" });
  return structuredContent?.age;
}
export async function wrong(): Promise<string | undefined> {
  await client.callTool("ecco", { msg: "hi" });
  await client.callTool("echo", { msg: 5 });
  await client.callTool("echo", { mesg: "hi" });
  await client.callTool("echo");
  await client.batchCall([{ tool: "add", arguments: { a: "1", b: 2 } }]);
  const { structuredContent } = await client.callTool("person", { name: "Ada" });
  return structuredContent?.age;
}
`;
const WRONG_LINES = 6;

Deno.test("gomcp types makes a compiler check calls, of a server and of modules here", async (t) => {
  await using server = await startServer({ fixtures: ["plain", "slow", "recursive"] });
  const rows = [["types", server.url], ["types", server.folder!]];
  const texts = await Promise.all(rows.map((args) => runCli(args)));
  await t.step("both are the same", () => {
    assertEquals(texts.map(({ code }) => code), [0, 0]);
    assertEquals(texts[0]!.stdout, texts[1]!.stdout);
  });
  await t.step("what is right passes, what is wrong does not", async () => {
    await using folder = await TempFolder.of({
      "tools.d.ts": texts[0]!.stdout,
      "program.ts": PROGRAM,
    });
    const args = ["check", `--config=${PROJECT}/deno.json`, `${folder.path}/program.ts`];
    const { stderr } = await new Deno.Command(Deno.execPath(), { args, env: cliEnv() }).output();
    const said = new TextDecoder().decode(stderr);
    const wrongFrom = PROGRAM.slice(0, PROGRAM.indexOf("function wrong")).split("\n").length;
    const lines = [...said.matchAll(/program\.ts:(\d+):/g)].map(([, line]) => Number(line));
    assertEquals(lines.length, WRONG_LINES, said);
    assert(lines.every((line) => line > wrongFrom), said);
  });
});

Deno.test("gomcp call, tools and types take a configuration, with its modules and its upstreams", async (t) => {
  await using server = await startServer({ fixtures: ["plain"] });
  const upstream = { name: "far", url: `${server.url}/mcp`, allow: ["add"] };
  const config = { state: { url: "${NO_SUCH}" }, tools: ["near.ts"], upstreams: [upstream] };
  const gone = { name: "gone", command: ["/no/such/program"], restart: { max: 0 } };
  await using folder = await TempFolder.of({
    "gomcp.json": JSON.stringify(config),
    "gone.json": JSON.stringify({ ...config, upstreams: [gone] }),
    "wrong.json": JSON.stringify({ ...config, upstream: [], tools: 5 }),
    "near.ts": `import { defineTool } from "gomcp";
      export const near = defineTool({ name: "near", description: "Is near.", handler: () => "here" });`,
  });
  const here = (...args: string[]) => runCli(args, { cwd: folder.path });
  await t.step("types", async () => {
    const { code, stdout, stderr } = await here("types", "gomcp.json");
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, 'readonly "near": {');
    assertStringIncludes(stdout, 'readonly "far__add": {');
  });
  await t.step("call, of an upstream's tool and of a module's", async () => {
    const sum = await here("call", "far__add", '--args={"a":1,"b":2}', "--config=gomcp.json");
    assertEquals([sum.code, sum.stdout, sum.stderr], [0, "3\n", ""]);
    assertEquals((await here("call", "near", "--config=gomcp.json")).stdout, "here\n");
  });
  await t.step("tools", async () => {
    const { stdout } = await here("tools", "--config=gomcp.json");
    assertMatch(stdout, /^far__add +Adds two numbers\.$/m);
  });
  await t.step("an upstream that is away is told, and its tools are not left out", async () => {
    const { code, stdout, stderr } = await here("types", "gone.json");
    assertEquals([code, stdout], [7, ""]);
    assertStringIncludes(stderr, 'Cannot list tools: upstream "gone" cannot be reached');
  });
  await t.step("what is wrong in the file is told with its place", async () => {
    const { code, stderr } = await here("types", "wrong.json");
    assertEquals(code, 1);
    assertMatch(stderr, /Cannot read wrong\.json:1:\d+ \(\/tools\)/);
  });
  await t.step("a configuration and a server at once are refused", async () => {
    const { code, stderr } = await here("tools", "--config=gomcp.json", `--url=${server.url}`);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "--url and --config name several places, expected one");
  });
});
