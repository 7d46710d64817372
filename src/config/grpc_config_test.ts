/** The flags of gRPC and TLS, and what they come to. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { readFlags } from "./flags.ts";
import { readServeConfig } from "./serve_config.ts";
import { SERVE_FLAGS } from "./serve_flags.ts";

function config(args: readonly string[]) {
  return readServeConfig(readFlags(SERVE_FLAGS, args, () => undefined));
}

const HOUR = 3_600_000;
const TLS = ["--tls-cert=c", "--tls-key=k"];

Deno.test("gRPC is served with --mode=grpc, and with --mode=all where it is told to", () => {
  const usual = { hostname: "127.0.0.1", port: 50_051, connectionAgeMs: HOUR };
  assertEquals(config(["--mode=grpc"]).grpc, usual);
  const addr = config(["--mode=grpc", "--addr=:1", "--grpc-connection-age=2s"]).grpc;
  assertEquals(addr, { hostname: "0.0.0.0", port: 1, connectionAgeMs: 2_000 });
  assertEquals(config(["--mode=all"]).grpc, undefined);
  const both = config(["--mode=all", "--addr=:1", "--grpc-addr=[::1]:2"]);
  assertEquals([both.port, both.grpc], [1, { hostname: "[::1]", port: 2, connectionAgeMs: HOUR }]);
});

Deno.test("names of certificates are told from their tenants by the last =", () => {
  const { tls } = config([
    "--mode=grpc",
    ...TLS,
    "--tls-client-ca=ca",
    "--tls-tenant=URI:spiffe://a/b?c=d=acme",
    "--tls-tenant=CN:two words=t-2",
    "--tls-tenant=SHA256:AB:CD=acme",
  ]);
  assertEquals(tls, {
    certFile: "c",
    keyFile: "k",
    clientCaFile: "ca",
    tenants: new Map([
      ["URI:spiffe://a/b?c=d", "acme"],
      ["CN:two words", "t-2"],
      ["SHA256:abcd", "acme"],
    ]),
  });
});

// deno-fmt-ignore: one mistake a line.
const BAD: readonly (readonly [string, readonly string[], string])[] = [
  ["a second address with --mode=grpc", ["--mode=grpc", "--grpc-addr=:1"], "Cannot use --grpc-addr with --mode=grpc: expected --addr"],
  ["gRPC's address with --mode=http", ["--grpc-addr=:1"], "Cannot use --grpc-addr with --mode=http: expected --mode=all, or --mode=grpc with --addr"],
  ["an address that is none", ["--mode=all", "--grpc-addr=1"], 'Cannot read --grpc-addr: it is "1", expected HOST:PORT such as 127.0.0.1:8080, [::1]:8080 or :8080'],
  ["an age that is none", ["--grpc-connection-age=1"], 'Cannot read --grpc-connection-age: it is "1", expected a time from 1s to 24h'],
  ["too small an age", ["--grpc-connection-age=999ms"], 'Cannot read --grpc-connection-age: it is "999ms", expected a time from 1s to 24h'],
  ["a certificate alone", ["--tls-cert=c"], "Cannot use --tls-cert alone: expected --tls-key=FILE, too"],
  ["a key alone", ["--tls-key=k"], "Cannot use --tls-key alone: expected --tls-cert=FILE, too"],
  ["a CA alone", ["--mode=grpc", "--tls-client-ca=ca"], "Cannot use --tls-client-ca alone: expected --tls-cert=FILE and --tls-key=FILE, too"],
  ["tenants alone", ["--mode=grpc", ...TLS, "--tls-tenant=CN:a=b"], "Cannot use --tls-tenant alone: expected --tls-client-ca=FILE, too"],
  ["TLS without a port", ["--mode=stdio", ...TLS], "Cannot use --tls-cert with --mode=stdio: it has no port"],
  ["a name without its kind", ["--mode=grpc", ...TLS, "--tls-client-ca=ca", "--tls-tenant=agent=acme"], 'Cannot read --tls-tenant: it is "agent=acme", expected CN:…, DNS:…, URI:… or SHA256:… and =TENANT'],
  ["a name twice", ["--mode=grpc", ...TLS, "--tls-client-ca=ca", "--tls-tenant=CN:a=x", "--tls-tenant=CN:a=y"], 'Cannot read --tls-tenant: "CN:a" stands twice'],
];

for (const [name, args, message] of BAD) {
  Deno.test(`readServeConfig() refuses ${name}`, () => {
    assertEquals(assertThrows(() => config(args), GomcpError).message, message);
  });
}
