/** What `gomcp serve` makes of its audit flags. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../base/errors.ts";
import { readFlags } from "./flags.ts";
import { readServeConfig } from "./serve_config.ts";
import { SERVE_FLAGS } from "./serve_flags.ts";

function audit(...args: string[]) {
  return readServeConfig(readFlags(SERVE_FLAGS, args, () => undefined)).audit;
}

Deno.test("without a word there is no place for records, and nothing is refused for that", () => {
  assertEquals(audit(), {
    sinks: [],
    mode: "best_effort",
    policyFile: undefined,
    waitMs: 2_000,
    fsync: "interval",
    rotateBytes: 64 * 1024 * 1024,
    rotateMs: 0,
    keep: 0,
    keyFile: undefined,
    signKeyFile: undefined,
  });
});

Deno.test("readAuditConfig() takes everything that can be said", () => {
  const all = audit(
    "--audit-file=a",
    "--audit-sink=file:b",
    "--audit-sink=stdout",
    "--audit-sink=otlp:http://h/v1/logs",
    "--audit-mode=strict",
    "--audit-policy=p",
    "--audit-wait=1s",
    "--audit-fsync=never",
    "--audit-rotate-size=0",
    "--audit-rotate-every=24h",
    "--audit-keep=3",
    "--audit-key-file=k",
    "--audit-sign-key=s",
  );
  assertEquals(all, {
    sinks: [
      { kind: "file", path: "a" },
      { kind: "file", path: "b" },
      { kind: "stdout" },
      { kind: "otlp", url: "http://h/v1/logs" },
    ],
    mode: "strict",
    policyFile: "p",
    waitMs: 1_000,
    fsync: "never",
    rotateBytes: 0,
    rotateMs: 24 * 3_600_000,
    keep: 3,
    keyFile: "k",
    signKeyFile: "s",
  });
});

const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [["--audit-mode=maybe"], '--audit-mode: it is "maybe", expected best_effort, required, strict'],
  [["--audit-mode=required"], '--audit-mode: it is "required", expected best_effort, or a place'],
  [
    ["--audit-mode=strict", "--audit-sink=stdout"],
    '--audit-mode: it is "strict", expected required or best_effort, or a file',
  ],
  [["--audit-sink=syslog"], '--audit-sink: it is "syslog", expected file:PATH, stdout or otlp:'],
  [["--audit-sink=file:"], '--audit-sink: it is "file:", expected file:PATH'],
  [["--audit-sink=otlp:ftp://x"], '--audit-sink: it is "otlp:ftp://x", expected file:PATH'],
  [["--audit-file=a", "--audit-sink=file:a"], '--audit-sink: it is "file:a", expected each place'],
  [["--audit-sink=stdout", "--mode=stdio"], '--audit-sink: it is "stdout", expected another sink'],
  [["--audit-sink=stdout", "--mode=all"], '--audit-sink: it is "stdout", expected another sink'],
  [["--audit-wait=0s"], '--audit-wait: it is "0s", expected a time'],
  [["--audit-wait=x"], '--audit-wait: it is "x", expected a time'],
  [["--audit-fsync=often"], '--audit-fsync: it is "often", expected never, interval, always'],
  [["--audit-rotate-size=big"], '--audit-rotate-size: it is "big", expected a size'],
  [["--audit-rotate-every=1"], '--audit-rotate-every: it is "1", expected a time'],
  [["--audit-keep=-1"], '--audit-keep: it is "-1", expected a number from 0'],
];

for (const [args, what] of REFUSED) {
  Deno.test(`serve ${args.join(" ")} is refused`, () => {
    const error = assertThrows(() => audit(...args), GomcpError, `Cannot read ${what}`);
    assertEquals(error.code, "invalid_request");
  });
}
