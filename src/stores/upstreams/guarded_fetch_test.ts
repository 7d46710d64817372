/** Where requests go by name: to what was checked, and to nothing that the name says later. */
import { assertEquals, assertRejects } from "@std/assert";
import { Authority } from "../../../tests/support/certificates.ts";
import { guardedFetch } from "./guarded_fetch.ts";

/** A server on loopback that is known by a name, whose addresses are what `addresses` says. */
function served(addresses: () => readonly string[]) {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => new Response(request.headers.get("host")),
  );
  let asked = 0;
  const web = guardedFetch(false, () => {
    asked++;
    return Promise.resolve(addresses());
  });
  const host = `mcp.example.com:${server.addr.port}`;
  return {
    host,
    asked: () => asked,
    get: async () => await (await web.fetch(`http://${host}/`, {})).text(),
    async [Symbol.asyncDispose]() {
      web.close();
      await server.shutdown();
    },
  };
}

Deno.test("a name is connected to by the address that was looked up", async () => {
  await using server = served(() => ["127.0.0.1"]);
  assertEquals(await server.get(), server.host);
  assertEquals(await server.get(), server.host);
  assertEquals(server.asked(), 1);
});

for (
  const bad of ["169.254.169.254", "fd00:ec2::254", "fe80::1", "::ffff:a9fe:a9fe", "168.63.129.16"]
) {
  Deno.test(`a name for ${bad} is refused, also beside an honest address`, async () => {
    for (const addresses of [[bad], ["127.0.0.1", bad]]) {
      await using server = served(() => addresses);
      await assertRejects(server.get, Error, `${bad} is link-local or a cloud's metadata`);
    }
  });
}

Deno.test("a name that is bound anew after it was checked leads nowhere else", async () => {
  const now = performance.now;
  let lateMs = 0;
  performance.now = () => now.call(performance) + lateMs;
  try {
    let addresses = ["127.0.0.1"];
    await using server = served(() => addresses);
    assertEquals(await server.get(), server.host);
    addresses = ["169.254.169.254"];
    // The connection is to the address that was checked, not to what the name says now.
    assertEquals(await server.get(), server.host);
    lateMs = 61_000;
    await assertRejects(server.get, Error, "169.254.169.254 is link-local");
  } finally {
    performance.now = now;
  }
});

Deno.test("of several addresses the first one is taken that can be connected to", async () => {
  await using server = served(() => ["127.0.0.2", "::1", "127.0.0.1"]);
  assertEquals(await Promise.all([server.get(), server.get()]), [server.host, server.host]);
  assertEquals(await server.get(), server.host);
});

Deno.test("when none can be connected to, the name is looked up again", async () => {
  let addresses = ["127.0.0.2"];
  await using server = served(() => addresses);
  await assertRejects(server.get, TypeError, "Connection refused");
  addresses = ["127.0.0.1"];
  assertEquals(await server.get(), server.host);
});

Deno.test("a name is proven by TLS, whatever address it has", async () => {
  const authority = await Authority.create();
  const { cert, key } = await authority.sign({ altNames: [["DNS", "localhost"]] });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", cert, key, onListen: () => {} },
    () => new Response("never"),
  );
  const web = guardedFetch(false, () => Promise.resolve(["127.0.0.1"]));
  const get = () => web.fetch(`https://localhost:${server.addr.port}/`, {});
  // The program does not know who has signed it: nothing but the handshake has gone out.
  await assertRejects(get, TypeError, "UnknownIssuer");
  web.close();
  const bound = guardedFetch(false, () => Promise.resolve(["169.254.169.254"]));
  await assertRejects(() => bound.fetch("https://mcp.example.com/", {}), Error, "is link-local");
  bound.close();
  await server.shutdown();
});
