/** What the flags of tool hosts come to. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { originOf, readFlags } from "./flags.ts";
import { HOST_FLAGS, readHostConfig } from "./host_config.ts";

function config(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const envOf = (name: string) => env[name];
  return readHostConfig(readFlags(HOST_FLAGS, args, envOf), originOf(HOST_FLAGS, args, envOf));
}

Deno.test("readHostConfig() hosts tools when nothing is said, and grants nothing", () => {
  assertEquals(config([]), {
    isolation: "process",
    grants: [],
    instances: 2,
    warm: 1,
    callsPerHost: 64,
    heapBytes: 256 * 1024 ** 2,
    idleMs: 60_000,
    graceMs: 1_000,
  });
});

Deno.test("readHostConfig() takes everything that can be said", () => {
  const args = [
    "--isolation=inline",
    "--permit=C:/a b.ts:net=x.org:443+y.org",
    "--permit=b.ts:read=/data",
    "--host-instances=3",
    "--host-warm=0",
    "--calls-per-host=5",
    "--host-heap=64MiB",
    "--host-idle=2s",
    "--host-grace=0s",
  ];
  assertEquals(config(args), {
    isolation: "inline",
    grants: [
      { path: "C:/a b.ts", kind: "net", values: ["x.org:443", "y.org"] },
      { path: "b.ts", kind: "read", values: ["/data"] },
    ],
    instances: 3,
    warm: 0,
    callsPerHost: 5,
    heapBytes: 64 * 1024 ** 2,
    idleMs: 2_000,
    graceMs: 0,
  });
});

Deno.test("readHostConfig() does not take from the environment what weakens safety", () => {
  const env = { GOMCP_ISOLATION: "inline", GOMCP_PERMIT: "a.ts:run=*", GOMCP_HOST_INSTANCES: "4" };
  const { isolation, grants, instances } = config([], env);
  assertEquals({ isolation, grants, instances }, {
    isolation: "process",
    grants: [],
    instances: 4,
  });
});

for (
  const [flag, expected] of [
    ["--isolation=thread", '--isolation: it is "thread", expected process or inline'],
    ["--permit=a.ts:ffi=x", '--permit: it is "a.ts:ffi=x", expected PATH:KIND=VALUE+VALUE'],
    ["--permit=a.ts", '--permit: it is "a.ts"'],
    ["--host-instances=0", '--host-instances: it is "0", expected a number from 1 to 64'],
    ["--host-warm=-1", '--host-warm: it is "-1", expected a number from 0 to 64'],
    ["--calls-per-host=x", "expected a number from 1 to 10000"],
    ["--host-heap=15MiB", "expected 16MiB to 1024GiB"],
    ["--host-idle=0s", '--host-idle: it is "0s", expected a time up to 24h'],
    ["--host-grace=25h", "expected a time up to 24h"],
  ] as const
) {
  Deno.test(`readHostConfig() refuses ${flag}`, () => {
    assertThrows(() => config([flag]), GomcpError, expected);
  });
}
