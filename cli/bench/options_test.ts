/** What `gomcp bench` takes, and what it says of what it does not take. */
import { assertEquals, assertThrows } from "@std/assert";
import { GomcpError } from "../../src/base/errors.ts";
import { readFlags } from "../../src/config/flags.ts";
import { BENCH_FLAGS, readBenchOptions } from "./options.ts";

const read = (words: readonly string[], ...args: readonly string[]) =>
  readBenchOptions(words, readFlags(BENCH_FLAGS, args, () => undefined));

Deno.test("layers may be named in any number; all is each of them once", () => {
  assertEquals(read(["quota", "quota", "http"]).layers, ["quota", "http"]);
  assertEquals(read(["supervisor"]).layers, ["supervisor", "supervisor-async"]);
  assertEquals(read(["all", "http"]).layers.length, 11);
});

Deno.test("a server that is named is asked in its usual way, or by REST", () => {
  assertEquals(read([], "--url=http://x/mcp").layers, ["http"]);
  assertEquals(read(["rest"], "--url=http://x/").layers, ["rest"]);
  assertEquals(read([], "--grpc=x:1").layers, ["grpc"]);
  assertEquals(read([], "--command=x").layers, ["stdio"]);
});

Deno.test("defaults are those that the help tells", () => {
  const options = read(["http"]);
  assertEquals([options.durationMs, options.warmupMs, options.repeat], [10_000, 2_000, 1]);
  assertEquals(read(["http"], "--compare=x").repeat, 3);
  assertEquals(read(["http"], "--compare=x", "--repeat=5").repeat, 5);
  assertEquals(read(["http"], "--payload=200,64KiB", "--payload=8").payloads, [200, 65_536, 8]);
  assertEquals(read(["http"], "--protocol=both").protocols, ["modern", "legacy"]);
});

const REFUSED: readonly (readonly [words: string[], flag: string, says: string])[] = [
  [["htpp"], "--quiet", "did you mean http?"],
  [["http"], "--url=http://127.0.0.1:1/mcp --grpc=127.0.0.1:1", "name several servers"],
  [["stdio"], "--url=http://127.0.0.1:1/mcp", "expected http or rest"],
  [["http", "rest"], "--url=http://127.0.0.1:1/mcp", "expected http or rest"],
  [["http"], "--assert=p99<5", "needs a unit"],
  [["http"], "--without=safety", "expected some of validation"],
  [["http"], "--concurrency=0", "expected a whole number from 1"],
  [["http"], "--concurrency=20001", "expected a whole number from 1 to 20000"],
  [["http"], "--rate=1.5", "expected a whole number"],
  [["http"], "--payload=7", "expected 8 bytes"],
  [["http"], "--payload=3MiB", "expected 8 bytes"],
  [["http"], "--duration=0s", "expected 1ms to 24h"],
  [["http"], "--protocol=old", "expected auto, modern, legacy or both"],
  [["http"], "--tool=echo", "are for a server that is named"],
  [[], "--url=http://127.0.0.1:1/mcp --args=[]", "it is no object"],
];

for (const [words, flags, says] of REFUSED) {
  Deno.test(`${[...words, flags].join(" ")} is refused`, () => {
    assertThrows(() => read(words, ...flags.split(" ")), GomcpError, says);
  });
}
