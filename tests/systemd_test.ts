/** What systemd is told: ready, reloading, stopping, and that the server is alive. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TempFolder } from "./support/fixtures.ts";
import { startServer } from "./support/server.ts";
import { until } from "./support/wait.ts";

/** A socket as systemd has one; it keeps what was said. */
class ServiceManager implements AsyncDisposable {
  readonly said: string[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #reading: Promise<void>;

  constructor(readonly path: string) {
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path });
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    for await (const [bytes] of this.#socket) this.said.push(new TextDecoder().decode(bytes));
  }

  count(line: string): number {
    return this.said.filter((text) => text.split("\n").includes(line)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#reading;
  }
}

const ignore = Deno.build.os !== "linux";

Deno.test({
  name:
    "systemd is told when the server is ready, reloads, stops, and all the time that it is alive",
  ignore,
  async fn() {
    await using folder = await TempFolder.of();
    await using manager = new ServiceManager(`${folder.path}/notify`);
    const env = { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: "50000" };
    await using server = await startServer({ env });
    await until(() => manager.count("READY=1") === 1, "it is ready");
    assertEquals((await server.request("/readyz")).status, 200, "it was not said too early");
    await until(() => manager.count("WATCHDOG=1") >= 3, "the watchdog hears of it");
    server.signal("SIGHUP");
    await until(() => manager.count("READY=1") === 2, "it has reloaded");
    const reload = manager.said.find((text) => text.startsWith("RELOADING=1"))!;
    const usec = Number(/^MONOTONIC_USEC=(\d+)$/m.exec(reload)![1]);
    const uptimeUs = Number((await Deno.readTextFile("/proc/uptime")).split(" ")[0]) * 1e6;
    assert(Math.abs(uptimeUs - usec) < 60e6, `${usec} is not near ${uptimeUs}`);
    server.signal("SIGTERM");
    await until(() => manager.count("STOPPING=1") === 1, "it stops");
    assertEquals((await server.exit()).code, 0);
    const order = manager.said.map((text) => text.split("\n")[0]).filter((line) =>
      line !== "WATCHDOG=1"
    );
    assertEquals(order, ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]);
  },
});

Deno.test({
  name: "systemd is told by an abstract name, too, and another process's watchdog is not served",
  ignore,
  async fn() {
    const name = `gomcp-test-${crypto.randomUUID()}`;
    const socat = new Deno.Command("socat", {
      args: ["-u", `ABSTRACT-RECV:${name}`, "STDOUT"],
      stdout: "piped",
      stderr: "null",
    });
    let manager: Deno.ChildProcess;
    try {
      manager = socat.spawn();
    } catch {
      return console.log("skipped: no socat");
    }
    await until(
      async () => (await Deno.readTextFile("/proc/net/unix")).includes(`@${name}`),
      "the socket is there",
    );
    const env = { NOTIFY_SOCKET: `@${name}`, WATCHDOG_USEC: "1000", WATCHDOG_PID: "1" };
    await using server = await startServer({ env });
    server.signal("SIGTERM");
    assertEquals((await server.exit()).code, 0);
    manager.kill("SIGTERM");
    const { stdout } = await manager.output();
    const said = new TextDecoder().decode(stdout);
    assertMatch(said, /^READY=1\nSTATUS=ServingSTOPPING=1\n/);
  },
});

Deno.test({
  name:
    "a server whose service manager has gone serves all the same, and says that it is not heard",
  ignore,
  async fn() {
    await using server = await startServer({ env: { NOTIFY_SOCKET: "/nowhere/notify" } });
    await server.log.find(
      ({ message }) => message === "systemd did not take a message",
      "the warning",
    );
    assertEquals((await server.request("/readyz")).status, 200);
    await using odd = await startServer({ env: { NOTIFY_SOCKET: "vsock:2:1234" } });
    await odd.log.find(({ message }) => message.startsWith("systemd is not told"), "the warning");
  },
});
