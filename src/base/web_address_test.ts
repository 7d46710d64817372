/** Which addresses are trusted. */
import { assertEquals } from "@std/assert";
import { isLoopback, webAddressFault } from "./web_address.ts";

const ROWS: [string, boolean][] = [
  ["https://id.example.com", true],
  ["https://id.example.com/realms/a/", true],
  ["http://127.0.0.1:8080/a", true],
  ["http://localhost", true],
  ["http://[::1]:8080", true],
  ["http://id.example.com", false],
  ["http://127.0.0.1.example.com", false],
  ["https://user:secret@id.example.com", false],
  ["https://user@id.example.com", false],
  ["https://id.example.com/?a=b", false],
  ["https://id.example.com/?", false],
  ["https://id.example.com/#a", false],
  ["ftp://127.0.0.1", false],
  ["file:///etc/passwd", false],
  ["id.example.com", false],
  ["", false],
];

for (const [address, trusted] of ROWS) {
  Deno.test(`webAddressFault() says ${trusted ? "nothing" : "what is wrong"} of "${address}"`, () => {
    assertEquals(webAddressFault(address) === undefined, trusted);
  });
}

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
