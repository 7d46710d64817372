import { assertEquals } from "@std/assert";
import { isLoopback } from "./exposure.ts";

// deno-fmt-ignore: one line a kind.
const LOOPBACK: readonly (readonly [string, boolean])[] = [
  ["localhost", true], ["127.0.0.1", true], ["127.255.255.254", true], ["::1", true], ["[::1]", true],
  ["0.0.0.0", false], ["::", false], ["[::]", false], ["10.0.0.5", false], ["127.0.0.1.evil.com", false],
  ["localhost.evil.com", false], ["127.1", false], ["128.0.0.1", false], ["", false],
];

for (const [hostname, loopback] of LOOPBACK) {
  Deno.test(`isLoopback() says ${loopback} of "${hostname}"`, () => {
    assertEquals(isLoopback(hostname), loopback);
  });
}
