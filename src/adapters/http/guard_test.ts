/** Host and Origin: who may ask, by what name, from which page. */
import { assertEquals } from "@std/assert";
import { createGuard, type GuardOptions } from "./guard.ts";

const LOCAL: GuardOptions = { hostname: "127.0.0.1" };
const OPEN: GuardOptions = { hostname: "0.0.0.0" };
const NAMED: GuardOptions = {
  hostname: "0.0.0.0",
  allowHosts: ["Api.Example.com", "other.example:8443"],
  allowOrigins: ["https://App.Example.com", "http://app.example:3000"],
};

type Row = readonly [GuardOptions, string | null, boolean];

const HOSTS: readonly Row[] = [
  [LOCAL, "localhost", true],
  [LOCAL, "localhost:8080", true],
  [LOCAL, "LOCALHOST:8080", true],
  [LOCAL, "127.0.0.1", true],
  [LOCAL, "127.0.0.1:8080", true],
  [LOCAL, "127.0.0.1:1", true],
  [LOCAL, "[::1]", true],
  [LOCAL, "[::1]:8080", true],
  [LOCAL, null, false],
  [LOCAL, "", false],
  [LOCAL, ":8080", false],
  [LOCAL, "evil.com", false],
  [LOCAL, "localhost.evil.com", false],
  [LOCAL, "evil.com.localhost", false],
  [LOCAL, "localhost.", false],
  [LOCAL, "evillocalhost", false],
  [LOCAL, "127.0.0.1.evil.com", false],
  [LOCAL, "127.0.0.1.evil.com:8080", false],
  [LOCAL, "evil127.0.0.1", false],
  [LOCAL, "user@localhost", false],
  [LOCAL, "localhost@evil.com", false],
  [LOCAL, "localhost:8080@evil.com", false],
  [LOCAL, "localhost/evil", false],
  [LOCAL, "localhost?evil", false],
  [LOCAL, "localhost#evil", false],
  [LOCAL, "localhost evil.com", false],
  [LOCAL, "localhost,evil.com", false],
  [LOCAL, " localhost", false],
  [LOCAL, "localhost:", false],
  [LOCAL, "localhost:http", false],
  [LOCAL, "localhost:123456", false],
  [LOCAL, "::1", false],
  [LOCAL, "[::1].evil.com", false],
  [LOCAL, "[::1", false],
  [LOCAL, "[evil.com]", false],
  [LOCAL, "10.0.0.5", false],
  [LOCAL, "0.0.0.0:8080", false],
  [LOCAL, "[::ffff:127.0.0.1]", false],
  [LOCAL, "2130706433", false],
  [LOCAL, "0x7f000001", false],
  [{ hostname: "127.0.0.2" }, "127.0.0.2:8080", true],
  [{ hostname: "127.0.0.2" }, "127.0.0.3:8080", false],
  [{ hostname: "[::1]" }, "[::1]:8080", true],
  [{ hostname: "::1" }, "[::1]:8080", true],
  [{ hostname: "gateway.lan" }, "gateway.lan:8080", true],
  [{ hostname: "Gateway.LAN" }, "gateway.lan:8080", true],
  [{ hostname: "gateway.lan" }, "gateway.lan.evil.com", false],
  // Bound beyond loopback: any bare address, since rebinding needs a name.
  [OPEN, "10.0.0.5:8080", true],
  [OPEN, "192.168.1.1", true],
  [OPEN, "[fe80::1]:8080", true],
  [OPEN, "localhost:8080", true],
  [OPEN, "evil.com", false],
  [OPEN, "10.0.0.5.evil.com", false],
  [OPEN, "10.0.0.5@evil.com", false],
  [OPEN, "1.2.3", false],
  [OPEN, "1.2.3.4.5", false],
  [OPEN, "2130706433", false],
  [NAMED, "api.example.com", true],
  [NAMED, "API.example.com:443", true],
  [NAMED, "other.example:8443", true],
  [NAMED, "other.example:8444", false],
  [NAMED, "other.example", false],
  [NAMED, "api.example.com.evil.com", false],
  [NAMED, "evil.api.example.com", false],
];

for (const [options, host, allowed] of HOSTS) {
  Deno.test(`a server on ${options.hostname} ${allowed ? "takes" : "refuses"} the Host ${JSON.stringify(host)}`, () => {
    const refusal = createGuard(options)(host, null);
    assertEquals(refusal === undefined, allowed, refusal);
    if (!allowed) assertEquals(refusal!.startsWith("the Host header"), true);
  });
}

type OriginRow = readonly [GuardOptions, string, string, boolean];

const ORIGINS: readonly OriginRow[] = [
  [LOCAL, "127.0.0.1:8080", "http://127.0.0.1:8080", true],
  [LOCAL, "127.0.0.1:8080", "http://localhost:3000", true],
  [LOCAL, "127.0.0.1:8080", "https://localhost", true],
  [LOCAL, "127.0.0.1:8080", "http://LOCALHOST:3000", true],
  [LOCAL, "127.0.0.1:8080", "http://[::1]:3000", true],
  [LOCAL, "127.0.0.1:8080", "null", false],
  [LOCAL, "127.0.0.1:8080", "", false],
  [LOCAL, "127.0.0.1:8080", "http://evil.com", false],
  [LOCAL, "127.0.0.1:8080", "http://evil.com:8080", false],
  [LOCAL, "127.0.0.1:8080", "http://localhost.evil.com", false],
  [LOCAL, "127.0.0.1:8080", "http://127.0.0.1.evil.com", false],
  [LOCAL, "127.0.0.1:8080", "http://localhost@evil.com", false],
  [LOCAL, "127.0.0.1:8080", "http://localhost:8080@evil.com", false],
  [LOCAL, "127.0.0.1:8080", "http://evil.com#localhost", false],
  [LOCAL, "127.0.0.1:8080", "http://evil.com/127.0.0.1:8080", false],
  [LOCAL, "127.0.0.1:8080", "http://evil.com\\@localhost", false],
  [LOCAL, "127.0.0.1:8080", "localhost", false],
  [LOCAL, "127.0.0.1:8080", "file://localhost", false],
  [LOCAL, "127.0.0.1:8080", "chrome-extension://localhost", false],
  [LOCAL, "127.0.0.1:8080", "http://10.0.0.5", false],
  [OPEN, "10.0.0.5:8080", "http://10.0.0.5:8080", true],
  [OPEN, "10.0.0.5:8080", "http://10.0.0.5:3000", false],
  [OPEN, "10.0.0.5:8080", "http://10.0.0.6:8080", false],
  // A page on the user's own machine is a foreign one for a server elsewhere.
  [OPEN, "10.0.0.5:8080", "http://localhost:3000", false],
  [OPEN, "10.0.0.5:8080", "http://evil.com", false],
  [NAMED, "api.example.com", "https://api.example.com", true],
  [NAMED, "api.example.com", "https://app.example.com", true],
  [NAMED, "api.example.com", "https://APP.example.com", true],
  [NAMED, "api.example.com", "http://app.example.com", false],
  [NAMED, "api.example.com", "https://app.example.com:444", false],
  [NAMED, "api.example.com", "https://app.example.com.evil.com", false],
  [NAMED, "api.example.com", "https://evil-app.example.com", false],
  [NAMED, "api.example.com", "http://app.example:3000", true],
  [NAMED, "api.example.com", "http://app.example:3001", false],
];

for (const [options, host, origin, allowed] of ORIGINS) {
  Deno.test(`a server on ${options.hostname} asked as ${host} ${allowed ? "takes" : "refuses"} the Origin "${origin}"`, () => {
    const refusal = createGuard(options)(host, origin);
    assertEquals(refusal === undefined, allowed, refusal);
    if (!allowed) assertEquals(refusal!.startsWith("the Origin header"), true);
  });
}

Deno.test("an origin that is allowed may be written with the slash that browsers show", () => {
  const guard = createGuard({ ...LOCAL, allowOrigins: ["https://app.example.com/"] });
  assertEquals(guard("localhost", "https://app.example.com"), undefined);
});

Deno.test("createGuard() lets a good Origin not excuse a bad Host, whatever came before", () => {
  const guard = createGuard(LOCAL);
  for (let turn = 0; turn < 2; turn++) {
    assertEquals(guard("localhost", "http://localhost"), undefined);
    assertEquals(
      guard("evil.com", "http://localhost"),
      "the Host header names a host that is not allowed",
    );
    assertEquals(
      guard("evil.com", "http://evil.com"),
      "the Host header names a host that is not allowed",
    );
    assertEquals(
      guard("localhost", "http://evil.com"),
      "the Origin header names an origin that is not allowed",
    );
    assertEquals(guard("localhost", null), undefined);
  }
});
