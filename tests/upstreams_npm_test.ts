/** Servers from npm that nobody here wrote, behind gomcp, driven by the official clients. */
import { assert, assertArrayIncludes, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import project from "../deno.json" with { type: "json" };
import { cliEnv, denoArgs } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { ServedUpstreams } from "./support/served_upstreams.ts";
import { startServer } from "./support/server.ts";
import { until } from "./support/wait.ts";

const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));

/** A server of npm's, as the lock file has it. */
function server(name: "everything" | "filesystem" | "memory", args: readonly string[] = []) {
  const packed = project.imports[`@modelcontextprotocol/server-${name}`];
  return [Deno.execPath(), "run", "-A", "--quiet", "--config", CONFIG, packed, ...args];
}

/** Runs with the environment that Deno needs for its cache, whatever the tester's is. */
const env = Deno.env.has("DENO_DIR") ? { DENO_DIR: Deno.env.get("DENO_DIR")! } : {};

/** The official stdio transport leaves a timer of 2 s behind, which fires in whichever test runs then. */
const LEAKS_A_TIMER = { sanitizeOps: false, sanitizeResources: false };

Deno.test("three servers from npm are one server over HTTP", LEAKS_A_TIMER, async (t) => {
  await using folder = await TempFolder.of({ "hello.txt": "Hello from a file" });
  const file = await folder.write(
    "gomcp.yaml",
    [
      "upstreams:",
      "  - name: everything",
      `    command: ${JSON.stringify(server("everything"))}`,
      `    env: ${JSON.stringify({ ...env, API_TOKEN: "a-very-secret-token" })}`,
      "    tools:",
      "      get-sum: { name: add_up, description: Adds two numbers., arguments: { b: 40 } }",
      "      toggle-subscriber-updates: { hide: true }",
      "  - name: fs",
      `    command: ${JSON.stringify(server("filesystem", [folder.path]))}`,
      `    env: ${JSON.stringify(env)}`,
      "  - name: memory",
      `    command: ${JSON.stringify(server("memory"))}`,
      `    env: ${JSON.stringify({ ...env, MEMORY_FILE_PATH: `${folder.path}/memory.jsonl` })}`,
    ].join("\n"),
  );
  await using front = await startServer({ args: [`--config=${file}`] });
  const client = new ClientV2({ name: "official", version: "1" }, {
    versionNegotiation: { mode: "auto" },
    capabilities: { elicitation: { form: {} }, sampling: {} },
  });
  client.setRequestHandler(
    "elicitation/create",
    () => ({ action: "accept", content: { name: "Ada" } }) as const,
  );
  client.setRequestHandler("sampling/createMessage", () => ({
    role: "assistant" as const,
    model: "test",
    content: { type: "text" as const, text: "sampled" },
  }));
  await client.connect(new HttpV2(new URL(`${front.url}/mcp`)));
  // deno-lint-ignore no-explicit-any -- tests look into content of every shape
  const call = async (name: string, args = {}): Promise<any> =>
    await client.callTool({ name, arguments: args });
  const step = (name: string, fn: () => Promise<void>) => t.step({ name, fn, ...LEAKS_A_TIMER });

  await step("lists the tools of all, under their prefixes", async () => {
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    assertArrayIncludes(names, ["everything__echo", "fs__read_text_file", "memory__read_graph"]);
    assertArrayIncludes(names, ["echo", "add_up"]);
    assert(!names.includes("everything__toggle-subscriber-updates"), "hidden");
    const sum = tools.find(({ name }) => name === "add_up")!;
    assertEquals([sum.description, sum.inputSchema.required], ["Adds two numbers.", ["a"]]);
  });
  await step("calls each of them", async () => {
    assertEquals((await call("everything__echo", { message: "hi" })).content[0].text, "Echo: hi");
    assertMatch((await call("add_up", { a: 2 })).content[0].text, /42/);
    const read = await call("fs__read_text_file", { path: `${folder.path}/hello.txt` });
    assertEquals(read.content[0].text, "Hello from a file");
    const entity = { name: "Ada", entityType: "person", observations: ["counts"] };
    await call("memory__create_entities", { entities: [entity] });
    const graph = await call("memory__read_graph");
    assertEquals(graph.structuredContent.entities, [entity]);
  });
  await step("checks arguments before the upstream sees them", async () => {
    const wrong = await call("everything__echo", { message: 3 });
    assertEquals(wrong.isError, true);
    assertMatch(wrong.content[0].text, /Cannot call "everything__echo": "\/message"/);
  });
  await step("does not show secrets that an upstream gives away", async () => {
    const text = (await call("everything__get-env")).content[0].text;
    assertMatch(text, /"API_TOKEN": "\[secret\]"/);
  });
  await step("sees progress", async () => {
    const seen: number[] = [];
    await client.callTool(
      { name: "everything__trigger-long-running-operation", arguments: { duration: 1, steps: 4 } },
      { onprogress: ({ progress }) => seen.push(progress) },
    );
    assertEquals(seen.slice(0, 3), [1, 2, 3]);
  });
  await step("is asked by a legacy upstream", async () => {
    const elicited = await call("everything__trigger-elicitation-request");
    assertMatch(JSON.stringify(elicited.content), /Ada/);
    const sampled = await call("everything__trigger-sampling-request", { prompt: "p" });
    assertMatch(JSON.stringify(sampled.content), /sampled/);
  });
  await step("reads resources, prompts and completions", async () => {
    const { resources } = await client.listResources();
    assert(resources.length > 0);
    const { contents } = await client.readResource({ uri: resources[0]!.uri });
    assertEquals(contents[0]!.uri, resources[0]!.uri);
    const { prompts } = await client.listPrompts();
    assertArrayIncludes(prompts.map(({ name }) => name), ["everything__simple-prompt"]);
    const prompt = await client.getPrompt({ name: "everything__simple-prompt" });
    assertEquals(prompt.messages[0]!.role, "user");
    const { completion } = await client.complete({
      ref: { type: "ref/prompt", name: "everything__completable-prompt" },
      argument: { name: "department", value: "E" },
    });
    assertEquals(completion.values, ["Engineering"]);
  });
  await client.close();
});

Deno.test("a file of Claude Desktop's is served as it is, over stdio", LEAKS_A_TIMER, async () => {
  const [command, ...args] = server("everything");
  await using folder = await TempFolder.of({
    "claude_desktop_config.json": JSON.stringify({
      theme: "dark",
      mcpServers: { "My Things": { command, args, env }, off: { command: "no", disabled: true } },
    }),
  });
  const client = new ClientV1({ name: "official", version: "1" }, {
    capabilities: { elicitation: {}, sampling: {} },
  });
  client.setRequestHandler(
    ElicitRequestSchema,
    () => ({ action: "accept" as const, content: { name: "Grace" } }),
  );
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: "assistant" as const,
    model: "test",
    content: { type: "text" as const, text: "sampled" },
  }));
  const file = `${folder.path}/claude_desktop_config.json`;
  const transport = new StdioClientTransport({
    command: Deno.execPath(),
    args: denoArgs(["serve", "--mode=stdio", `--upstreams=${file}`]),
    env: cliEnv(),
    stderr: "ignore",
  });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  try {
    const text = async (name: string, args = {}) =>
      JSON.stringify((await client.callTool({ name, arguments: args })).content);
    assertMatch(await text("My_Things__echo", { message: "hi" }), /Echo: hi/);
    assertMatch(await text("My_Things__trigger-elicitation-request"), /Grace/);
    assertMatch(await text("My_Things__trigger-sampling-request", { prompt: "p" }), /sampled/);
  } finally {
    await client.close();
  }
});

/** A port that nobody has, as these servers take none of their own choice. */
function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

for (const [mode, path] of [["streamableHttp", "mcp"], ["sse", "sse"]] as const) {
  Deno.test(`a server from npm is reached over HTTP (${mode})`, LEAKS_A_TIMER, async () => {
    const port = freePort();
    const [command, ...args] = server("everything", [mode]);
    const child = new Deno.Command(command!, {
      args,
      env: { PORT: String(port) },
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      const isThere = () =>
        Deno.connect({ port, hostname: "127.0.0.1" }).then((conn) => {
          conn.close();
          return true;
        }, () => false);
      await until(isThere, "it listens");
      const url = `http://localhost:${port}/${path}`;
      await using served = await ServedUpstreams.start([{ name: "web", url }]);
      assertEquals(await served.said("web__echo", { message: "hi" }), "Echo: hi");
      assertMatch(served.status().server!, /everything/);
    } finally {
      child.kill();
      await child.status;
    }
  });
}
