/** Several processes on one port: one server to its clients and its operator, replaced without a lost call. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AdminServer, exists, gateModule, toolModule } from "./support/admin.ts";
import { runCli } from "./support/cli_process.ts";
import { Authority } from "./support/certificates.ts";
import { TempFolder } from "./support/fixtures.ts";
import { FRAME, H2Connection } from "./support/h2_connection.ts";
import { initialize, MCP_HEADERS, modern } from "./support/mcp.ts";
import { postModern } from "./support/mcp_http.ts";
import { HttpSpeaker } from "./support/http_speaker.ts";
import { until } from "./support/wait.ts";

/** Only Linux divides connections among the processes of a port. */
const ignore = Deno.build.os !== "linux";

function start(modules: Readonly<Record<string, string>>, args: readonly string[] = []) {
  return AdminServer.start(modules, ["--processes=2", "--log-level=info", ...args], {
    message: "serving HTTP with several processes",
  });
}

interface Process {
  readonly id: string;
  readonly pid: number;
  readonly state: string;
  readonly restarts: number;
}

async function processesOf(admin: AdminServer): Promise<Process[]> {
  return (await admin.ask("/v1/status")).processes;
}

/** Whether a process is there; one that has ended and waits for its parent counts as gone. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
  return stat !== undefined && !/\) Z /.test(stat);
}

async function allGone(pids: readonly number[]): Promise<void> {
  await until(async () => !(await Promise.all(pids.map(isRunning))).includes(true), "all are gone");
}

const pidTool = `import { defineTool } from "gomcp";
export default defineTool({ name: "pid", description: "x", isolation: "inline",
  handler: () => String(Deno.pid) });\n`;

const loopTool = `import { defineTool } from "gomcp";
export default defineTool({ name: "loop", description: "x", isolation: "inline",
  input: { type: "object", properties: { file: { type: "string" } } },
  handler({ file }) { Deno.writeTextFileSync(file, ""); while (true); } });\n`;

/** Which process answers a connection that is new. */
async function whoAnswers({ server }: AdminServer): Promise<number> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const body = '{"tool":"pid"}';
  const response = await fetch(`${server.url}/v1/tools/call`, { method: "POST", body, client });
  return Number((await response.json()).content[0].text);
}

Deno.test({
  name: "processes share the port, the status and the stop; none is left, whoever is killed",
  ignore,
  async fn(t) {
    for (const end of ["SIGTERM", "SIGKILL"] as const) {
      await t.step(end, async () => {
        await using admin = await start({ "pid.ts": pidTool, "loop.ts": loopTool });
        const pids = (await processesOf(admin)).map(({ pid }) => pid);
        assertEquals(new Set(pids).size, 2);
        const seen = new Set<number>();
        await until(async () => seen.add(await whoAnswers(admin)).size === 2, "both have answered");
        assertEquals([...seen].sort(), [...pids].sort());
        const { calls } = await admin.ask("/v1/stats");
        const total = calls.tools.find(({ name }: { name: string }) => name === "pid").calls;
        const status = await admin.ask("/v1/status");
        assertEquals([status.calls.started, status.state], [total, "ready"]);
        if (end === "SIGKILL") {
          // Nobody answers, and nobody hears that the server has gone.
          const file = `${admin.tools.path}/looping`;
          admin.server.call("loop", { file }).catch(() => {});
          await until(() => exists(file), "a process loops");
        }
        admin.server.signal(end);
        const { code } = await admin.server.exit();
        assertEquals(code, end === "SIGTERM" ? 0 : 137);
        await allGone(pids);
      });
    }
  },
});

Deno.test({
  name:
    "SIGTERM lets open calls of all processes end, at the same time, and drain tells how it went",
  ignore,
  async fn() {
    await using admin = await start({ "gate.ts": gateModule("gate", "done", "inline") });
    const { server, tools } = admin;
    const files = [1, 2, 3, 4].map((i) => `${tools.path}/open${i}`);
    const calls = files.map((file) => server.call("gate", { file }));
    for (const file of files) await until(() => exists(`${file}.reached`), "the call runs");
    const pids = (await processesOf(admin)).map(({ pid }) => pid);
    server.signal("SIGTERM");
    await server.log.find(({ message }) => message === "stopping", "the beginning of the drain");
    for (let i = 1; i <= 4; i++) await tools.write(`open${i}`, "");
    for (const call of calls) assertEquals((await call).json.content[0].text, "done");
    assertEquals((await server.exit()).code, 0);
    await allGone(pids);

    await using other = await start({ "gate.ts": gateModule("gate", "done", "inline") }, [
      "--drain-timeout=200ms",
    ]);
    const stuck = other.server.call("gate", { file: `${other.tools.path}/never` });
    await until(() => exists(`${other.tools.path}/never.reached`), "the call runs");
    const { code, stdout } = await other.run("drain");
    assertEquals([code, stdout], [1, "drained: 1 calls were stopped at the deadline\n"]);
    assertEquals((await stuck).json.code, "cancelled");
    assertEquals((await other.server.exit()).code, 0);
  },
});

Deno.test({
  name: "a process that is killed is started again, and the port is served all the time",
  ignore,
  async fn() {
    await using admin = await start({ "pid.ts": pidTool });
    const [victim, other] = await processesOf(admin);
    Deno.kill(victim!.pid, "SIGKILL");
    await until(async () => {
      const now = await processesOf(admin);
      return now.length === 2 &&
        now.every(({ state, pid }) => state === "ready" && pid !== victim!.pid);
    }, "another has taken its place");
    const now = await processesOf(admin);
    assertEquals(now.find(({ id }) => id === victim!.id)!.restarts, 1);
    assert(now.some(({ pid }) => pid === other!.pid));
    await whoAnswers(admin);
  },
});

Deno.test({
  name:
    "a rolling restart answers every call: what is open ends where it began, new calls run anew",
  ignore,
  async fn() {
    await using admin = await start({
      "gate.ts": gateModule("gate", "old", "inline"),
      "v.ts": toolModule("v", "old", "inline"),
    });
    const { server, tools } = admin;
    const old = (await processesOf(admin)).map(({ pid }) => pid);
    const file = `${tools.path}/open`;
    const gates = [1, 2, 3, 4].map((i) => ({
      file: `${file}${i}`,
      answer: server.call("gate", { file: `${file}${i}` }),
    }));
    for (const { file } of gates) await until(() => exists(`${file}.reached`), "the call runs");

    const seen: string[] = [];
    let stop = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!stop) {
        const { status, text, json } = await server.call("v");
        seen.push(status === 200 ? json.content[0].text : text);
      }
    });
    await tools.write("v.ts", toolModule("v", "new", "inline"));
    const { code, stdout } = await admin.run("reload");
    assertEquals([code, stdout], [
      0,
      `~ module ${tools.path}/v.ts\n1 change, generation 2, 2 processes replaced\n`,
    ]);
    const fresh = (await processesOf(admin)).filter(({ state }) => state === "ready");
    assert(fresh.length === 2 && fresh.every(({ pid }) => !old.includes(pid)));
    // A connection that an old process still has ends with its next answer.
    const before = seen.length;
    await until(
      () => seen.slice(before).slice(-20).filter((text) => text === "new").length === 20,
      "all are new",
    );
    for (const { file } of gates) await tools.write(file.slice(tools.path.length + 1), "");
    for (const { answer } of gates) assertEquals((await answer).json.content[0].text, "old");
    await allGone(old);
    stop = true;
    await Promise.all(load);
    assertEquals([...new Set(seen)].sort(), ["new", "old"], "none was refused or cut");
  },
});

Deno.test({
  name: "SIGHUP replaces the processes also when nothing has changed, as an upgrade needs it",
  ignore,
  async fn() {
    await using admin = await start({ "pid.ts": pidTool });
    const old = (await processesOf(admin)).map(({ pid }) => pid);
    admin.server.signal("SIGHUP");
    await admin.reloaded(1);
    await allGone(old);
    await until(async () => {
      const now = await processesOf(admin);
      return now.length === 2 &&
        now.every(({ state, pid }) => state === "ready" && !old.includes(pid));
    }, "two others are ready");
  },
});

Deno.test({
  name: "processes that do not come up leave the old ones serving, and the reload says why",
  ignore,
  async fn() {
    await using admin = await start({ "pid.ts": pidTool });
    const old = (await processesOf(admin)).map(({ pid }) => pid).sort();
    await admin.tools.write("bad.ts", 'throw new Error("no good");');
    const command = await admin.run("reload");
    assertEquals(command.code, 1);
    assertMatch(command.stderr, /reload failed, what was served before goes on: .*no good/);
    admin.server.signal("SIGHUP");
    await admin.reloaded(2);
    const { reload } = await admin.ask("/v1/status");
    assertEquals([reload.failed, reload.last.reason, reload.last.ok], [2, "SIGHUP", false]);
    assertEquals((await processesOf(admin)).map(({ pid }) => pid).sort(), old);
    assert(old.includes(await whoAnswers(admin)));
  },
});

Deno.test({
  name:
    "a reload of what needs no new process is done in each, and those that listen are told once",
  ignore,
  async fn() {
    await using admin = await start({ "pid.ts": pidTool });
    const old = (await processesOf(admin)).map(({ pid }) => pid).sort();
    await using client = await HttpSpeaker.start(admin.server, {
      revision: "2026-07-28",
      capabilities: {},
    });
    const { messages } = client.open("subscriptions/listen", {
      notifications: { toolsListChanged: true },
    });
    await messages.find(({ method }) => method?.endsWith("acknowledged") === true, "the promise");
    await admin.tools.write("more.ts", toolModule("more"));
    assertEquals((await admin.run("reload")).stdout, "+ tool more\n1 change, generation 2\n");
    assertEquals((await processesOf(admin)).map(({ pid }) => pid).sort(), old);
    for (let i = 0; i < 8; i++) assertEquals((await admin.server.call("more")).status, 200);
    await messages.find(({ method }) => method?.endsWith("list_changed") === true, "the news");
    assertEquals(messages.items.filter(({ method }) => method?.endsWith("list_changed")).length, 1);
  },
});

Deno.test({
  name: "a session of the handshake revisions is found by each process, and ends for all",
  ignore,
  async fn() {
    await using admin = await start({ "pid.ts": pidTool });
    const { server } = admin;
    /** Over a new connection each time, which the system gives to any of the processes. */
    const post = async (message: unknown, session?: string) => {
      using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
      const headers = { ...MCP_HEADERS, ...(session && { "mcp-session-id": session }) };
      const body = JSON.stringify(message);
      const init = { method: "POST", headers, body, client };
      const response = await fetch(`${server.url}/mcp`, init);
      return { response, text: await response.text() };
    };
    const open = async () => (await post(initialize(1))).response.headers.get("mcp-session-id")!;
    const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "pid" } };
    const sessions: string[] = [];
    const owners = new Set<string>();
    // The system divides connections by chance: sessions are opened until each process has one.
    while (owners.size < 2 && sessions.length < 60) {
      const session = await open();
      sessions.push(session);
      const answers = await Promise.all(Array.from({ length: 6 }, () => post(call, session)));
      assertEquals(answers.map(({ response }) => response.status), Array(6).fill(200));
      const pids = new Set(answers.map(({ text }) => JSON.parse(text).result.content[0].text));
      assertEquals(pids.size, 1, "one process has the session");
      owners.add([...pids][0]!);
    }
    assertEquals(owners.size, 2, "sessions are divided");
    const listener = await fetch(`${server.url}/mcp`, {
      headers: { ...MCP_HEADERS, accept: "text/event-stream", "mcp-session-id": sessions[0]! },
    });
    await admin.tools.write("more.ts", toolModule("more"));
    assertEquals((await admin.run("reload")).code, 0);
    const reader = listener.body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    await until(async () => (seen += (await reader.read()).value).includes("list_changed"), "news");
    await reader.cancel();
    for (const [session, status] of [[sessions[0]!, 204], [sessions[0]!, 404], ["9.x", 404]]) {
      const headers = { ...MCP_HEADERS, "mcp-session-id": session as string };
      const ended = await fetch(`${server.url}/mcp`, { method: "DELETE", headers });
      assertEquals(ended.status, status);
      await ended.body?.cancel();
    }
    assertEquals((await post(call, sessions[0])).response.status, 404);
  },
});

Deno.test({
  name: "what lives in one process is refused at the start, and a port that is taken",
  ignore,
  async fn() {
    await using admin = await start({ "pid.ts": pidTool });
    const { server } = admin;
    assertEquals((await postModern(server, modern(1, "tools/list"))).status, 200);
    const taken = await runCli(["serve", "--processes=2", `--addr=127.0.0.1:${server.port}`]);
    assertEquals(taken.code, 1);
    assertMatch(taken.stderr, /Cannot listen on 127\.0\.0\.1:\d+: /);
    const stdio = await runCli(["serve", "--processes=2", "--mode=stdio"]);
    assertMatch(stdio.stderr, /Cannot read --processes: it is "2", expected 1, since stdio/);
  },
});

Deno.test({
  name: "over HTTP/2 a rolling restart says goodbye (GOAWAY), and what is open ends where it began",
  ignore,
  async fn() {
    const authority = await Authority.create();
    const { cert, key } = await authority.server();
    await using files = await TempFolder.of({ "tls.crt": cert, "tls.key": key });
    await using admin = await start({ "gate.ts": gateModule("gate", "old", "inline") }, [
      `--tls-cert=${files.path}/tls.crt`,
      `--tls-key=${files.path}/tls.key`,
    ]);
    const { server, tools } = admin;
    const old = (await processesOf(admin)).map(({ pid }) => pid);
    assertMatch((await admin.ask("/v1/status")).url, /^https:/);
    using connection = await H2Connection.open(server.port, authority.cert);
    const file = `${tools.path}/open`;
    await connection.post(1, "/v1/tools/call", { tool: "gate", arguments: { file } });
    await until(() => exists(`${file}.reached`), "the call runs");
    await tools.write("gate.ts", gateModule("gate", "new", "inline"));
    assertEquals((await admin.run("reload")).code, 0);
    await connection.frames.find(({ type }) => type === FRAME.goaway, "GOAWAY");
    await tools.write("open", "");
    assertMatch(await connection.body(1), /"text":"old"/);
    await connection.frames.ended();
    // For a while after a reload the old ones answer, too.
    await allGone(old);
    using next = await H2Connection.open(server.port, authority.cert);
    await next.post(1, "/v1/tools/call", { tool: "gate", arguments: { file } });
    assertMatch(await next.body(1), /"text":"new"/);
  },
});
