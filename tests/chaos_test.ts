/**
 * Everything goes wrong at once, and goes on: tool hosts and Redis are killed, the disk is full for
 * a while, modules change, clients stay silent in mid-request or do not read. For 5 seconds, or for as
 * many as GOMCP_CHAOS_SECONDS says (`deno task chaos`: 60).
 */
import { assert, assertEquals } from "@std/assert";
import { readAudit, verifyAudit } from "./support/audit_log.ts";
import { runCli } from "./support/cli_process.ts";
import { TempFolder } from "./support/fixtures.ts";
import { hostsOf } from "./support/processes.ts";
import { RawConnection } from "./support/raw_http.ts";
import { HAS_REDIS, RedisServer } from "./support/redis.ts";
import { type ServerProcess, startServer } from "./support/server.ts";
import { runsOf } from "./support/runs.ts";
import { until } from "./support/wait.ts";

const SECONDS = Number(Deno.env.get("GOMCP_CHAOS_SECONDS") ?? 5);
const CALLERS = 8;
/** So many calls that the quota is used up on a fast machine only: it must hold everywhere. */
const LIMIT = 20 * SECONDS;

/** What a call may end by while the world falls apart; anything else is a fault. */
const ENDS = new Set(["ok", "worker_lost", "overloaded", "audit_unavailable", "quota_exceeded"]);

/** Each call leaves a line behind: so it is known what ran, and how often. */
function module(version: number): string {
  return `import { defineTool } from "gomcp";
const input = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
export default defineTool({ name: "once", description: "Version ${version}.", input,
  handler({ id }) {
    Deno.writeTextFileSync(import.meta.dirname + "/ran/" + Deno.pid, id + "\\n", { append: true });
    return id;
  } });
`;
}

interface Call {
  readonly id: string;
  readonly end: string;
}

async function call(server: ServerProcess, id: string): Promise<Call> {
  const { status, json } = await server.call("once", { id });
  return { id, end: status === 200 && json.isError !== true ? "ok" : String(json.code) };
}

/** Calls until the end; each is answered, by whatever. */
async function callOn(server: ServerProcess, caller: number, isOver: () => boolean) {
  const calls: Call[] = [];
  for (let i = 0; !isOver(); i++) {
    const done = await call(server, `${caller}-${i}`);
    calls.push(done);
    // Who is refused comes back later, as clients do.
    if (done.end !== "ok") await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return calls;
}

/** Connections that send half a request, or all of it and never read. */
async function leaveOpen(server: ServerProcess, open: RawConnection[]): Promise<void> {
  const body = '{"tool":"echo","arguments":{"msg":"x"}}';
  const head = `POST /v1/tools/call HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}`;
  for (const text of [head, `${head}\r\n\r\n${body.slice(0, 9)}`, `${head}\r\n\r\n${body}`]) {
    const connection = await RawConnection.open(server.port);
    await connection.send(text);
    open.push(connection);
  }
}

/** No file of the process may grow: writes fail as on a full disk. The hard limit stays. */
async function limitFiles({ pid }: ServerProcess, size: "1" | "unlimited"): Promise<void> {
  const args = ["--pid", String(pid), `--fsize=${size}:unlimited`];
  assert((await new Deno.Command("prlimit", { args }).output()).success);
}

async function breakThings(server: ServerProcess, redis: RedisServer, folder: TempFolder) {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  for (let second = 1; second <= SECONDS; second++) {
    await folder.write("once.ts", module(second));
    server.signal("SIGHUP");
    const hosts = hostsOf(server.pid);
    if (hosts.length > 0) Deno.kill(hosts[second % hosts.length]!, "SIGKILL");
    await pause(300);
    if (second % 2 === 0) {
      await limitFiles(server, "1");
      await pause(200);
      await limitFiles(server, "unlimited");
    } else {
      await redis.kill();
      await pause(200);
      await redis.run();
    }
    await pause(500);
  }
}

Deno.test({
  name: "in chaos each call is answered, none runs twice, over its quota or off the record",
  ignore: !HAS_REDIS || Deno.build.os !== "linux",
  async fn() {
    await using redis = await RedisServer.start();
    await using folder = await TempFolder.of({ "once.ts": module(0), "ran/.keep": "" });
    const log = `${folder.path}/audit.jsonl`;
    const state = `--state=${redis.url}`;
    const quota = [`--max-tool-calls=${LIMIT}`, "--period=month"];
    assertEquals((await runCli(["tenant", "create", "default", ...quota, state])).code, 0);
    await using server = await startServer({
      args: [
        ...[state, `--tools=${folder.path}/once.ts`, `--audit-file=${log}`, "--audit-mode=strict"],
        `--permit=${folder.path}/once.ts:write=${folder.path}/ran`,
      ],
      // The signal that comes with the limit of files is ignored, so that the write fails.
      wrapper: ["sh", "-c", 'trap "" XFSZ; exec "$0" "$@"'],
    });
    const open: RawConnection[] = [];
    let over = false;
    const callers = Array.from({ length: CALLERS }, (_, i) => callOn(server, i, () => over));
    await leaveOpen(server, open);
    await breakThings(server, redis, folder);
    await leaveOpen(server, open);
    over = true;
    const calls = (await Promise.all(callers)).flat();
    await until(async () => {
      const { end } = await call(server, `after-${calls.length}`);
      return end === "ok" || end === "quota_exceeded";
    }, "the server is whole again");
    server.signal("SIGTERM");
    assertEquals((await server.exit()).code, 0);
    for (const connection of open) connection[Symbol.dispose]();

    assertEquals([...new Set(calls.map(({ end }) => end))].filter((end) => !ENDS.has(end)), []);
    const runs = await runsOf(`${folder.path}/ran`);
    assertEquals([...runs].filter(([, times]) => times > 1), []);
    for (const { id, end } of calls) if (end === "ok") assertEquals(runs.get(id), 1, id);
    assert(runs.size <= LIMIT, `${runs.size} calls ran of ${LIMIT}`);
    const records = await readAudit(log);
    const received = records.filter(({ stage, tool }) => stage === "received" && tool === "once");
    assert(received.length >= runs.size, `${received.length} on record, ${runs.size} ran`);
    const { findings } = await verifyAudit(log);
    assertEquals(findings, []);
    const counts = Map.groupBy(calls, ({ end }) => end);
    console.log([...counts].map(([end, all]) => `${all.length} ${end}`).join(", "));
  },
});
