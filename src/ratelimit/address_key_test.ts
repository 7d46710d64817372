/** Addresses as keys. */
import { assertEquals } from "@std/assert";
import { addressKey } from "./address_key.ts";

const CASES: readonly (readonly [string, string])[] = [
  ["10.1.2.3", "10.1.2.3"],
  ["", ""],
  ["unix", "unix"],
  ["::1", "0:0:0:0"],
  ["::", "0:0:0:0"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:db8:1:2::6", "2001:db8:1:2"],
  ["2001:0DB8:0001:0002::", "2001:db8:1:2"],
  ["2001:db8::1:2:3", "2001:db8:0:0"],
  ["fe80::1%eth0", "fe80:0:0:0"],
  ["::ffff:10.1.2.3", "10.1.2.3"],
  ["::FFFF:10.1.2.3", "10.1.2.3"],
];

for (const [address, key] of CASES) {
  Deno.test(`addressKey() of "${address}" is "${key}"`, () => {
    assertEquals(addressKey(address), key);
  });
}
