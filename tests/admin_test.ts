/** The admin socket: who may open it, what it says, and the commands status, drain and top. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AdminServer, exists, gateModule, toolModule } from "./support/admin.ts";
import { runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { startServer } from "./support/server.ts";
import { startStdio } from "./support/stdio.ts";
import { until } from "./support/wait.ts";

const isWindows = Deno.build.os === "windows";

Deno.test({
  name: "the socket and its folder are their user's alone, and are gone with the server",
  ignore: isWindows,
  async fn() {
    await using admin = await AdminServer.start({ "a.ts": toolModule("a") });
    const modeOf = async (path: string) => (await Deno.lstat(path)).mode! & 0o777;
    assertEquals(await modeOf(admin.socket), 0o600);
    assertEquals(await modeOf(`${admin.tools.path}/.run`), 0o700);
    admin.server.signal("SIGTERM");
    assertEquals((await admin.server.exit()).code, 0);
    assertEquals(await exists(admin.socket), false);
  },
});

Deno.test({
  name:
    "the socket of a living server is refused, that of a dead one replaced, and a file left alone",
  ignore: isWindows,
  async fn() {
    await using admin = await AdminServer.start({ "a.ts": toolModule("a") });
    const args = ["serve", "--addr=127.0.0.1:0", `--admin-socket=${admin.socket}`];
    const second = await runCli(args);
    assertEquals(second.code, 1);
    assertMatch(second.stderr, /Cannot open admin socket .*another server that runs has it/);
    admin.server.signal("SIGKILL");
    await admin.server.exit();
    assert(await exists(admin.socket), "it could not remove it any more");
    await using third = await startServer({ args: [`--admin-socket=${admin.socket}`] });
    assertMatch((await admin.run("status")).stdout, new RegExp(`pid ${third.pid}`));
    const file = await admin.tools.write("precious", "text");
    const fourth = await runCli(["serve", "--addr=127.0.0.1:0", `--admin-socket=${file}`]);
    assertMatch(fourth.stderr, /that is no socket/);
    assertEquals(await Deno.readTextFile(file), "text");
  },
});

Deno.test({
  name: "commands find the only server, list several, and exit with 4 where there is none",
  ignore: isWindows,
  async fn() {
    await using home = await TempFolder.of();
    const env = { XDG_RUNTIME_DIR: home.path, GOMCP_ADMIN_SOCKET: "" };
    for (const command of ["status", "reload", "drain", "top"]) {
      const { code, stderr } = await runCli([command], { env });
      assertEquals(code, 4);
      assertMatch(stderr, /^gomcp: Cannot find a server: none runs here/);
    }
    const gone = await runCli(["status", `--admin-socket=${home.path}/nowhere`]);
    assertEquals(gone.code, 4);

    await using http = await startServer({ env });
    await using stdio = await startStdio({ env });
    const folder = `${home.path}/gomcp`;
    await until(async () => (await exists(`${folder}/${stdio.pid}.sock`)), "stdio has a socket");
    const all = await runCli(["status"], { env });
    assertMatch(all.stdout, new RegExp(`^${http.pid}  ready  http  ${http.url}`, "m"));
    assertMatch(all.stdout, new RegExp(`^${stdio.pid}  ready  stdio  -`, "m"));
    const several = await runCli(["reload"], { env });
    assertEquals(several.code, 1);
    assertMatch(several.stderr, /2 run; expected --admin-socket=PATH/);
    const { servers } = JSON.parse((await runCli(["status", "--json"], { env })).stdout);
    assertEquals(servers.length, 2);

    stdio.signal("SIGKILL");
    await stdio.exit();
    const one = await runCli(["status", "--json"], { env });
    assertEquals(JSON.parse(one.stdout).pid, http.pid);
    assertEquals(await exists(`${folder}/${stdio.pid}.sock`), false, "what is dead is removed");
  },
});

Deno.test({
  name: "status --json has what monitoring needs, with the types that it is documented with",
  ignore: isWindows,
  async fn() {
    await using admin = await AdminServer.start({ "a.ts": toolModule("a") });
    await admin.server.call("a");
    const status = JSON.parse((await admin.run("status", "--json")).stdout);
    const types = Object.fromEntries(
      Object.entries(status).map(([key, value]) => [key, typeof value]),
    );
    assertEquals(types, {
      socket: "string",
      pid: "number",
      version: "string",
      mode: "string",
      url: "string",
      state: "string",
      startedAt: "string",
      uptimeMs: "number",
      tools: "number",
      resources: "number",
      prompts: "number",
      calls: "object",
      generations: "object",
      reload: "object",
      memory: "object",
      cpuSeconds: "number",
      tenants: "object",
      audit: "object",
      hosts: "object",
    });
    assertEquals([status.state, status.url, status.tools], ["ready", admin.server.url, 2]);
    assertEquals([status.calls.started, status.calls.running], [1, 0]);
    assertEquals(status.reload, { reloads: 0, failed: 0, waiting: [] });
  },
});

Deno.test({
  name:
    "drain lets the open call end, refuses new ones, tells how it went, and the server has ended",
  ignore: isWindows,
  async fn() {
    await using admin = await AdminServer.start({ "gate.ts": gateModule("gate", "done") });
    const { server, tools } = admin;
    const file = `${tools.path}/open`;
    const open = server.call("gate", { file });
    await until(() => exists(`${file}.reached`), "the call runs");
    const drain = admin.run("drain");
    await until(async () => (await server.request("/readyz")).status === 503, "it is not ready");
    assertEquals((await server.call("echo", { msg: "x" })).status, 503);
    assertEquals((await admin.ask("/v1/status")).state, "draining");
    await tools.write("open", "");
    assertEquals((await open).json.content[0].text, "done");
    const { code, stdout } = await drain;
    assertEquals([code, stdout], [0, "drained: all calls have ended\n"]);
    assertEquals((await server.exit()).code, 0);
  },
});

Deno.test({
  name: "top off a terminal is one plain table, with a line for each tool and tenant",
  ignore: isWindows,
  async fn() {
    await using admin = await AdminServer.start({ "a.ts": toolModule("a") });
    let stop = false;
    const load = (async () => {
      while (!stop) await Promise.all([admin.server.call("a"), admin.server.call("nobody")]);
    })();
    let stdout = "";
    // A busy machine may come to no call of each within an interval.
    await until(async () => {
      const run = await admin.run("top", "--interval=500ms");
      assertEquals([run.code, run.stderr], [0, ""]);
      stdout = run.stdout;
      return /^a +[1-9]/m.test(stdout) && /^\(unknown\) +[1-9]/m.test(stdout);
    }, "top has seen calls of both");
    stop = true;
    await load;
    // deno-lint-ignore no-control-regex -- there must be none
    assert(!/[\x00-\x09\x0b-\x1f]/.test(stdout), "it is plain");
    assertMatch(stdout, /^gomcp \d+ http:\/\/127\.0\.0\.1:\d+: ready, up /);
    assertMatch(stdout, /^TOOL +CALLS\/S +P50 +P99 +OPEN +FAILED\/S +REFUSED\/S +TOTAL$/m);
    assertMatch(stdout, /^a +[1-9][\d.]* +\S+s +\S+s +\d+ +0 +0 +[1-9]\d*$/m);
    assertMatch(stdout, /^\(unknown\) +[1-9][\d.]* .* 0 +[\d.]+ +[1-9]\d*$/m);
    assertMatch(stdout, /^default +[1-9]/m);
  },
});

Deno.test({
  name: "the admin socket answers nothing else, and the public port nothing of it",
  ignore: isWindows,
  async fn() {
    await using admin = await AdminServer.start({ "a.ts": toolModule("a") });
    assertEquals(await admin.ask("/v1/nothing"), { error: "there is no GET /v1/nothing" });
    assertEquals(await admin.ask("/v1/drain"), { error: "there is no GET /v1/drain" });
    for (const path of ["/v1/status", "/v1/stats", "/v1/drain"]) {
      assertEquals((await admin.server.request(path)).status, 404);
    }
  },
});
