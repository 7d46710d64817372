/** `gomcp validate` as CI runs it: targets, reports, exit statuses, fixes, baselines, locks. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { lockOf, renderLock } from "../src/pins/lock.ts";
import { type CliOptions, CliProcess, runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { startServer } from "./support/server.ts";
import { until } from "./support/wait.ts";

const GOOD = {
  name: "get_weather",
  description: "Gives today's weather of a city in words.",
  inputSchema: {
    type: "object",
    properties: { city: { type: "string", description: "The name of the city.", maxLength: 99 } },
    required: ["city"],
    additionalProperties: false,
  },
};
const BAD = { ...GOOD, name: "weather.get", inputSchema: { type: "object" } };

const json = (...tools: unknown[]) => JSON.stringify({ tools }, null, 2) + "\n";

const MODULE = `import { defineTool } from "gomcp";
import { z } from "zod";
export const city = defineTool({
  name: "city",
  description: "City.",
  input: z.object({ id: z.string() }),
  handler: () => { throw new Error("a tool ran"); },
});
`;

/** As a process of its own, in that folder. */
function validate(args: readonly string[], cwd: string, options: Partial<CliOptions> = {}) {
  return runCli(["validate", ...args], { cwd, ...options });
}

Deno.test("the exit status is 0 for clean tools, 1 for findings, 2 for what cannot be looked at", async () => {
  await using folder = await TempFolder.of({
    "good.json": json(GOOD),
    "bad.json": json(BAD),
    "vague.json": json({ ...GOOD, description: "Weather." }),
  });
  const statuses: [readonly string[], number][] = [
    [["good.json"], 0],
    [["bad.json"], 1],
    [["good.json", "bad.json"], 1],
    [["vague.json"], 0],
    [["vague.json", "--fail-on=warning"], 1],
    [["missing.json"], 2],
    [["bad.json", "missing.json"], 2],
    [["good.txt"], 2],
    [["--command=/no/such/program"], 2],
    [["http://127.0.0.1:9/mcp"], 2],
    [["good.json", "--format=xml"], 2],
    [["good.json", "--no-such-flag"], 2],
    [["good.json", "--baseline=git:no-such-ref"], 2],
    [[], 2],
  ];
  for (const [args, expected] of statuses) {
    const { code, stderr } = await validate(args, folder.path);
    assertEquals(code, expected, `${args.join(" ")}: ${stderr}`);
    if (expected === 2) assertMatch(stderr, /^gomcp: Cannot /m);
  }
});

Deno.test("a finding is told with its file, line, pointer, a caret and the fix", async () => {
  await using folder = await TempFolder.of({ "bad.json": json(BAD) });
  const { stdout, stderr } = await validate(["bad.json"], folder.path);
  assertEquals(
    stdout,
    `bad.json:4:7: error GM201 name-for-apis: "weather.get" is not of A-Z, a-z, 0-9, "_" and "-" ` +
      `(Anthropic's API, OpenAI's API)
  tool "weather.get", at /name
  | "name": "weather.get",
  | ^

bad.json:6:7: error GM211 no-properties: the input schema names no properties, not even none (OpenAI's API)
  tool "weather.get", at /inputSchema
  | "inputSchema": {
  | ^
  fix: adds "properties": {}
`,
  );
  assertEquals(
    stderr,
    "gomcp validate: 1 tool, 2 errors, 0 warnings, 0 hints; 1 can be fixed (--fix, in JSON files)\n",
  );
});

Deno.test("a module is loaded in a host that may do nothing, and none of its tools runs", async (t) => {
  await using folder = await TempFolder.of({
    "tools/city.ts": MODULE,
    "tools/reads.ts": `${
      MODULE.replace('"city",', '"other",')
    }Deno.readTextFileSync("/etc/hostname");\n`,
    "tools/inline.ts": MODULE.replace('"city",', '"inline", isolation: "inline",') +
      `if (Deno.env.has("HOME")) throw new Error("it may read the environment");\n`,
    "none/empty.ts": "export const x = 5;\n",
  });
  const { code, stdout } = await validate(["tools", "--format=json"], folder.path);
  assertEquals(code, 1);
  const { findings, tools } = JSON.parse(stdout);
  assertEquals(tools, 1);
  const of = (rule: string) => findings.filter((each: { rule: string }) => each.rule === rule);
  const files = of("GM101").map((each: { file: string }) => each.file);
  assertEquals(files, ["tools/inline.ts", "tools/reads.ts"]);
  assertMatch(of("GM101")[1].message, /does not load: .*read access/);
  await t.step("and lines of the module are named", () => {
    const [{ file, line, tool }] = of("GM402");
    assertEquals([file, line, tool], ["tools/city.ts", 5, "city"]);
  });
  await t.step("and what has no tools is told", async () => {
    const none = await validate(["none"], folder.path);
    assertEquals(none.code, 1);
    assertStringIncludes(
      none.stdout,
      "none:1:1: error GM101 unreadable: does not load: it exports no tool",
    );
  });
});

Deno.test("files are read as lists, as objects, as answers and with comments; faults have a line", async () => {
  const answer = { jsonrpc: "2.0", id: 1, result: { tools: [BAD] } };
  await using folder = await TempFolder.of({
    "list.json": JSON.stringify([BAD]),
    "answer.json": JSON.stringify(answer),
    "one.json": JSON.stringify(BAD),
    "comments.jsonc": `// tools\n[${JSON.stringify(BAD)},]`,
    "broken.json": '{\n  "tools": [\n    {]\n}',
    "other.json": '{"a": 1}',
    "empty.json": '{"tools": []}',
  });
  for (const file of ["list.json", "answer.json", "one.json", "comments.jsonc"]) {
    const { stdout } = await validate([file, "--format=json"], folder.path);
    const { findings } = JSON.parse(stdout);
    assertEquals(findings.map((each: { rule: string }) => each.rule), ["GM201", "GM211"], file);
  }
  const { code, stdout } = await validate(
    ["broken.json", "other.json", "empty.json"],
    folder.path,
  );
  assertEquals(code, 1);
  assertStringIncludes(stdout, "broken.json:3:6: error GM101");
  assertStringIncludes(stdout, "other.json:1:1: error GM101 unreadable: the file has no tools");
  assertStringIncludes(
    stdout,
    "empty.json:1:1: error GM101 unreadable: the list of tools is empty",
  );
});

Deno.test("a hostile target is told, and keeps no other from being looked at", async () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const deep = JSON.stringify({ ...BAD, name: "deep" }).replace(
    '"type":"object"',
    `$&,"default":${nested(5_000)}`,
  );
  const script = `
    import { createInterface } from "node:readline";
    createInterface({ input: process.stdin }).on("line", (line) => {
      const { id, method } = JSON.parse(line);
      if (id === undefined) return;
      const result = method === "tools/list"
        ? '{"tools":[' + ${JSON.stringify(`${JSON.stringify(GOOD)},${deep}`)} + "]}"
        : '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"x","version":"1"}}';
      console.log('{"jsonrpc":"2.0","id":' + JSON.stringify(id) + ',"result":' + result + "}");
    });`;
  await using folder = await TempFolder.of({
    "deep.json": `[${deep}]`,
    "bad.json": json(BAD),
    // The quote in the comment hides how deep it is.
    "hidden.jsonc": `// "\n[${nested(9_000)},]`,
    "server.mjs": script,
    "none.mjs": script.replace(/'\{"tools":.*/, `'{"tools":[]}'`),
  });
  const line = `"${Deno.execPath()}" run -A server.mjs`;
  const args = ["deep.json", "bad.json", `--command=${line}`, "--format=json"];
  const { code, stdout, stderr } = await validate(args, folder.path);
  assertEquals(code, 1, stderr);
  const { tools, findings } = JSON.parse(stdout);
  assertEquals(tools, 2);
  const told = findings.filter((each: { severity: string }) => each.severity === "error")
    .map((each: { rule: string; message: string }) => `${each.rule} ${each.message}`);
  assertMatch(told.join("\n"), /^GM101 the file is nested more than 500 deep, .*\nGM201.*\nGM211/);
  assertMatch(told.at(-1), /^GM101 the tool "deep" cannot be looked at: it is nested more than/);
  const none = `"${Deno.execPath()}" run -A none.mjs`;
  const empty = await validate([`--command=${none}`], folder.path);
  assertEquals([empty.code, empty.stdout], [
    1,
    `${none}: error GM101 unreadable: the server has no tools\n`,
  ]);
  const hidden = await validate(["hidden.jsonc", "bad.json"], folder.path);
  assertEquals(hidden.code, 2);
  assertStringIncludes(hidden.stderr, "gomcp: Cannot read hidden.jsonc: ");
  assertStringIncludes(hidden.stdout, "GM201");
});

Deno.test("--fix mends what it can, leaves the rest of the file alone, and tells what is left", async () => {
  const text = `{
\t// the only tool
\t"tools": [{
\t\t"name": "delete_city",
\t\t"description": "Deletes a city for good, with all its streets.",
\t\t"inputSchema": { "$schema": "http://json-schema.org/draft-07/schema#", "type": "object" }
\t}]
}
`;
  await using folder = await TempFolder.of({ "tools.json": text });
  const { code, stdout, stderr } = await validate(["tools.json", "--fix"], folder.path);
  assertEquals([code, stdout], [0, ""], stderr);
  assertStringIncludes(stderr, "3 fixed");
  const fixed = await Deno.readTextFile(`${folder.path}/tools.json`);
  assertStringIncludes(fixed, "// the only tool");
  const { inputSchema, annotations } = JSON.parse(fixed.replace(/\/\/.*/, "")).tools[0];
  assertEquals(inputSchema, { type: "object", properties: {} });
  assertEquals(annotations, { destructiveHint: true });
});

Deno.test("a suppression needs a reason, and something to suppress", async () => {
  const tool = (comment: string) => `[\n  ${comment}\n  ${JSON.stringify(BAD)}\n]`;
  await using folder = await TempFolder.of({
    "reason.jsonc": tool("// gomcp-ignore GM201, GM211: only our own client calls it"),
    "whole.jsonc": `// gomcp-ignore-file GM201: ours\n${tool("// gomcp-ignore GM211: ours, too")}`,
    "bare.jsonc": tool("// gomcp-ignore GM201, GM211"),
    "unused.jsonc": tool("// gomcp-ignore GM301: none of these"),
    "others.jsonc": tool(
      "// gomcp-ignore GM220, GM504: for strict clients, and renamed on purpose",
    ),
    "block.jsonc": tool(
      "/* the old name\n     is known\n     gomcp-ignore GM201, GM211: only ours\n  */",
    ).replace("*/\n", "*/"),
    "early.jsonc": tool("/* gomcp-ignore GM201, GM211: only ours\n\n\n\n*/"),
    "said.json": JSON.stringify([{
      ...BAD,
      description: "gomcp-ignore GM201, GM211: trust me, please",
    }]),
    "city.ts": MODULE.replace(
      "  description",
      "  // gomcp-ignore GM402: a city is a city\n  description",
    ),
    "gomcp.json": JSON.stringify({
      validate: {
        ignore: [{ rule: "GM201", tool: "weather.*", reason: "only ours" }],
        rules: { GM211: "warning" },
      },
    }),
  });
  const found = async (file: string, ...flags: string[]) => {
    const { stdout } = await validate([file, "--format=json", ...flags], folder.path);
    const { findings, suppressed } = JSON.parse(stdout);
    const rules = findings.map((each: { rule: string; severity: string }) =>
      each.severity === "info" ? "" : each.rule
    ).filter(Boolean);
    return [suppressed, ...rules.sort()];
  };
  await folder.write("no.json", "{}");
  const alone = "--config=no.json";
  assertEquals(await found("reason.jsonc", alone), [2]);
  assertEquals(await found("whole.jsonc", alone), [2]);
  assertEquals(await found("bare.jsonc", alone), [0, "GM201", "GM211", "GM407"]);
  assertEquals(await found("unused.jsonc", alone), [0, "GM201", "GM211", "GM408"]);
  assertEquals(await found("others.jsonc", alone), [0, "GM201", "GM211"]);
  assertEquals(await found("block.jsonc", alone), [2]);
  assertEquals(await found("early.jsonc", alone), [2]);
  assertEquals(await found("said.json", alone), [0, "GM201", "GM211"]);
  assertEquals(await found("city.ts", alone), [1, "GM403"]);
  assertEquals(await found("said.json"), [1, "GM211"]);
  assertEquals((await validate(["said.json"], folder.path)).code, 0);
});

Deno.test("a configuration's section is checked, and told where it is wrong", async () => {
  await using folder = await TempFolder.of({
    "a.json": '{\n  "validate": {\n    "rules": { "GM999": "off" }\n  }\n}',
    "b.json": '{ "validate": { "ignore": [{ "rule": "GM201", "reason": "" }] } }',
    "c.json": '{ "validate": { "profile": ["openai"] } }',
    "good.json": json(GOOD),
  });
  for (
    const [file, where] of [["a.json", "a.json:3:"], ["b.json", "reason"], ["c.json", "profile"]]
  ) {
    const { code, stderr } = await validate(["good.json", `--config=${file}`], folder.path);
    assertEquals(code, 2);
    assertStringIncludes(stderr, where!);
  }
});

Deno.test("gomcp.yaml is a configuration as gomcp.json is, with lines of its own", async () => {
  const yaml = (rule: string) => `tools: [tools]\nvalidate:\n  rules:\n    ${rule}: "off"\n`;
  await using folder = await TempFolder.of({
    "gomcp.yaml": yaml("GM402"),
    "wrong.yaml": yaml("GM999"),
    "broken.yml": "tools: [\n",
    "tools/city.ts": MODULE,
  });
  const { code, stdout, stderr } = await validate(["--format=json"], folder.path);
  assertEquals(code, 0, stderr);
  const { tools, findings } = JSON.parse(stdout);
  assertEquals(tools, 1);
  const rules: string[] = findings.map((each: { rule: string }) => each.rule);
  assertEquals([rules.includes("GM402"), rules.includes("GM403")], [false, true]);
  for (const [file, where] of [["wrong.yaml", "wrong.yaml:4:"], ["broken.yml", "broken.yml:2:1"]]) {
    const wrong = await validate(["tools", `--config=${file}`], folder.path);
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, `Cannot read ${where}`);
  }
});

Deno.test("--profile chooses the clients, and --prefix what stands before names", async () => {
  await using folder = await TempFolder.of({
    "bad.json": json(BAD),
    "long.json": json({ ...GOOD, name: "a".repeat(60) }),
  });
  assertEquals((await validate(["bad.json", "--profile=vscode"], folder.path)).code, 0);
  assertEquals((await validate(["bad.json", "--profile=anthropic"], folder.path)).code, 1);
  assertEquals((await validate(["long.json"], folder.path)).code, 0);
  const prefixed = await validate(["long.json", "--prefix=mcp__w__"], folder.path);
  assertEquals(prefixed.code, 1);
  assertStringIncludes(prefixed.stdout, "has 68 characters, expected at most 64");
});

Deno.test("--baseline tells breaking changes from compatible ones, of a file and of a commit", async (t) => {
  const required = {
    ...GOOD.inputSchema,
    properties: {
      ...GOOD.inputSchema.properties,
      days: {
        type: "integer",
        description: "How many days.",
      },
    },
  };
  const optional = { ...GOOD, inputSchema: required };
  const breaking = { ...GOOD, inputSchema: { ...required, required: ["city", "days"] } };
  await using folder = await TempFolder.of({
    "before.json": json(GOOD),
    "same.json": json(GOOD),
    "optional.json": json(optional),
    "breaking.json": json(breaking),
    "gone.json": json({ ...GOOD, name: "get_forecast" }),
    "words.json": json({ ...GOOD, description: "Gives today's weather, and tomorrow's." }),
  });
  const found = async (file: string, baseline = "before.json") => {
    const args = [file, `--baseline=${baseline}`, "--format=json"];
    const { code, stdout, stderr } = await validate(args, folder.path);
    const drift = JSON.parse(stdout || fail(stderr)).findings.filter((each: { rule: string }) =>
      each.rule.startsWith("GM5")
    );
    return [
      code,
      ...drift.map((each: { rule: string; severity: string }) => `${each.severity} ${each.rule}`),
    ];
  };
  assertEquals(await found("same.json"), [0]);
  assertEquals(await found("optional.json"), [0, "info GM505"]);
  assertEquals(await found("breaking.json"), [1, "error GM502"]);
  assertEquals(await found("gone.json"), [1, "error GM501", "info GM506"]);
  assertEquals(await found("words.json"), [0, "warning GM504"]);

  await t.step(
    "git:REF reads files and modules as they were, and changes nothing here",
    async () => {
      const git = async (...args: string[]) => {
        const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
        const { success, stderr } = await new Deno.Command("git", {
          args: [...identity, ...args],
          cwd: folder.path,
        }).output();
        assert(success, new TextDecoder().decode(stderr));
      };
      await folder.write("sub/city.ts", MODULE);
      await git("init", "-q");
      await git("add", ".");
      await git("commit", "-qm", "first");
      await folder.write("same.json", json(breaking));
      await folder.write("sub/city.ts", MODULE.replace("z.string()", "z.enum(['a'])"));
      assertEquals(await found("same.json", "git:HEAD"), [1, "error GM502"]);
      assertEquals(await found("sub/city.ts", "git:HEAD"), [1, "error GM503"]);
      const { stdout } = await new Deno.Command("git", {
        args: ["status", "--short"],
        cwd: folder.path,
      })
        .output();
      assertEquals(new TextDecoder().decode(stdout), " M same.json\n M sub/city.ts\n");
    },
  );
});

function fail(text: string): never {
  throw new Error(text);
}

Deno.test("--lock finds every definition that is not what was reviewed", async () => {
  const pinned = { name: "get_weather", definition: GOOD };
  await using folder = await TempFolder.of({
    "gomcp.lock": renderLock(lockOf([pinned])),
    "edited.lock": renderLock(lockOf([pinned])).replace("today's", "tomorrow's"),
    "same.json": json(GOOD),
    "changed.json": json({ ...GOOD, description: "Gives the weather, and reads your mail." }),
    "more.json": json(GOOD, { ...GOOD, name: "get_mail", description: "Gives all mail of a day." }),
    "gomcp.json": JSON.stringify({ upstreams: [] }),
    // What clients put before names is no part of what was reviewed.
    "sub/gomcp.json": JSON.stringify({ validate: { prefix: "mcp__w__" } }),
  });
  const prefixed = await validate(
    ["same.json", "--lock=gomcp.lock", "--config=sub/gomcp.json"],
    folder.path,
  );
  assertEquals(prefixed.code, 0, prefixed.stdout);
  const check = (file: string, lock = "gomcp.lock") =>
    validate([file, `--lock=${lock}`], folder.path);
  assertEquals((await check("same.json")).code, 0);
  const changed = await check("changed.json");
  assertEquals(changed.code, 1);
  assertStringIncludes(changed.stdout, "error GM504 words-changed: description was");
  const more = await check("more.json");
  assertEquals(more.code, 1);
  assertStringIncludes(more.stdout, 'GM506 tool-added: "get_mail" is not in gomcp.lock');
  const edited = await check("same.json", "edited.lock");
  assertEquals(edited.code, 2);
  assertStringIncludes(edited.stderr, "has a definition that its hash does not belong to");
});

Deno.test("servers are looked at by their address, and those of a configuration behind their prefix", async (t) => {
  await using server = await startServer({ fixtures: ["plain"] });
  const url = `${server.url}/mcp`;
  await using folder = await TempFolder.of({
    "gomcp.json": JSON.stringify(
      { upstreams: [{ name: "one", url }, { name: "gone", command: ["/no/such/program"] }] },
      null,
      2,
    ),
    "client.json": JSON.stringify({
      mcpServers: { two: { url, headers: { "x-a": "${NO_SUCH}" } } },
    }),
    "same.json": JSON.stringify({ mcpServers: { one: { url }, two: { url } } }),
  });
  await t.step("an address", async () => {
    const { code, stdout, stderr } = await validate([url, "--format=json", "--all"], folder.path);
    const { tools, findings } = JSON.parse(stdout || fail(stderr));
    assert(tools > 1);
    assert(code < 2, stderr);
    assert(findings.every((each: { server: string }) => each.server === url));
  });
  await t.step("a configuration, of which one server is away", async () => {
    const { code, stdout, stderr } = await validate(["--format=json"], folder.path);
    assertEquals(code, 2);
    assertMatch(stderr, /Cannot list the tools of gone: .*\/no\/such\/program/);
    const { findings } = JSON.parse(stdout);
    const [{ tool, file, line }] = findings;
    assert(tool.startsWith("one__"), tool);
    assertEquals([file, line], ["gomcp.json", 3]);
  });
  await t.step(
    "another program's, whose servers have no prefix that nobody gave them",
    async () => {
      const { stdout, stderr } = await validate(["same.json", "--format=json"], folder.path);
      const { findings } = JSON.parse(stdout || fail(stderr));
      assert(findings.some(({ rule }: { rule: string }) => rule === "GM322"), stdout);
    },
  );
  await t.step("a variable that is not set", async () => {
    const { code, stderr } = await validate(["client.json"], folder.path);
    assertEquals(code, 2);
    assertMatch(stderr, /client\.json:1:\d+ .*: the environment variable NO_SUCH is not set/);
  });
});

Deno.test("a configuration's tools are looked at as they are served, and as gomcp lock wrote them down", async () => {
  const script = `
    import { createInterface } from "node:readline";
    const tool = ${JSON.stringify(GOOD)};
    const answers = {
      initialize: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "x", version: "1" } },
      "tools/list": { tools: ["get_weather", "weather.hidden"].map((name) => ({ ...tool, name })) },
    };
    createInterface({ input: process.stdin }).on("line", (line) => {
      const { id, method } = JSON.parse(line);
      const result = answers[method];
      const error = { code: -32601, message: "no" };
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, ...(result ? { result } : { error }) }));
    });`;
  const rain = { name: "get_rain", description: "Gives the rain of a city in millimetres." };
  const more = { hide: ["weather.*"], command: [Deno.execPath(), "run", "-A", "server.mjs"] };
  const config = {
    log: { level: "${NO_SUCH_LEVEL}" },
    upstreams: [
      { name: "one", ...more, tools: { get_weather: rain } },
      { name: "two", ...more, tenant: "acme" },
      { name: "three", openapi: "api.json" },
    ],
  };
  const operation = { operationId: "list_pets", summary: "Lists all pets that the shop has." };
  const paths = { "/pets": { get: { ...operation, responses: { 200: { description: "ok" } } } } };
  const api = { openapi: "3.1.0", info: { title: "a", version: "1" }, paths };
  await using folder = await TempFolder.of({
    "server.mjs": script,
    "gomcp.json": JSON.stringify(config),
    "api.json": JSON.stringify({ ...api, servers: [{ url: "http://127.0.0.1:9" }] }),
  });
  const env = { NO_SUCH_LEVEL: "info" };
  const locked = await runCli(["lock"], { cwd: folder.path, env });
  assertEquals(locked.code, 0, locked.stderr);
  const same = await validate([], folder.path);
  assertEquals([same.code, same.stdout], [0, ""], same.stderr);
  assertStringIncludes(same.stderr, "gomcp validate: 3 tools, 0 errors");
  await folder.write(
    "gomcp.json",
    JSON.stringify(config).replace("Gives the rain", "Tells the rain"),
  );
  const changed = await validate([], folder.path);
  assertEquals(changed.code, 1);
  assertMatch(changed.stdout, /^gomcp\.json:1:\d: error GM504 .*\n {2}tool "get_rain"/);
});

Deno.test("--watch looks again when a file changes, also at a configuration that was wrong for a while", async () => {
  const config = (rule: string) => `tools: [tools.json]\nvalidate:\n  rules:\n    ${rule}: "off"\n`;
  await using folder = await TempFolder.of({
    "gomcp.yaml": config("GM402"),
    "tools.json": json(GOOD),
  });
  await using process = new CliProcess(["validate", "--watch"], "null", { cwd: folder.path });
  // A file may be seen while it is written: what counts is what is said in the end.
  const seen = (found: string) =>
    until(() => {
      const { stderr } = process;
      return stderr.includes(found) && stderr.trimEnd().endsWith("validate: watching");
    }, `it says "${found}"`);
  await seen("1 tool, 0 errors");
  await folder.write("tools.json", json(BAD));
  await seen("1 tool, 2 errors");
  await folder.write("gomcp.yaml", config("GM999"));
  await seen('its name is "GM999", expected a rule of gomcp validate --rules');
  await folder.write("gomcp.yaml", config("GM211"));
  await seen("1 tool, 1 error,");
});

Deno.test("the API key goes to addresses on the command line, to no server of a configuration, to no program", async () => {
  const seen: string[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      seen.push(`${pathname} ${request.headers.get("authorization")}`);
      if (request.method !== "POST") return new Response(null, { status: 405 });
      const { id } = await request.json();
      return Response.json({ jsonrpc: "2.0", id: id ?? null, result: { tools: [] } });
    },
  );
  const url = (path: string) => `http://127.0.0.1:${server.addr.port}/${path}`;
  const script = `
    import { createInterface } from "node:readline";
    const message = "key " + process.env.GOMCP_API_KEY + ", home " + process.env.OWN;
    createInterface({ input: process.stdin }).on("line", (line) => {
      const { id } = JSON.parse(line);
      console.log(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message } }));
    });`;
  await using folder = await TempFolder.of({
    "gomcp.json": JSON.stringify({ upstreams: [{ name: "one", url: url("named") }] }),
    "print.ts": script,
  });
  const line = `"${Deno.execPath()}" run -A print.ts`;
  const args = ["gomcp.json", url("said"), `--command=${line}`];
  const { stderr } = await validate(args, folder.path, {
    env: { GOMCP_API_KEY: "k1", OWN: "yes" },
  });
  assertStringIncludes(stderr, "it answers -32601: key undefined, home yes");
  assertEquals([...new Set(seen)].sort(), ["/named null", "/said Bearer k1"]);
});

Deno.test("--explain tells a rule by its id or name, --rules lists them, --help has an end", async () => {
  const { code, stdout } = await validate(["--explain", "gm210"], ".");
  assertEquals(code, 0);
  assertMatch(stdout, /^# GM210 root-combinator\n/);
  assertStringIncludes(stdout, "## Sources");
  assertEquals((await validate(["--explain=root-combinator"], ".")).stdout, stdout);
  assertEquals((await validate(["--explain=GM999"], ".")).code, 2);
  assertMatch(
    (await validate(["--rules"], ".")).stdout,
    /^GM101 {2}error +unreadable .*\nGM102/,
  );
});
