/** What configuration files say, and what is wrong with them: all at once, and where. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { SERVE_FLAGS } from "../serve_flags.ts";
import { CONFIG, configJsonSchema } from "./config_schema.ts";
import { type ConfigSource, readConfig, readServersFile } from "./read_config.ts";
import { innerType } from "./schema_walk.ts";
import { settingOf } from "./values.ts";
import { z } from "zod";

const ENV: Readonly<Record<string, string>> = { TOKEN: "a-long-secret", EMPTY: "" };

function source(text: string, file = "gomcp.jsonc"): ConfigSource {
  return {
    file,
    text,
    env: (name) => ENV[name],
    readFile(path) {
      if (path === "key.txt") return "secret-of-a-file\n";
      throw new Error("No such file");
    },
  };
}

const read = (text: string, { file = "gomcp.jsonc", isNamed = true } = {}) =>
  readConfig(source(text, file), { flags: SERVE_FLAGS, isNamed });

const problems = (text: string, options = {}) =>
  assertThrows(() => read(text, options), Error).message.split("\n  ");

Deno.test("readConfig() gives what flags would say, from JSON and from YAML", () => {
  const json = `{ // comment
    "timeout": "5s", "maxWorkers": 7, "watch": true, "log": { "level": "warn" },
    "tools": ["a", "/b"], "audit": { "file": "x/audit.jsonl" },
    "tenants": { "acme": { "tools": ["own"], "certificates": ["CN:a"] } }, }`;
  const yaml = `
timeout: 5s
maxWorkers: 7
watch: true
log: { level: warn }
tools: [a, /b]
audit: { file: x/audit.jsonl }
tenants: { acme: { tools: [own], certificates: ["CN:a"] } }
`;
  for (const [text, file] of [[json, "conf/gomcp.jsonc"], [yaml, "conf/gomcp.yaml"]]) {
    const { values, flags } = read(text!, { file: file! });
    const said = Object.fromEntries(flags.map((name) => [name, values.value(name)]));
    assertEquals(said, {
      "tools": ["conf/a", "/b"],
      "watch": true,
      "timeout": "5s",
      "max-workers": "7",
      "log-level": "warn",
      "audit-file": "conf/x/audit.jsonl",
      "tenant-tools": ["acme=conf/own"],
      "tls-tenant": ["CN:a=acme"],
    });
  }
  const { values } = read(json);
  assertEquals(values.place("log-level"), "gomcp.jsonc:2:72 (/log/level)");
});

Deno.test("readConfig() tells all problems at once, in the order of the file, with their places", () => {
  const [first, ...rest] = problems(`{
  "mode": "htp",
  "timout": "5s",
  "processes": "ato",
  "rateLimits": ["x"],
  "addr": "nowhere",
  "upstreams": [
    { "name": "a b", "command": "x", "env": { "K": 5, "L": "\${NOPE}" } },
    { "name": "c" },
    { "name": "c", "url": "http://x", "command": "y" },
    { "name": "d", "url": "http://x", "env": {}, "headers": { "H": "file:nope" } }
  ]
}`);
  assertEquals(first, "Cannot read gomcp.jsonc: 12 problems");
  assertEquals(rest.map((line) => line.replace(/ \(.*/, "")), [
    "gomcp.jsonc:2:11",
    "gomcp.jsonc:3:3",
    "gomcp.jsonc:4:16",
    "gomcp.jsonc:5:18",
    "gomcp.jsonc:6:11",
    "gomcp.jsonc:8:15",
    "gomcp.jsonc:8:52",
    "gomcp.jsonc:8:60",
    "gomcp.jsonc:9:5",
    "gomcp.jsonc:10:5",
    "gomcp.jsonc:11:5",
    "gomcp.jsonc:11:68",
  ]);
  const text = rest.join("\n");
  assertMatch(text, /\(\/mode\): it is "htp", expected stdio, http, .*did you mean "http"\?/);
  assertMatch(text, /\(\/timout\): there is no such setting; did you mean "timeout"\?/);
  assertMatch(text, /\(\/upstreams\/0\/env\/K\): it is number, expected string/);
  assertMatch(text, /the environment variable NOPE is not set/);
  assertMatch(text, /it needs a "command", a "url" or an "openapi"/);
  assertMatch(text, /it has "command" and "url", expected one/);
  assertMatch(text, /it has "env", which does not go with "url"/);
  assertMatch(text, /the file nope cannot be read/);
});

Deno.test("readConfig() points at what is no JSON, no YAML, or there twice", () => {
  assertMatch(problems(`{ "mode": }`)[0]!, /gomcp.jsonc:1:11: this is no JSON: value expected/);
  assertMatch(problems(`{"watch": true,\n "watch": false}`)[0]!, /:2:2: "watch" is there twice/);
  assertMatch(problems(`a: [`, { file: "g.yaml" })[0]!, /g.yaml:1:\d+: this is no YAML/);
  assertMatch(problems(`- a`, { file: "g.yaml" })[0]!, /expected object/);
  assertEquals(read("", { file: "g.yaml" }).flags, []);
  for (const file of ["g.json", "g.yaml"]) {
    assertEquals(read('\ufeff{"watch": true}', { file }).flags, ["watch"]);
  }
});

Deno.test("readConfig() takes what weakens safety only from a file that was named", () => {
  const text = `{ "allowAnonymous": true, "tenants": { "a": { "root": "r" } } }`;
  assertEquals(read(text).values.value("allow-anonymous"), true);
  assertMatch(
    problems(text, { isNamed: false })[0]!,
    /:1:3 \(\/allowAnonymous\): a file says this only when it is named by --config=/,
  );
});

Deno.test("readConfig() puts the environment and files where texts refer to them", () => {
  const [upstream] = read(`{ "upstreams": [{ "name": "a", "command": "\${SHELL:-sh}",
    "args": ["$\${TOKEN}"], "env": { "T": "x \${TOKEN}", "F": "file:key.txt", "P": "plain words" } }] }`)
    .upstreams;
  const { target, secrets } = upstream!.config;
  assertEquals(target, {
    kind: "command",
    command: ["sh", "${TOKEN}"],
    env: { T: "x a-long-secret", F: "secret-of-a-file", P: "plain words" },
    cwd: undefined,
  });
  assertEquals(secrets, ["x a-long-secret", "secret-of-a-file", "a-long-secret"]);
});

Deno.test("readConfig() takes files of secrets from its own folder, as they were written", () => {
  const text = `{ "upstreams": [
    { "name": "a", "url": "http://x/?key=\${TOKEN}", "headers": { "A": "file:key.txt" } },
    { "name": "b", "command": "x", "args": ["\${HOME}/d"], "env": { "U": "\${URL}", "D": "\${HOME}" },
      "envFile": "b.env" }],
    "mcpServers": { "c": { "command": "x", "env": { "DATABASE_URL": "file:./dev.db" } } } }`;
  const env = { TOKEN: "a-long-secret", HOME: "/home/somebody", URL: "file:/etc/passwd" };
  const files: Record<string, string> = {
    "conf/key.txt": "of-a-file\n",
    "conf/b.env": "# mine\nB=from the file\nU=hidden\n",
  };
  const [a, b, c] = readConfig({
    file: "conf/gomcp.json",
    text,
    env: (name) => (env as Record<string, string>)[name],
    readFile: (path) => files[path]!,
  }, { flags: SERVE_FLAGS, isNamed: true }).upstreams.map(({ config }) => config);
  assertEquals((a!.target as { headers: unknown }).headers, { A: "of-a-file" });
  assertEquals(
    new Set(a!.secrets),
    new Set(["of-a-file", env.TOKEN, `http://x/?key=${env.TOKEN}`]),
  );
  assertEquals(b!.target, {
    kind: "command",
    command: ["x", "/home/somebody/d"],
    // What the environment says is a value, whatever it looks like.
    env: { B: "from the file", U: "file:/etc/passwd", D: "/home/somebody" },
    cwd: undefined,
  });
  assertEquals(new Set(b!.secrets), new Set(["file:/etc/passwd", "from the file"]));
  assertEquals((c!.target as { env: unknown }).env, { DATABASE_URL: "file:./dev.db" });
});

Deno.test("readConfig() reads what tenants have that say nothing themselves", () => {
  const { tenantDefaults } = read(`{ "tenantDefaults": { "maxToolCalls": 10, "maxBytes": "1KiB",
    "period": "hour", "rate": "20/m", "burst": 5, "deny": ["delete_*"] } }`);
  assertEquals(tenantDefaults, {
    limits: {
      maxToolCalls: 10,
      maxBytes: 1024,
      period: "hour",
      rate: { count: 20, periodMs: 60_000, burst: 5 },
    },
    allowed: undefined,
    denied: ["delete_*"],
  });
  assertMatch(
    problems(`{ "tenantDefaults": { "maxToolCalls": 0, "rate": "0/s" } }`).join("\n"),
    /maxToolCalls\): it is 0, expected at least 1\n.*\/rate\): it is "0\/s", expected COUNT\/PERIOD/,
  );
  assertMatch(
    problems(`{ "tenantDefaults": { "burst": 5 } }`)[0]!,
    /\/tenantDefaults\/burst\): it is 5, expected "rate" beside it/,
  );
});

Deno.test("readServersFile() knows what editors put in place of names", () => {
  const file = {
    servers: { a: { command: "\${workspaceFolder}/s", args: ["\${userHome}\${/}x"] } },
  };
  const env = (name: string) => name === "HOME" ? "/home/somebody" : undefined;
  const from = (text: string) =>
    readServersFile({ ...source(text, "/work/app/.vscode/mcp.json"), env });
  const [own] = from(JSON.stringify(file));
  assertEquals((own!.config.target as { command: unknown }).command, [
    "/work/app/s",
    "/home/somebody/x",
  ]);
  assertThrows(
    () => from(JSON.stringify({ servers: { a: { command: "\${input:key}" } } })),
    Error,
    "is a question of an editor's",
  );
});

Deno.test("readServersFile() takes files of other programs as they are", () => {
  const servers = { "My Server!": { command: "npx", args: ["-y", "x"], env: { N: 5 }, icon: "i" } };
  const more = { web: { type: "sse", url: "http://x/sse", headers: { A: "${env:TOKEN}" } } };
  const files = [
    { mcpServers: { ...servers, ...more, off: { command: "no", disabled: true } }, theme: "${x}" },
    { servers: { ...servers, ...more }, inputs: [{ id: "${input:x}" }] },
    { mcp: { servers: { ...servers, ...more } } },
  ];
  for (const file of files) {
    const [own, web] = readServersFile(source(JSON.stringify(file), "other.json"));
    assertEquals([own!.config.name, own!.config.target], [
      "My_Server_",
      { kind: "command", command: ["npx", "-y", "x"], env: { N: "5" }, cwd: undefined },
    ]);
    assertEquals(web!.config.target, {
      kind: "url",
      url: "http://x/sse",
      transport: "sse",
      headers: { A: "a-long-secret" },
      allowLinkLocal: false,
    });
  }
  assertThrows(() => readServersFile(source("{}", "o.json")), Error, 'it has no "mcpServers"');
  assertMatch(
    assertThrows(() => readServersFile(source(`{"servers":\n {"a": {}}}`, "o.json")), Error)
      .message,
    /o.json:2:8 \(\/servers\/a\): it needs a "command"/,
  );
});

Deno.test("a configuration file can say all that flags can", () => {
  const known = new Set([
    "help",
    "config",
    "upstreams",
    "tenant-tools",
    "tenant-root",
    "tls-tenant",
  ]);
  const walk = (type: z.ZodType): void => {
    const inner = innerType(type);
    const flag = settingOf(inner)?.flag;
    if (flag !== undefined) known.add(flag);
    if (inner instanceof z.ZodObject) {
      Object.values(inner.shape).forEach((each) => walk(each as z.ZodType));
    }
  };
  walk(CONFIG);
  assertEquals(SERVE_FLAGS.map(({ name }) => name).filter((name) => !known.has(name)), []);
  for (const flag of known) assertEquals(SERVE_FLAGS.some(({ name }) => name === flag), true, flag);
});

Deno.test("configJsonSchema() is a schema that ajv takes, of what the files may say", async () => {
  const { compileJsonSchema } = await import("../../authoring/schema_json.ts");
  const { check } = compileJsonSchema(configJsonSchema());
  assertEquals(check({ mode: "http", upstreams: [{ name: "a", command: ["x"] }] }).ok, true);
  assertEquals(check({ mode: "htp" }).ok, false);
  assertEquals(check({ mod: "http" }).ok, false);
});
