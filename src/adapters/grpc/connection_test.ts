/** What a client has not read, by what its socket has written. */
import { assertEquals } from "@std/assert";
import { FakeClock } from "../../base/fake_clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { SILENT_LOG } from "../../base/log.ts";
import { Connection } from "./connection.ts";

const MB = 1024 * 1024;

function connect() {
  const clock = new FakeClock();
  const wire = { written: 1_000, ended: 0 };
  const connection = new Connection({
    clock,
    log: SILENT_LOG,
    address: "192.0.2.1",
    certificate: undefined,
    bytesWritten: () => wire.written,
    destroy: () => wire.ended++,
  });
  return { clock, wire, connection };
}

Deno.test("Connection counts what was handed over and has not gone out", () => {
  const { wire, connection } = connect();
  connection.sent(3 * MB);
  assertEquals([connection.unread, connection.isBehind], [3 * MB, false]);
  connection.sent(2 * MB);
  assertEquals([connection.unread, connection.isBehind, connection.isFull], [5 * MB, true, false]);
  wire.written += 4 * MB;
  assertEquals([connection.unread, connection.isBehind], [MB, false]);
  // What HTTP/2 adds is written as well: it is never taken for room.
  wire.written += 2 * MB;
  assertEquals(connection.unread, 0);
  connection.sent(LIMITS.outputHardBytesMax + 1);
  assertEquals([connection.unread, connection.isFull], [LIMITS.outputHardBytesMax + 1, true]);
  connection.close();
});

Deno.test("below() waits until the client has read, or has gone", async () => {
  const { clock, wire, connection } = connect();
  connection.sent(5 * MB);
  const told: string[] = [];
  const small = connection.below(MB).then(() => told.push("1 MB"));
  const none = connection.below(0).then(() => told.push("nothing"));
  clock.advance(100);
  await Promise.resolve();
  assertEquals(told, []);
  wire.written += 4 * MB;
  clock.advance(100);
  await small;
  assertEquals(told, ["1 MB"]);
  connection.close();
  await none;
  assertEquals(told, ["1 MB", "nothing"]);
  await connection.below(0);
});

Deno.test("a client that takes nothing is disconnected, one that is slow is not", () => {
  const { clock, wire, connection } = connect();
  connection.sent(5 * MB);
  for (let times = 0; times < 4; times++) {
    wire.written += MB;
    clock.advance(LIMITS.outputStallMs);
  }
  assertEquals([wire.ended, connection.unread], [0, MB]);
  clock.advance(LIMITS.outputStallMs - 1);
  assertEquals(wire.ended, 0);
  clock.advance(1);
  assertEquals(wire.ended, 1);
});
