/** Connections that are too many, or that bring no request. */
import { assert, assertEquals } from "@std/assert";
import { RawConnection, rawGet } from "./support/raw_http.ts";
import { startServer } from "./support/server.ts";

const LINUX = Deno.build.os === "linux";

Deno.test({
  name: "the newest connections of an address that has too many are ended, the others go on",
  ignore: !LINUX,
  async fn() {
    await using server = await startServer({ args: ["--connections-per-address=3"] });
    const first = [];
    for (let count = 0; count < 3; count++) {
      const connection = await RawConnection.open(server.port);
      await connection.send(rawGet("/healthz"));
      assertEquals((await connection.response()).status, 200);
      first.push(connection);
    }
    // A sweep in between tells the old ones from the new ones.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    using more = await RawConnection.open(server.port);
    assertEquals(await more.isClosed(), true);
    const record = await server.log.find(({ message }) => message === "connections ended", "log");
    assertEquals([record.crowded, record.silent], [1, 0]);
    for (const connection of first) {
      await connection.send(rawGet("/healthz"));
      assertEquals((await connection.response()).status, 200);
      connection.close();
    }
  },
});

Deno.test({
  name: "a connection on which no request comes is ended, whatever half of a head it sends",
  ignore: !LINUX,
  async fn() {
    await using server = await startServer({ args: ["--request-timeout=500ms"] });
    for (const sent of ["", "GET /healthz HTTP/1.1\r\nhost: loc"]) {
      using connection = await RawConnection.open(server.port);
      if (sent !== "") await connection.send(sent);
      assertEquals(await connection.isClosed(), true);
    }
    assert((await server.request("/healthz")).status === 200);
  },
});

Deno.test("without the permission to call into libc the server serves, and says what it does not do", async () => {
  await using server = await startServer({
    args: ["--log-level=debug", "--connections-per-address=1"],
    denoFlags: ["--deny-ffi"],
  });
  await server.log.find(({ message }) => message.startsWith("connections are not counted"), "log");
  using one = await RawConnection.open(server.port);
  await one.send(rawGet("/healthz"));
  assertEquals((await one.response()).status, 200);
  assertEquals((await server.request("/healthz")).status, 200);
});
