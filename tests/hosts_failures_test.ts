/** Tools that break their host: each call ends once, the next one works, and no process is left. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { GUARD_NAME } from "../src/supervisor/hosts/group_guard.ts";
import { hostsOf, isAlive, untilGone } from "./support/processes.ts";
import { type Reply, type ServerProcess, startServer } from "./support/server.ts";
import { until } from "./support/wait.ts";

const IS_LINUX = Deno.build.os === "linux";
/** Processes are looked for in /proc. */
const LINUX = { ignore: !IS_LINUX };

/** A server with the breaking tools, whose hosts must be gone after it. */
async function withServer(
  args: readonly string[],
  work: (server: ServerProcess) => Promise<void>,
): Promise<void> {
  const all = ["--host-heap=64MiB", "--host-grace=200ms", "--host-instances=1", ...args];
  let hosts: number[];
  {
    await using server = await startServer({ fixtures: ["breaking"], args: all });
    await work(server);
    hosts = hostsOf(server.pid);
    server.signal("SIGTERM");
    assertEquals((await server.exit()).code, 0);
  }
  await untilGone(hosts);
}

function textOf({ status, json }: Reply): string {
  assertEquals(status, 200, JSON.stringify(json));
  return json.content[0].text;
}

/** In which process the tools run now. */
async function hostPid(server: ServerProcess): Promise<number> {
  return Number(textOf(await server.call("fine")));
}

/** Fewer than the times that a tool, or a module, may break its hosts before it is refused. */
const BREAKING = [
  ["exits", {}, /ended by itself with status 0/],
  ["swallows", {}, /ended by SIG(TRAP|ABRT|ILL)/],
  ["babbles", { text: "no json" }, /a line that is no JSON/],
  ["babbles", { text: '{"t":"done","id":"x"}' }, /a wrong "done"/],
  ["babbles", { text: '{"t":"event","id":0,"event":{"kind":"x"}}' }, /a wrong "event"/],
  ["babbles", { text: "[]" }, /a line that is no object/],
  ["babbles", { text: '{"t":"failed","detail":"x"}' }, /it said "failed" again/],
  ["floods", {}, /flooded its channel/],
] as const;

Deno.test("a tool that breaks its host loses its call alone", LINUX, async (t) => {
  await withServer([], async (server) => {
    for (const [tool, args, why] of BREAKING) {
      await t.step(`one that ${tool} ${JSON.stringify(args)}`, async () => {
        const before = await hostPid(server);
        const lost = await server.call(tool, args);
        assertEquals([lost.status, lost.json.code], [502, "worker_lost"]);
        assertMatch(lost.json.detail, why);
        assertNotEquals(await hostPid(server), before);
        await untilGone([before]);
      });
    }
  });
});

Deno.test(
  "a tool that loops is answered at its deadline, and killed after its grace",
  LINUX,
  async () => {
    await withServer([], async (server) => {
      const before = await hostPid(server);
      const late = await server.call("loops");
      assertEquals([late.status, late.json.code], [504, "deadline_exceeded"]);
      assertNotEquals(await hostPid(server), before);
      assertEquals(isAlive(before), false);
      const record = await server.log.find(
        ({ message }) => message.startsWith("a tool did not end when its call did"),
        "record of the kill",
      );
      assertEquals(record.tool, "loops");
    });
  },
);

Deno.test(
  "other calls on a host that is killed are lost, or repeated where they may be",
  LINUX,
  async () => {
    await withServer([], async (server) => {
      const [first, second] = [server.gate("first"), server.gate("second")];
      const repeated = server.call("waits", first.arguments);
      const lost = server.call("waits_once", second.arguments);
      await Promise.all([first.reached(), second.reached()]);
      assertEquals((await server.call("loops")).json.code, "deadline_exceeded");
      assertEquals((await lost).json.code, "worker_lost");
      // It runs again, in the next host, and no third time.
      await until(() => Deno.readTextFileSync(`${first.file}.reached`) === "xx", "it runs again");
      await first.open();
      assertEquals(textOf(await repeated), "open");
      assertEquals(Deno.readTextFileSync(`${second.file}.reached`), "x");
    });
  },
);

Deno.test("a call that may be repeated is lost with its second host", LINUX, async () => {
  await withServer([], async (server) => {
    const gate = server.gate();
    const call = server.call("waits", gate.arguments);
    for (const runs of ["x", "xx"]) {
      await until(
        () => existing(`${gate.file}.reached`) === runs,
        `the call runs for the ${runs.length}. time`,
      );
      Deno.kill(await hostPid(server), "SIGKILL");
    }
    assertEquals((await call).json.code, "worker_lost");
  });
});

Deno.test(
  "a host that is held up does not hold up calls when there may be another",
  LINUX,
  async () => {
    await withServer(["--host-instances=2", "--timeout=60s"], async (server) => {
      const before = await hostPid(server);
      const gate = server.gate();
      const hogging = server.call("hogs", gate.arguments);
      await gate.reached();
      // Those that come before it is noticed may be held up with it; they may be repeated.
      const others: Promise<void>[] = [];
      const pids: number[] = [];
      await until(() => {
        others.push(server.call("fine").then((reply) => void pids.push(Number(textOf(reply)))));
        return pids.length > 0;
      }, "another host takes the calls");
      assertNotEquals(pids[0], before);
      Deno.kill(before, "SIGKILL");
      await Promise.all(others);
      assertEquals((await hogging).json.code, "worker_lost");
    });
  },
);

Deno.test(
  "a tool that breaks its host again and again is refused for a while, the others are not",
  LINUX,
  async () => {
    await withServer([], async (server) => {
      const codes: string[] = [];
      for (let call = 0; call < 7; call++) codes.push((await server.call("exits")).json.code);
      assertEquals(codes, [...Array(5).fill("worker_lost"), "overloaded", "overloaded"]);
      const refused = await server.call("exits");
      assertEquals(refused.status, 503);
      assert(refused.json.retryAfterMs > 0 && refused.json.retryAfterMs <= 10_000);
      assert(await hostPid(server) > 0);
    });
  },
);

Deno.test("what a tool has started goes with its host", LINUX, async () => {
  await withServer([], async (server) => {
    const child = Number(textOf(await server.call("starts")));
    assert(isAlive(child));
    await server.call("exits");
    await untilGone([child]);
    const other = Number(textOf(await server.call("starts")));
    assert(hostsOf(server.pid).includes(other));
  });
});

Deno.test(
  "what a tool prints is in the log, line by line, up to a number a second",
  LINUX,
  async () => {
    await withServer([], async (server) => {
      assertEquals(textOf(await server.call("prints_much", { lines: 1_000 })), "printed");
      await server.call("exits");
      const dropped = await server.log.find(
        ({ message }) => message.startsWith("a tool prints too much"),
        "number of lines that are left out",
      );
      assert((dropped.lines as number) >= 500);
      const lines = server.log.items.filter(({ message }) => message === "a tool printed");
      assert(lines.length >= 100 && lines.length < 300, `${lines.length} lines`);
      assertEquals([lines[0]!.line, lines[0]!.stream], ["line 0", "stdout"]);
      assertMatch(String(lines[0]!.module), /breaking\.ts$/);
    });
  },
);

Deno.test(
  "memory beside the heap is bounded, too, and its end is an error like others",
  LINUX,
  async () => {
    if (!await runs("prlimit", ["--data=4294967296", "true"])) {
      return console.log("skipped: no prlimit that knows --data");
    }
    await withServer([], async (server) => {
      const before = await hostPid(server);
      const [what, mebibytes] = textOf(await server.call("hoards")).split(" ");
      assertEquals(what, "RangeError");
      assert(Number(mebibytes) > 64 && Number(mebibytes) < 1_088, `${mebibytes} MiB`);
      assertEquals(await hostPid(server), before);
    });
  },
);

Deno.test("what a host logs is in the log as its module's, whatever it says", LINUX, async () => {
  await withServer([], async (server) => {
    const fields = { module: "another.ts", level: "info" };
    const frame = { t: "log", level: "warn", message: "forged", fields };
    const open = server.call("babbles", { text: JSON.stringify(frame) });
    const record = await server.log.find(({ message }) => message === "forged", "the record");
    assertEquals(record.level, "warn");
    assertMatch(String(record.module), /breaking\.ts$/);
    await server.call("exits");
    assertEquals((await open).json.code, "worker_lost");
  });
});

Deno.test("hosts die with a server that is killed, also while they loop", LINUX, async (t) => {
  if (!await hasSetpriv()) return console.log("skipped: no setpriv that knows --pdeathsig");
  for (const tool of ["waits", "hogs"]) {
    await t.step(tool, async () => {
      const args = ["--host-instances=1"];
      await using server = await startServer({ fixtures: ["breaking"], args });
      const gate = server.gate();
      server.call(tool, gate.arguments).catch(() => {});
      await gate.reached();
      const hosts = hostsOf(server.pid);
      assert(hosts.length > 0);
      server.signal("SIGKILL");
      await server.exit();
      await untilGone(hosts);
    });
  }
});

Deno.test("what tools have started goes with a server that is killed", LINUX, async (t) => {
  const start = async (server: ServerProcess) => Number(textOf(await server.call("starts")));
  await t.step("with its host", async () => {
    await using server = await startServer({
      fixtures: ["breaking"],
      args: ["--host-instances=1"],
    });
    const child = await start(server);
    const hosts = hostsOf(server.pid);
    assert(hosts.includes(child));
    server.signal("SIGKILL");
    await server.exit();
    await untilGone(hosts);
  });
  await t.step("also when what guards them was killed before", async () => {
    await using server = await startServer({
      fixtures: ["breaking"],
      args: ["--host-instances=1"],
    });
    const child = await start(server);
    const guard = await guardOf(server.pid, 0);
    Deno.kill(guard, "SIGKILL");
    const next = await guardOf(server.pid, guard);
    server.signal("SIGKILL");
    await server.exit();
    await untilGone([child, next]);
  });
});

/** The process that guards a server's hosts, other than one that was before. */
async function guardOf(server: number, before: number): Promise<number> {
  let found: number | undefined;
  await until(() => {
    const names = [...Deno.readDirSync("/proc")].map(({ name }) => name);
    found = names.filter((name) => /^\d+$/.test(name) && Number(name) !== before).map(Number)
      .find((pid) => {
        const parent = new RegExp(`^PPid:\\s+${server}$`, "m");
        return parent.test(existing(`/proc/${pid}/status`)) &&
          existing(`/proc/${pid}/cmdline`).includes(GUARD_NAME);
      });
    return found !== undefined;
  }, "what guards the hosts");
  return found!;
}

function hasSetpriv(): Promise<boolean> {
  return runs("setpriv", ["--pdeathsig", "KILL", "true"]);
}

async function runs(program: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: [...args] }).output()).success;
  } catch {
    return false;
  }
}

function existing(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
