/** The kernel's tables of connections, and connections that are really there. */
import { assert, assertEquals } from "@std/assert";
import { countSockets, hostnameOf, linuxSockets, parseTable } from "./linux_sockets.ts";

const TABLE =
  `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 101 1 0 100 0 0 10 0
   2: 0100007F:C001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 102 1 0 100 0 0 10 0
   3: 0100007F:1F90 0200000A:C002 06 00000000:00000000 00:00000000 00000000     0        0 0 3 0
   4: 0100007F:1F90 0200000A:C003 01 00000000:00000000 00:00000000 00000000     0        0 104 1 0 100 0 0 10 0
`;

Deno.test("countSockets() reads both forms of the kernel's statistics, and takes others for many", () => {
  const statistics = "sockets: used 66\nTCP: inuse 17 orphan 0 tw 292 alloc 20 mem 0\n";
  assertEquals(countSockets(statistics), 17);
  assertEquals(countSockets("TCP6: inuse 2\nUDP6: inuse 0\n"), 2);
  assertEquals(countSockets("UDP: inuse 5\n"), Infinity);
});

Deno.test("parseTable() gives the established connections of a port, on this side only", () => {
  assertEquals(parseTable(TABLE, 0x1f90), [
    { inode: "101", address: "0100007F", port: 0xc001 },
    { inode: "104", address: "0200000A", port: 0xc003 },
  ]);
  assertEquals(parseTable(TABLE, 80), []);
  assertEquals(parseTable("", 80), []);
});

Deno.test("hostnameOf() reads the kernel's addresses", () => {
  assertEquals(hostnameOf("0100007F"), "127.0.0.1");
  assertEquals(hostnameOf("0100000A"), "10.0.0.1");
  assertEquals(
    hostnameOf("00000000000000000000000001000000"),
    "0000:0000:0000:0000:0000:0000:0000:0001",
  );
  assertEquals(hostnameOf("B80D0120000000000000000001000000").slice(0, 9), "2001:0DB8");
});

Deno.test({
  name: "linuxSockets() sees a connection of this process and ends it for both sides",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const sockets = linuxSockets();
    assert(sockets !== undefined);
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    using client = await Deno.connect({ hostname: "127.0.0.1", port });
    using _server = await listener.accept();
    const listed = sockets.list(port);
    const { address, port: remote } = listed[0]!;
    assertEquals([listed.length, hostnameOf(address), remote], [
      1,
      "127.0.0.1",
      client.localAddr.port,
    ]);
    sockets.end(new Set(["1"]));
    assertEquals(sockets.list(port).length, 1);
    sockets.end(new Set([listed[0]!.inode]));
    assertEquals(await client.read(new Uint8Array(1)), null);
    sockets.close();
  },
});
