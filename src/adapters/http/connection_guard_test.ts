/** Which connections are ended, and when. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { createLogger } from "../../base/log.ts";
import { ConnectionGuard } from "./connection_guard.ts";
import type { TcpConnection } from "./linux_sockets.ts";

/** 127.0.0.1, 10.0.0.1 and ::1 as the kernel of a little-endian machine writes them. */
const LOOPBACK = "0100007F";
const OTHER = "0100000A";
const LOOPBACK6 = "00000000000000000000000001000000";

function setUp({ headTimeoutMs = 5_000 } = {}) {
  const clock = new FakeClock();
  const lines: string[] = [];
  let open: TcpConnection[] = [];
  const ended: string[] = [];
  let looks = 0;
  const guard = new ConnectionGuard({
    connections: {
      count: () => open.length,
      list: () => {
        looks++;
        return [...open];
      },
      end: (inodes) => {
        ended.push(...inodes);
        open = open.filter(({ inode }) => !inodes.has(inode));
      },
      close: () => {},
    },
    clock,
    log: createLogger({ level: "warn", format: "json", clock, write: (line) => lines.push(line) }),
    port: 8080,
    perAddressMax: 2,
    headTimeoutMs,
  });
  const connect = (inode: string, address = LOOPBACK, port = Number(inode)) =>
    open.push({ inode, address, port });
  const leave = (inode: string) => open = open.filter((each) => each.inode !== inode);
  return { clock, guard, connect, leave, ended, lines, looks: () => looks };
}

Deno.test("ConnectionGuard ends the newest connections of an address that has too many", () => {
  const { clock, connect, ended, lines } = setUp();
  connect("1");
  connect("2");
  connect("9", OTHER);
  clock.advance(1_000);
  assertEquals(ended, []);
  connect("3");
  connect("4");
  clock.advance(1_000);
  assertEquals(ended, ["3", "4"]);
  const { message, crowded, silent, slow } = JSON.parse(lines[0]!);
  assertEquals([message, crowded, silent, slow], ["connections ended", 2, 0, 0]);
});

Deno.test("ConnectionGuard ends connections on which no request comes, and no others", () => {
  const { clock, guard, connect, ended } = setUp();
  connect("1");
  connect("2");
  guard.note(2);
  clock.advance(5_000);
  assertEquals(ended, []);
  clock.advance(1_000);
  assertEquals(ended, ["1"]);
  clock.advance(60_000);
  assertEquals(ended, ["1"]);
});

Deno.test("ConnectionGuard does not take a new connection for the one that had its port before", () => {
  const { clock, guard, connect, leave, ended } = setUp();
  connect("1", LOOPBACK, 7);
  guard.note(7);
  clock.advance(1_000);
  leave("1");
  clock.advance(1_000);
  connect("2", LOOPBACK, 7);
  clock.advance(6_000);
  assertEquals(ended, ["2"]);
});

Deno.test("ConnectionGuard reads the kernel's table seldom while it cannot matter", () => {
  const { clock, connect, ended, looks } = setUp({ headTimeoutMs: 40_000 });
  connect("1");
  clock.advance(10_000);
  assertEquals(looks(), 2);
  connect("2");
  connect("3");
  clock.advance(1_000);
  assertEquals([looks(), ended], [3, ["3"]]);
});

Deno.test("ConnectionGuard forgets the ports of connections that came and went between two looks", () => {
  const { clock, guard, connect, ended } = setUp();
  guard.note(7);
  clock.advance(1_000);
  connect("1", LOOPBACK, 7);
  clock.advance(6_000);
  assertEquals(ended, ["1"]);
});

Deno.test("ConnectionGuard ends what is doomed once what was sent has gone out, and nobody else", () => {
  const { clock, guard, connect, ended } = setUp();
  connect("1", LOOPBACK, 7);
  connect("2", OTHER, 7);
  connect("3", LOOPBACK6, 8);
  for (const port of [7, 8]) guard.note(port);
  guard.doom({ hostname: "127.0.0.1", port: 7 });
  guard.doom({ hostname: "::1", port: 8 });
  clock.advance(1_000);
  assertEquals(ended, []);
  clock.advance(1_000);
  assertEquals(ended, ["1", "3"]);
});

Deno.test("ConnectionGuard stops when it is closed", () => {
  const { clock, guard } = setUp();
  guard.close();
  assertEquals(clock.pending, 0);
});
