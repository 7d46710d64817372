/** What a build of one file must do where there is nothing else: no Deno, no Node, no network. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCli } from "../cli_process.ts";
import { modernCall } from "../mcp.ts";
import { postModern } from "../mcp_http.ts";
import { startServer } from "../server.ts";
import { startStdio } from "../stdio.ts";

/** Where a scenario finds the file, and what it may write to. */
export interface Place {
  /** The build, alone in its folder, which is the working directory. */
  readonly file: string;
  readonly folder: string;
  /** A user's modules in TypeScript. */
  readonly tools: string;
  /** An empty folder at first. */
  readonly home: string;
}

type Scenario = (place: Place) => Promise<void>;

/** By what each shows. The first one is the first to start the file. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "three first starts at once all do what they are told, and leave only what is whole": firstStarts,
  "stdio serves a user's TypeScript tool in a host": stdio,
  "HTTP serves it, and SIGTERM ends the server with status 0": http,
  "--mode=all serves gRPC beside it": everyMode,
  "--processes=2 starts the file again for each": processes,
  "the audit log that it writes is verified and replayed": auditLog,
  "tenants are kept, and their keys let them in": tenants,
  "exit codes and arguments come through": exitCodes,
  "init and validate work without a checkout": project,
  "a home that cannot be written is done without, as is all but few programs on the PATH": bare,
  "a file that was cut off ends with status 70 and leaves nothing": cutOff,
};

/** Environment and program of every start; TMPDIR, so that nothing is left on the machine. */
function alone({ file, folder, home }: Place, env: Readonly<Record<string, string>> = {}) {
  return { executable: file, cwd: folder, env: { HOME: home, TMPDIR: home, ...env } };
}

async function firstStarts(place: Place): Promise<void> {
  const runs = await Promise.all(
    [1, 2, 3].map(() => runCli(["version", "--json"], alone(place))),
  );
  for (const { code, stdout, stderr } of runs) {
    assertEquals([code, stderr, JSON.parse(stdout).mcp[0]], [0, "", "2026-07-28"]);
  }
  if (!await isPortable(place)) return;
  const [folder] = [...Deno.readDirSync(`${place.home}/.cache/gomcp`)]
    .filter(({ name }) => /^[0-9a-f]{16}$/.test(name));
  const names = [...Deno.readDirSync(`${place.home}/.cache/gomcp/${folder!.name}`)];
  assertEquals(names.map(({ name }) => name).sort(), ["deno", "gomcp.js"]);
}

async function stdio(place: Place): Promise<void> {
  await using server = await startStdio({ ...alone(place), args: [`--tools=${place.tools}`] });
  const { result } = await server.request(modernCall(1, "shout", { text: "hi" }));
  assertEquals(result.content[0].text, "HI");
  const where = await server.request(modernCall(2, "whereabouts"));
  const { pid, mayRead } = JSON.parse(where.result.content[0].text);
  assert(pid !== server.pid, "the tool runs in the server's own process");
  assertEquals(mayRead, false, "the tool may read what it did not ask for");
  await server.closeInput();
  assertEquals((await server.exit()).code, 0);
}

async function http(place: Place): Promise<void> {
  await using server = await startServer({ ...alone(place), args: [`--tools=${place.tools}`] });
  assertEquals((await server.call("shout", { text: "hi" })).json.content[0].text, "HI");
  assertEquals((await server.call("shout", { text: 5 })).status, 422);
  const { json } = await postModern(server, modernCall(1, "shout", { text: "mcp" }));
  assertEquals(json.result.content[0].text, "MCP");
  const status = await runCli(["status", "--json"], alone(place));
  assertEquals(JSON.parse(status.stdout).pid, server.pid, status.stderr);
  server.signal("SIGTERM");
  assertEquals((await server.exit()).code, 0);
}

async function everyMode(place: Place): Promise<void> {
  const args = ["--mode=all", "--grpc-addr=127.0.0.1:0", `--tools=${place.tools}`];
  // Of stdio nothing is said: its input is at an end, and HTTP and gRPC go on.
  await using server = await startServer({ ...alone(place), args });
  const { address } = await server.log.find(
    ({ message }) => message === "serving gRPC",
    "address of gRPC",
  );
  const call = await runCli(
    ["call", "shout", '--args={"text":"g"}', `--grpc=${address}`],
    alone(place),
  );
  assertEquals([call.code, call.stdout], [0, "G\n"], call.stderr);
}

async function processes(place: Place): Promise<void> {
  if (Deno.build.os !== "linux") return; // elsewhere processes do not share a port
  await using server = await startServer({
    ...alone(place),
    args: [`--tools=${place.tools}`, "--processes=2"],
    message: "serving HTTP with several processes",
  });
  assertEquals((await server.call("shout", { text: "p" })).json.content[0].text, "P");
  const { stdout, stderr } = await runCli(["status", "--json"], alone(place));
  assertEquals(JSON.parse(stdout).processes.length, 2, stderr);
  server.signal("SIGTERM");
  assertEquals((await server.exit()).code, 0);
}

async function auditLog(place: Place): Promise<void> {
  const file = `${place.home}/audit.jsonl`;
  const policy = `${place.home}/policy.json`;
  await Deno.writeTextFile(policy, '{"rules":[{"level":"full"}]}');
  const args = [
    `--tools=${place.tools}`,
    `--audit-file=${file}`,
    `--audit-policy=${policy}`,
  ];
  await using server = await startServer({ ...alone(place), args });
  for (const text of ["a", "b"]) await server.call("shout", { text });
  server.signal("SIGTERM");
  assertEquals((await server.exit()).code, 0);
  const verified = await runCli(["audit", "verify", file], alone(place));
  assertMatch(verified.stdout, /^ok: 2 records in 1 segment/, verified.stderr);
  const replay = ["audit", "replay", "--json", "--speed=max", `--tools=${place.tools}`, file];
  const replayed = await runCli(replay, alone(place));
  assertEquals([replayed.code, JSON.parse(replayed.stdout).same], [0, 2], replayed.stderr);
  const log = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, log.replace('"a"', '"x"'));
  const altered = await runCli(["audit", "verify", file], alone(place));
  assertEquals(altered.code, 1, altered.stdout);
}

async function tenants(place: Place): Promise<void> {
  const created = await runCli(["tenant", "create", "acme", "--json"], alone(place));
  const { secret } = JSON.parse(created.stdout).key;
  const args = ["--require-key", `--tools=${place.tools}`];
  await using server = await startServer({ ...alone(place), args });
  const headers = { authorization: `Bearer ${secret}` };
  const body = '{"tool":"shout","arguments":{"text":"t"}}';
  const init = { method: "POST", body };
  assertEquals((await server.request("/v1/tools/call", init)).status, 401);
  assertEquals((await server.request("/v1/tools/call", { ...init, headers })).status, 200);
  const listed = await runCli(["tenant", "list"], alone(place));
  assertMatch(listed.stdout, /^acme /);
}

async function exitCodes(place: Place): Promise<void> {
  const told = ["call", "shout", "--args", '{"text":"it\'s $HOME  \\"*\\" "}'];
  const called = await runCli([...told, `--tools=${place.tools}`], alone(place));
  assertEquals([called.code, called.stdout], [0, 'IT\'S $HOME  "*" \n'], called.stderr);
  const unknown = await runCli(["call", "nobody", `--tools=${place.tools}`], alone(place));
  assertEquals(unknown.code, 5);
  assertEquals((await runCli(["nonsense"], alone(place))).code, 1);
  assertEquals((await runCli(["status"], alone(place))).code, 4);
}

async function project(place: Place): Promise<void> {
  const made = await runCli(["init", `${place.home}/project`], alone(place));
  assertEquals(made.code, 0, made.stderr);
  const at = { ...alone(place), cwd: `${place.home}/project` };
  const checked = await runCli(["config", "check"], at);
  assertMatch(checked.stdout, /^ok: /, checked.stderr);
  const validated = await runCli(["validate", "tools"], at);
  assertEquals(validated.code, 0, validated.stdout + validated.stderr);
}

/** What the header says that it needs. */
const HEADER_TOOLS = ["sh", "uname", "id", "mkdir", "mv", "chmod", "rm", "head", "tail", "gzip"];

async function bare(place: Place): Promise<void> {
  const [bin, tmp] = [`${place.home}/bin`, `${place.home}/other tmp`];
  await Deno.mkdir(bin);
  await Deno.mkdir(tmp);
  for (const name of HEADER_TOOLS) {
    const from = ["/usr/bin", "/bin"].map((folder) => `${folder}/${name}`).find(isThere);
    await Deno.symlink(from!, `${bin}/${name}`);
  }
  const told = ["call", "shout", '--args={"text":"x"}', `--tools=${place.tools}`];
  const run = await runCli(told, alone(place, { HOME: "/proc", TMPDIR: tmp, PATH: bin }));
  assertEquals([run.code, run.stdout], [0, "X\n"], run.stderr);
  await Deno.remove(tmp, { recursive: true });
}

async function cutOff(place: Place): Promise<void> {
  if (!await isPortable(place)) return; // a compiled one is cut off by the system itself
  const cut = `${place.home}/cut`;
  await Deno.copyFile(place.file, cut);
  await Deno.truncate(cut, 20_000_000);
  const env = { HOME: "/proc", TMPDIR: "/proc", GOMCP_CACHE_DIR: `${place.home}/cut.cache` };
  const run = await runCli(["version"], alone({ ...place, file: cut }, env));
  assertEquals([run.code, run.stdout], [70, ""]);
  assertMatch(run.stderr, /^gomcp: Cannot unpack: [^\n]+\n$/);
  const [folder] = [...Deno.readDirSync(env.GOMCP_CACHE_DIR)];
  assertEquals([...Deno.readDirSync(`${env.GOMCP_CACHE_DIR}/${folder!.name}`)], []);
}

async function isPortable({ file }: Place): Promise<boolean> {
  using opened = await Deno.open(file);
  const start = new Uint8Array(2);
  await opened.read(start);
  return new TextDecoder().decode(start) === "#!";
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
