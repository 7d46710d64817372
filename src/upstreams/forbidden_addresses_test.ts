/** Which addresses no upstream has. */
import { assertEquals } from "@std/assert";
import { isForbiddenAddress, isForbiddenHost } from "./forbidden_addresses.ts";

const FORBIDDEN = [
  "169.254.169.254",
  "169.254.0.1",
  "fe80::1",
  "FE80::1%eth0",
  "febf::1",
  "::ffff:169.254.169.254",
  "::ffff:a9fe:a9fe",
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
  "168.63.129.16",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b::169.254.169.254",
  "2002:a9fe:a9fe::1",
  "::a9fe:a9fe",
  "100.100.100.200",
];
const ALLOWED = [
  "127.0.0.1",
  "::1",
  "10.0.0.1",
  "169.253.255.255",
  "fec0::1",
  "fd00::1",
  "8.8.8.8",
];

Deno.test("isForbiddenAddress() is true for link-local addresses and clouds' metadata alone", () => {
  assertEquals(FORBIDDEN.filter((address) => !isForbiddenAddress(address)), []);
  assertEquals(ALLOWED.filter(isForbiddenAddress), []);
});

Deno.test("isForbiddenHost() knows the names of metadata services, however they are written", () => {
  assertEquals(isForbiddenHost("Metadata.Google.Internal."), true);
  assertEquals(isForbiddenHost("metadata.example.com"), false);
});
